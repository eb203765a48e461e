import t from 'tap'
import {
  aFactor,
  anItem,
  drill,
  givenDrill,
  givenEvent,
  givenFactor,
  givenIncident,
  givenItem,
  refusal,
} from '../action-items/given.ts'
import { openService } from '../help/service.ts'

const counterfactual = { if: 'the payments call', had: 'retried', would_have: 'failed 6 % of payments' }

t.test('a factor is stored as it was sent, and has the next number', async t => {
  const service = await openService(t)
  await givenDrill(service)
  const event = await givenEvent(service)
  const body = {
    ...aFactor,
    events: [event],
    counterfactual,
    effect: 'impact_reduced',
    disposition: 'action',
  }
  const created = await service.call('POST', `${drill}/factors`, { body })
  t.equal(created.status, 201)
  t.equal(created.headers.location, `${drill}/factors/1`)
  t.match(created.body, { ...body, number: 1, version: 1, recurs: null, disposition_reason: null })

  const bare = await service.call('POST', `${drill}/factors`, { body: aFactor })
  t.match(bare.body, { number: 2, events: [], counterfactual: null, effect: null, disposition: null })

  const read = await service.call('GET', created.headers.location!)
  t.equal(read.status, 200)
  t.same(read.body, created.body)
  t.equal(read.headers.etag, created.headers.etag)
  const again = await service.call('GET', created.headers.location!, {
    headers: { 'if-none-match': read.headers.etag! },
  })
  t.equal(again.status, 304)
})

t.test('factors are listed by number, by category, and page by page', async t => {
  const service = await openService(t)
  await givenDrill(service)
  for (const category of ['technical', 'process', 'technical', 'detection']) {
    await givenFactor(service, drill, { category })
  }
  const numbers = async (url: string) => {
    const { body } = await service.call('GET', url)
    return body.items.map((factor: any) => factor.number)
  }
  t.same(await numbers(`${drill}/factors`), [1, 2, 3, 4])
  t.same(await numbers(`${drill}/factors?category=technical`), [1, 3])
  t.same(await numbers(`${drill}/factors?category=process,detection`), [2, 4])
  const first = await service.call('GET', `${drill}/factors?limit=3`)
  t.match(first.headers.link, /rel="next"/)
  t.same(await numbers(`${drill}/factors?limit=3&cursor=${first.body.next_cursor}`), [4])
})

t.test('what is not there, and what is malformed, is 404', async t => {
  const { call, ...rest } = await openService(t)
  await givenDrill({ call, ...rest })
  for (const url of [
    `${drill}/factors/1`,
    `${drill}/factors/0`,
    `${drill}/factors/x`,
    `${drill}/factors/99999999999`,
    '/v1/incidents/PM-2026-01-01-none/factors',
    '/v1/incidents/PM-2026-01-01-none/factors/1',
  ]) {
    t.match(await call('GET', url), { status: 404, body: { code: 'not_found' } }, url)
  }
  t.equal((await call('PATCH', `${drill}/factors/1`, { body: { effect: 'prevented' } })).status, 404)
  t.equal((await call('DELETE', `${drill}/factors/1`)).status, 404)
  t.equal((await call('POST', '/v1/incidents/PM-2026-01-01-none/factors', { body: aFactor })).status, 404)
  t.same(refusal(await call('GET', `${drill}/factors?category=other`)), {
    status: 400,
    code: 'invalid_query',
    at: ['category'],
  })
})

t.test('a field that breaks a rule is refused with its pointer, and nothing is stored', async t => {
  const service = await openService(t)
  await givenDrill(service)
  const event = await givenEvent(service)
  const elsewhere = await givenIncident(service, 'Other', '2026-06-01')
  const foreign = await givenEvent(service, elsewhere)
  const later = await givenIncident(service, 'Later', '2026-06-18')
  await givenFactor(service, later)
  const nobody = '019785b0-5c00-7000-8000-000000000000'
  const cases: [object, string, string[]][] = [
    [{ category: 'human' }, 'invalid_body', ['/category']],
    [{ statement: ' \u200b' }, 'invalid_body', ['/statement']],
    [{ statement: 'x'.repeat(10_001) }, 'invalid_body', ['/statement']],
    [{ root_cause: 'Sam' }, 'root_cause_refused', ['/root_cause']],
    [{ counterfactual: { if: 'x', had: 'y' } }, 'invalid_body', ['/counterfactual/would_have']],
    [{ disposition: 'accepted_risk' }, 'invalid_body', ['/disposition_reason']],
    [{ events: [nobody] }, 'unknown_reference', ['/events/0']],
    [{ events: [foreign] }, 'unknown_reference', ['/events/0']],
    [{ events: [event, nobody, foreign] }, 'unknown_reference', ['/events/1', '/events/2']],
    [{ events: [event, event.toUpperCase()] }, 'invalid_body', ['/events/1']],
    [{ recurs: { incident_id: drill.slice(14), number: 1 } }, 'invalid_body', ['/recurs/incident_id']],
    [{ recurs: { incident_id: elsewhere.slice(14), number: 1 } }, 'unknown_reference', ['/recurs']],
    [{ recurs: { incident_id: 'PM-2020-01-01-none', number: 1 } }, 'unknown_reference', ['/recurs']],
    [{ recurs: { incident_id: later.slice(14), number: 1 } }, 'invalid_body', ['/recurs']],
  ]
  for (const [more, code, at] of cases) {
    const reply = await service.call('POST', `${drill}/factors`, { body: { ...aFactor, ...more } })
    t.same(refusal(reply), { status: 422, code, at }, JSON.stringify(more))
  }
  t.same((await service.call('GET', `${drill}/factors`)).body.items, [])
  t.equal(await givenFactor(service, drill, { statement: 'x\n'.repeat(5000) }), 1)
})

t.test('an event is named in upper or lower case, and answered in lower', async t => {
  const service = await openService(t)
  await givenDrill(service)
  const event = await givenEvent(service)
  const body = { ...aFactor, events: [event.toUpperCase()] }
  t.same((await service.call('POST', `${drill}/factors`, { body })).body.events, [event])
})

t.test('a patch changes what it names and keeps the rest', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service, drill, { counterfactual, effect: 'prevented' })
  const patch = (body: object, headers = {}) => service.call('PATCH', `${drill}/factors/1`, { body, headers })
  const merged = await patch({ counterfactual: { had: 'retried twice' }, effect: null })
  t.match(merged.body, { version: 2, effect: null, statement: aFactor.statement })
  t.same(merged.body.counterfactual, { ...counterfactual, had: 'retried twice' })
  t.equal((await patch({ statement: aFactor.statement })).body.version, 2, 'the same again is no change')
  t.same(refusal(await patch({ disposition: 'accepted_risk' })).at, ['/disposition_reason'])
  const risk = { disposition: 'accepted_risk', disposition_reason: 'The stub is gone next month.' }
  t.match((await patch(risk)).body, { ...risk, version: 3 })
  t.same(refusal(await patch({ disposition_reason: null })).at, ['/disposition_reason'])
  t.same(refusal(await patch({ statement: null })).at, ['/statement'])
  t.same(refusal(await patch({})).status, 422)
  t.match(await patch({ effect: 'prevented' }, { 'if-match': merged.headers.etag }), {
    status: 412,
    body: { code: 'version_mismatch' },
  })
  const { headers } = await service.call('GET', `${drill}/factors/1`)
  t.equal((await patch({ effect: 'prevented' }, { 'if-match': headers.etag })).status, 200)
})

t.test('a factor recurs one of an earlier incident, which then stays', async t => {
  const service = await openService(t)
  await givenDrill(service)
  const earlier = await givenIncident(service, 'Earlier', '2026-05-01')
  await givenFactor(service, earlier)
  const recurs = { incident_id: earlier.slice(14), number: 1 }
  const { body } = await service.call('POST', `${drill}/factors`, { body: { ...aFactor, recurs } })
  t.same(body.recurs, recurs)
  const refused = await service.call('DELETE', `${earlier}/factors/1`)
  t.match(refused, { status: 409, body: { code: 'conflict', detail: /factor 1 of PM-2026-06-17/ } })
  await service.call('PATCH', `${drill}/factors/1`, { body: { recurs: null } })
  t.equal((await service.call('DELETE', `${earlier}/factors/1`)).status, 204)
})

t.test('a factor that an action item addresses is not deleted', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  await givenFactor(service)
  await givenItem(service)
  const second = await givenItem(service, { factors: [1, 2] })
  const refused = await service.call('DELETE', `${drill}/factors/1`)
  t.match(refused, { status: 409, body: { code: 'conflict', detail: /AI-1, AI-2/ } })
  await service.call('PATCH', second, { body: { factors: [1] } })
  t.equal(
    (await service.call('DELETE', `${drill}/factors/2`, { headers: { 'if-match': '"7-0123456789abcdef"' } }))
      .status,
    412,
  )
  t.equal((await service.call('DELETE', `${drill}/factors/2`)).status, 204)
  t.equal((await service.call('GET', `${drill}/factors/2`)).status, 404)
  t.equal(await givenFactor(service), 3, 'its number is not used again')
  const { body } = await service.call('GET', `${drill}/history`)
  t.match(
    body.items.filter((entry: any) => entry.resource === 'factor' && entry.id === '2'),
    [
      { change: 'created', version: 1 },
      { change: 'deleted', version: 1, changed_by: 'token:admin' },
    ],
  )
})

t.test('of two patches of one version at once, one wins', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  for (let round = 0; round < 5; round += 1) {
    const { headers } = await service.call('GET', `${drill}/factors/1`)
    const statuses = await Promise.all(
      ['one', 'other'].map(async word => {
        const call = { body: { statement: `${word} ${round}` }, headers: { 'if-match': headers.etag! } }
        return (await service.call('PATCH', `${drill}/factors/1`, call)).status
      }),
    )
    t.same(statuses.sort(), [200, 412])
  }
})

t.test('twenty factors at once have twenty numbers', async t => {
  const service = await openService(t)
  await givenDrill(service)
  const numbers = await Promise.all(Array.from({ length: 20 }, () => givenFactor(service)))
  t.same(
    numbers.sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
})

t.test('a factor deleted while action items come to name it leaves no number dangling', async t => {
  const service = await openService(t)
  await givenDrill(service)
  for (let number = 1; number <= 12; number += 1) {
    await givenFactor(service)
    const create = () =>
      service.call('POST', `${drill}/action-items`, { body: { ...anItem, factors: [number] } })
    const remove = () => service.call('DELETE', `${drill}/factors/${number}`)
    const calls = number % 2 === 0 ? [create, remove, create] : [remove, create, create]
    const replies = await Promise.all(calls.map(call => call()))
    const isDeleted = replies.some(({ status }) => status === 204)
    t.same(
      replies.map(({ status }) => status).sort(),
      isDeleted ? [204, 422, 422] : [201, 201, 409],
      `factor ${number} is ${isDeleted ? 'gone' : 'kept'}`,
    )
  }
})
