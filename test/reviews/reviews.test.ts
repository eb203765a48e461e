import t from 'tap'
import { createToken } from '../../src/access/store.ts'
import type { Scope } from '../../src/http/api-tokens.ts'
import { openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
const { call, db, clock } = service
await seedPeople(service)

const item = { title: 'Retry', owner: 'priya', due_on: '2026-06-24', priority: 'P1', factors: [1] }
const first = { 'if-none-match': '*' }
const review = {
  held_at: '2026-06-18T10:00:00+02:00',
  facilitator: 'sam',
  attendees: ['sam', 'priya'],
  decisions: [
    { text: 'Retries come first.', action_item: 'AI-1' },
    { text: 'The rota gets a second person.' },
  ],
  reframings: [{ said: 'Sam was asleep.', reframed: 'The page went to one phone.' }],
}

async function givenIncident(): Promise<string> {
  const incident = await openIncident(service, { authors: ['ana'] })
  const factor = { category: 'technical', statement: 'Payments calls are not retried.' }
  await call('POST', `${incident}/factors`, { body: factor })
  await call('POST', `${incident}/action-items`, { body: { ...item, status: 'proposed' } })
  return incident
}

const tokenOf = (person: string | null, scope: Scope = 'write') =>
  createToken(db, { name: 'script', scope, person, expires_at: null, created_at: clock.now.toISOString() })

t.test('a review is recorded once, and then replaced by who has read it', async t => {
  const incident = await givenIncident()
  t.equal((await call('GET', `${incident}/review`)).status, 404)
  const put = (body: object, headers = {}) => call('PUT', `${incident}/review`, { body, headers })
  t.match(await put(review), { status: 428, body: { errors: [{ parameter: 'If-None-Match' }] } })
  const created = await put(review, first)
  t.equal(created.status, 201)
  t.match(created.body, {
    held_at: '2026-06-18T08:00:00.000Z',
    decisions: [{ action_item: 'AI-1' }, { action_item: null }],
    recording_url: null,
    version: 1,
  })
  t.equal((await put(review, first)).status, 412)
  t.match(await put(review), { status: 428, body: { errors: [{ parameter: 'If-Match' }] } })
  const read = await call('GET', `${incident}/review`)
  t.equal(read.headers.etag, created.headers.etag)
  const replaced = await put({ ...review, attendees: ['sam', 'ana'] }, { 'if-match': read.headers.etag! })
  t.match(replaced, { status: 200, body: { version: 2, attendees: ['sam', 'ana'] } })
  t.equal(
    (await put(review, { 'if-match': read.headers.etag! })).status,
    412,
    'unseen, it is not overwritten',
  )
})

t.test('of two first records at once one is stored', async t => {
  const incident = await givenIncident()
  const answers = await Promise.all(
    ['sam', 'priya'].map(facilitator =>
      call('PUT', `${incident}/review`, { body: { ...review, facilitator }, headers: first }),
    ),
  )
  t.same(answers.map(({ status }) => status).sort(), [201, 412])
})

t.test('the answer shows what the owners have said', async t => {
  const incident = await givenIncident()
  await call('PUT', `${incident}/review`, { body: review, headers: first })
  const acceptances = async () => (await call('GET', `${incident}/review`)).body.acceptances
  t.same(await acceptances(), [{ action_item: 'AI-1', title: 'Retry', owner: 'priya', acceptance: null }])
  await call('PUT', `${incident}/action-items/AI-1/acceptance`, { body: { by: 'priya' } })
  t.match(await acceptances(), [{ acceptance: { by: 'priya' } }])
})

t.test('a review that breaks a rule is refused, naming the field', async t => {
  const incident = await givenIncident()
  const refused: [object, string][] = [
    [{ facilitator: 'nobody' }, '/facilitator'],
    [{ attendees: ['sam', 'payments-team'] }, '/attendees/1'],
    [{ attendees: [] }, '/attendees'],
    [{ attendees: ['sam', 'sam'] }, '/attendees'],
    [{ held_at: '2026-06-19T09:00:01Z' }, '/held_at'],
    [{ held_at: 'today' }, '/held_at'],
    [{ decisions: [{ text: 'Later.', action_item: 'AI-2' }] }, '/decisions/0/action_item'],
    [{ decisions: [{ text: ' ' }] }, '/decisions/0/text'],
    [{ reframings: [{ said: 'x' }] }, '/reframings/0/reframed'],
    [{ recording_url: 'file:///tmp' }, '/recording_url'],
    [{ root_cause: 'Sam' }, '/root_cause'],
  ]
  for (const [fields, pointer] of refused) {
    const { status, body } = await call('PUT', `${incident}/review`, {
      body: { ...review, ...fields },
      headers: first,
    })
    t.match({ status, pointers: body.errors.map((error: any) => error.pointer) }, { status: 422 })
    t.ok(body.errors[0].pointer.startsWith(pointer), `${body.errors[0].pointer} for ${pointer}`)
  }
  t.equal((await call('GET', `${incident}/review`)).status, 404)
  t.equal(
    (await call('PUT', '/v1/incidents/PM-2026-01-01-none/review', { body: review, headers: first })).status,
    404,
  )
})

t.test('a token that acts for a person accepts for that person alone', async t => {
  const incident = await givenIncident()
  const accept = async (body: object, token: string) => {
    const answer = await call('PUT', `${incident}/action-items/AI-1/acceptance`, { body, token })
    return [answer.status, answer.body.code ?? answer.body.acceptance.by, answer.body.errors?.[0]?.pointer]
  }
  const [priya, sam, script] = [await tokenOf('priya'), await tokenOf('sam'), await tokenOf(null)]
  t.same(await accept({ by: 'priya' }, sam), [403, 'forbidden', '/by'])
  t.same(await accept({}, sam), [422, 'invalid_body', '/by'], 'Sam is not the owner')
  t.same(await accept({}, script), [422, 'invalid_body', '/by'], 'one that acts for nobody has to say')
  t.same(await accept({ by: 'sam' }, script), [422, 'invalid_body', '/by'])
  t.same(await accept({}, priya), [200, 'priya', undefined])
  t.same(await accept({ by: 'priya' }, script), [200, 'priya', undefined])
})

t.test('the agenda has what is open, as questions, and nothing that is not', async t => {
  const incident = await givenIncident()
  const page = async () => (await call('GET', `${incident}/review/agenda`)).text
  const memory = { kind: 'statement', stated_by: 'sam', excerpt: 'I saw it.' }
  const event = { occurred_at: '2026-06-17T14:02:00Z', kind: 'note', description: 'The graph was flat.' }
  const { body } = await call('POST', `${incident}/events`, { body: { ...event, sources: [memory] } })
  await call('PUT', `${incident}/events/${body.id}/dispute`, {
    body: { statement: 'It was not flat.', raised_by: 'priya' },
  })
  const text = await page()
  t.match(text, /^# Review agenda: Payments drill\n/)
  for (const part of [
    '## Open disputes',
    'disputed by Priya Raman: It was not flat.',
    '## Resting on memory alone',
    '- 14:02 The graph was flat.',
    '## Factors without a counterfactual',
    '- Factor 1: Payments calls are not retried.',
    '## Action items that are only proposed',
    '- AI-1 Retry — Priya Raman, due 2026-06-24',
    '## To decide',
    'Say in the summary what broke.',
  ])
    t.ok(text.includes(part), part)
  await call('DELETE', `${incident}/events/${body.id}/dispute`)
  await call('PUT', `${incident}/action-items/AI-1/acceptance`, { body: { by: 'priya' } })
  const later = await page()
  t.notMatch(later, /Open disputes/)
  t.notMatch(later, /only proposed|wait for their owners/)
})

t.test('the agenda says in words where a sentence stands', async t => {
  const incident = await givenIncident()
  const blaming = 'Sam should have seen it.'
  const source = { kind: 'log', system: 'checkout', excerpt: 'ERROR' }
  const event = { occurred_at: '2026-06-17T14:02:00Z', kind: 'note', description: blaming, sources: [source] }
  await call('POST', `${incident}/events`, { body: event })
  const counterfactual = { if: 'the on-call engineer', had: 'noticed the alert', would_have: 'been shorter' }
  await call('PATCH', `${incident}/factors/1`, { body: { statement: blaming, counterfactual } })
  await call('PATCH', `${incident}/action-items/AI-1`, { body: { title: blaming, done_when: blaming } })
  await call('PATCH', incident, {
    body: {
      summary: { what_broke: blaming },
      impact: { description: blaming },
      got_lucky: ['All was well.', blaming],
    },
  })
  await call('PUT', `${incident}/review`, {
    body: {
      ...{ held_at: '2026-06-18T08:00:00Z', facilitator: 'sam', attendees: ['sam', 'priya'] },
      decisions: [{ text: blaming }],
      reframings: [{ said: blaming, reframed: blaming }],
    },
    headers: { 'if-none-match': '*' },
  })
  const { text } = await call('GET', `${incident}/review/agenda`)
  const places = [...text.matchAll(/^- “.*” \((.*)\) *$/gm)].map(([, place]) => place)
  t.same(places, [
    'the summary, what broke',
    'the impact',
    'the event at 14:02',
    'factor 1',
    'got lucky, point 2',
    'AI-1',
    'what AI-1 is done by',
    'decision 1',
    'reframed sentence 1',
    'the counterfactual of factor 1; perhaps',
  ])
})

t.test('the agenda stays one page', async t => {
  const incident = await givenIncident()
  for (let i = 0; i < 30; i++)
    await call('POST', `${incident}/factors`, { body: { category: 'process', statement: `Condition ${i}.` } })
  const { text } = await call('GET', `${incident}/review/agenda`)
  t.match(text, /and 21 more/)
  t.ok(text.split('\n').length < 80)
})
