import t from 'tap'
import { logLine, observed, openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
const { call, clock } = service
await seedPeople(service)
const incident = await openIncident(service)

async function givenEvent(key: string): Promise<string> {
  const { body } = await call('POST', `${incident}/events`, { body: observed({ dedupe_key: key }) })
  return `${incident}/events/${body.id}`
}

const doubt = { statement: 'The first failure was earlier.', raised_by: 'priya' }
const answer = { text: 'The stub’s log has the first 503 at 14:02:04.', source: logLine }

t.test('a claim is disputed, resolved by a source, and the document shows both', async t => {
  const event = await givenEvent('shown')
  const disputed = await call('PUT', `${event}/dispute`, { body: doubt })
  t.match(disputed, { status: 200, body: { version: 2, dispute: { ...doubt, resolution: null } } })
  const before = (await call('GET', `${incident}/postmortem.md`)).text
  t.match(before, /disputed by Priya Raman, and not resolved yet: The first failure was earlier\./)
  t.match(before, /\| 14:02 \| Checkout cannot take payments\./, 'it stays in the timeline')

  const resolved = await call('PUT', `${event}/dispute/resolution`, { body: answer })
  t.match(resolved.body.dispute, { ...doubt, resolution: { text: answer.text, at: /^2026-06-18T09:00/ } })
  t.same(resolved.body.dispute.resolution.source.stated_by, null)
  const after = (await call('GET', `${incident}/postmortem.md`)).text
  t.match(after, /resolved: The stub’s log has the first 503 at 14:02:04\./)
  t.notMatch(after, /not resolved yet/)
})

t.test('a token that acts for a person doubts in that person’s name alone', async t => {
  const event = await givenEvent('spoken')
  const body = { name: 'laptop', scope: 'write', person: 'sam' }
  const { token } = (await call('POST', '/v1/tokens', { body })).body
  const dispute = (raised_by: string, token?: string) =>
    call('PUT', `${event}/dispute`, { body: { ...doubt, raised_by }, ...(token && { token }) })
  t.match(await dispute('priya', token), {
    status: 403,
    body: { code: 'forbidden', errors: [{ pointer: '/raised_by', code: 'not_self' }] },
  })
  t.equal((await call('GET', event)).body.dispute, null)
  t.equal((await dispute('sam', token)).body.dispute.raised_by, 'sam')
  t.equal(
    (await dispute('priya')).body.dispute.raised_by,
    'priya',
    'one without a person may tell whose it is',
  )
})

t.test('the same again changes nothing; another statement opens the question anew', async t => {
  const event = await givenEvent('again')
  await call('PUT', `${event}/dispute`, { body: doubt })
  const resolved = await call('PUT', `${event}/dispute/resolution`, { body: answer })
  clock.now = new Date('2026-06-18T10:00:00.000Z')
  t.same((await call('PUT', `${event}/dispute`, { body: doubt })).body, resolved.body)
  t.same((await call('PUT', `${event}/dispute/resolution`, { body: answer })).body, resolved.body)
  const reopened = await call('PUT', `${event}/dispute`, { body: { ...doubt, statement: 'It was later.' } })
  t.match(reopened.body, { version: 4, dispute: { at: '2026-06-18T10:00:00.000Z', resolution: null } })
  t.equal((await call('DELETE', `${event}/dispute`)).body.dispute, null)
})

t.test('a dispute or a resolution that breaks a rule is refused, naming the field', async t => {
  const event = await givenEvent('rules')
  const early = await call('PUT', `${event}/dispute/resolution`, { body: answer })
  t.match(early, { status: 409, body: { code: 'wrong_state', detail: /PUT …\/dispute first/ } })
  await call('PUT', `${event}/dispute`, { body: doubt })
  const refused: [string, object, string, string][] = [
    ['dispute', { ...doubt, raised_by: 'nobody' }, 'unknown_reference', '/raised_by'],
    ['dispute', { ...doubt, raised_by: 'payments-team' }, 'unknown_reference', '/raised_by'],
    ['dispute', { raised_by: 'priya' }, 'invalid_body', '/statement'],
    ['dispute/resolution', { text: 'I am sure.' }, 'invalid_body', '/source'],
    ['dispute/resolution', { ...answer, source: { kind: 'log', system: 'x' } }, 'invalid_body', '/source'],
    [
      'dispute/resolution',
      { ...answer, source: { kind: 'statement', excerpt: 'So it was.' } },
      'invalid_body',
      '/source/stated_by',
    ],
    [
      'dispute/resolution',
      { ...answer, source: { kind: 'statement', excerpt: 'So it was.', stated_by: 'nobody' } },
      'unknown_reference',
      '/source/stated_by',
    ],
  ]
  const before = (await call('GET', event)).body
  for (const [what, body, code, pointer] of refused)
    t.match(await call('PUT', `${event}/${what}`, { body }), {
      status: 422,
      body: { code, errors: [{ pointer }] },
    })
  t.same((await call('GET', event)).body, before)
  const stale = { body: doubt, headers: { 'if-match': '"1-0123456789abcdef"' } }
  t.equal((await call('PUT', `${event}/dispute`, stale)).status, 412)
})
