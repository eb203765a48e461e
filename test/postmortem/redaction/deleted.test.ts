import t from 'tap'
import { observed } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { givenReady, seal } from '../ready.ts'
import { firstEvent, must, reason, rowsWith, said, secretOf } from './help.ts'

/** What was deleted still has a history, and may stand in a revision: a secret goes from both. */

const service = await openService(t)
const { call, db } = service

t.test('what was deleted is redacted in its history, and in the revisions that have it', async t => {
  const incident = await givenReady(service, 'Deleted parts')
  const { body: factor } = await must(
    call('POST', `${incident}/factors`, {
      body: { category: 'process', statement: said('gone'), events: [await firstEvent(service, incident)] },
    }),
  )
  const path = `${incident}/factors/${factor.number}`
  await must(call('PATCH', path, { body: { disposition: 'accepted_risk', disposition_reason: 'Rare.' } }))
  await must(call('PATCH', path, { body: { counterfactual: { if: 'a', had: 'b', would_have: 'c' } } }))
  await must(seal(service, incident))
  await must(
    call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A factor too many.' } }),
  )
  await must(call('DELETE', path))
  const redaction = { pointers: ['/statement'], reason }
  const done = await must(call('PUT', `${path}/redaction`, { body: redaction }))
  t.match(done.body, { items: [{ pointers: ['/statement'], reason }] })
  t.same(await rowsWith(db, secretOf('gone')), [])
  t.same((await call('GET', `${path}/redaction`)).body, done.body)
  t.equal((await call('GET', path)).status, 404)
  const { body: sealed } = await must(call('GET', `${incident}/postmortem.json`))
  t.match(sealed.factors.at(-1), { number: factor.number, statement: '[redacted]' })
  t.match(sealed.redactions, [{ resource: 'factor', id: String(factor.number) }])
  const { body: working } = await must(call('GET', `${incident}/postmortem.json?copy=working`))
  t.same(working.redactions, [], 'a document says nothing of what it does not have')
  await must(call('DELETE', `${incident}/amendments/current`))
  t.match((await call('GET', path)).body, { statement: '[redacted]' }, 'nor does it come back')
})

t.test('an event that was deleted from a draft is redacted in its history', async t => {
  const incident = await givenReady(service, 'A deleted event')
  const body = observed({ description: said('wrong') })
  const { headers } = await must(call('POST', `${incident}/events`, { body }))
  const event = headers.location!
  await must(call('PATCH', event, { body: { role: 'scribe' } }))
  await must(call('DELETE', event))
  const redaction = { pointers: ['/description'], reason }
  t.match(await call('PUT', `${event}/redaction`, { body: redaction }), {
    status: 200,
    body: { description: '[redacted]', role: 'scribe', version: 2, redactions: [{ reason }] },
  })
  t.same(await rowsWith(db, secretOf('wrong')), [])
  t.match(await call('GET', `${event}/redaction`), { status: 200, body: { items: [{ reason }] } })
  t.equal((await call('GET', event)).status, 404)
  t.equal((await call('POST', `${incident}/events`, { body })).status, 201, 'it may be sent again')
})

t.test('the history of a deleted draft keeps no secret of any part of it', async t => {
  const { body: draft } = await must(
    call('POST', '/v1/incidents', {
      body: { id: 'PM-2026-06-17-doomed', title: said('draft'), severity: 'SEV4', services: [said('draft')] },
    }),
  )
  const incident = `/v1/incidents/${draft.id}`
  await must(call('POST', `${incident}/factors`, { body: { category: 'process', statement: said('draft') } }))
  await must(call('POST', `${incident}/action-items`, { body: { title: said('draft'), status: 'proposed' } }))
  const event = await must(
    call('POST', `${incident}/events`, {
      body: {
        ...{ occurred_at: '2026-06-17T14:02:00Z', kind: 'note', description: said('draft') },
        sources: [{ kind: 'log', system: 'checkout', excerpt: 'A line.' }],
      },
    }),
  )
  await must(call('DELETE', incident))
  const parts: [string, string][] = [
    [incident, '/title'],
    [`${incident}/factors/1`, '/statement'],
    [`${incident}/action-items/AI-1`, '/title'],
    [`${incident}/events/${event.body.id}`, '/description'],
  ]
  for (const [path, pointer] of parts) {
    t.equal((await call('GET', `${path}/redaction`)).status, 404)
    t.equal((await call('PUT', `${path}/redaction`, { body: { pointers: [pointer], reason } })).status, 200)
    t.match(await call('GET', `${path}/redaction`), { status: 200, body: { items: [{ reason }] } })
    t.equal((await call('GET', path)).status, 404)
  }
  t.same(await rowsWith(db, secretOf('draft')), [])
  t.equal((await call('GET', `${incident}/changes/1/redaction`)).status, 404)
})
