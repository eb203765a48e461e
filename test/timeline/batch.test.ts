import t from 'tap'
import { logLine, observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { digestOf } from '../help/digest.ts'
import { openService } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db } = service
const send = (incident: string, events: unknown[], query = '', headers = {}) =>
  call('POST', `${incident}/events/batch${query}`, { body: { events }, headers })
const count = async (incident: string) => (await readAllPages(service, `${incident}/events?limit=200`)).length
const event = (key: string, fields: object = {}) => observed({ dedupe_key: key, ...fields })

t.test('each event of a batch is stored or refused alone, and told of in the order sent', async t => {
  const incident = await openIncident(service)
  const first = await call('POST', `${incident}/events`, { body: event('a') })
  const statement = { kind: 'statement', excerpt: 'It was me.' }
  const { status, body, headers } = await send(incident, [
    event('a'),
    event('b', { milestone: 'detected' }),
    event('c', { milestone: 'detected', role: 'r'.repeat(300) }),
    { ...event('d'), kind: 'unknown' },
    null,
    event('e', { sources: [{ ...statement, stated_by: 'priya' }] }),
    event('f', { sources: [{ ...statement, stated_by: 'nobody' }] }),
    event('b', { milestone: 'detected', role: 'scribe' }),
    event('b', { milestone: 'detected' }),
  ])
  t.match([status, headers['preference-applied']], [207, undefined])
  const { results } = body
  t.same(
    results.map(({ result }: any) => result),
    'duplicate created created rejected rejected created rejected duplicate duplicate'.split(' '),
  )
  t.same(results[0], { result: 'duplicate', ...first.body })
  t.match(results[2].warnings, [/^\/role /, new RegExp(`^/milestones.*${results[1].id}`)])
  t.match(results[3], { index: 3, problem: { code: 'invalid_body', errors: [{ pointer: '/kind' }] } })
  t.match(results[4], { index: 4, problem: { status: 422, errors: [{ pointer: '' }] } })
  t.match(results[6], {
    index: 6,
    problem: { code: 'unknown_reference', errors: [{ pointer: '/sources/0/stated_by' }] },
  })
  t.match(results[7], { id: results[1].id, warnings: [/other content/] })
  t.match(results[8], { id: results[1].id, warnings: [] })
  t.equal(await count(incident), 4)
  const [, again] = (await send(incident, [event('g'), event('a')], '', { prefer: 'handling=lenient' })).body
    .results
  t.same(again, results[0])
})

t.test('a text that cannot be stored refuses its event alone, wherever it stands', async t => {
  const incident = await openIncident(service)
  const source = (fields: object) => ({ sources: [{ ...logLine, ...fields }] })
  const wrong = [
    { description: 'a\0b' },
    { role: '\ud800' },
    { dedupe_key: '\0' },
    { 'a\0': 1 },
    { kind: '\0' },
    { occurred_at: '2026-06-17T14:02:00Z\0' },
    ...['url', 'excerpt', 'query', 'system', 'stated_by', 'kind', 'captured_at'].map(name =>
      source({ [name]: '\0' }),
    ),
    source({ 'b\udfff': 1 }),
  ]
  const { status, body } = await send(incident, [
    event('good'),
    ...wrong.map((fields, i) => event(`${i}`, fields)),
  ])
  t.equal(status, 207)
  t.equal(body.results[0].result, 'created')
  for (const [i, { result, problem }] of body.results.slice(1).entries())
    t.match([result, problem?.status], ['rejected', 422], JSON.stringify(wrong[i]))
  t.match(body.results[1].problem.errors, [{ pointer: '/description' }])
  t.equal(await count(incident), 1)
  const beside = await call('POST', `${incident}/events/batch`, { body: { events: [], 'c\0': 1 } })
  t.match(beside, { status: 422, body: { code: 'invalid_body' } })
})

t.test('the first that was sent has a key and a milestone, whatever order they are stored in', async t => {
  for (const query of ['', '?atomic=true']) {
    const incident = await openIncident(service)
    const events = [
      event('m', { milestone: 'impact_started' }),
      event('z', { milestone: 'detected', description: 'First.' }),
      event('a', { milestone: 'detected', description: 'Second.' }),
      // So many that PostgreSQL's sort does not keep the order of two with one key.
      ...Array.from({ length: 98 }, (_, i) => event(`k${(i * 37) % 101}`)),
      event('k0', { description: 'Again.' }),
    ]
    const { results } = (await send(incident, events, query)).body
    t.match(results[1], { result: 'created', warnings: [] })
    t.match(results[2], {
      result: 'created',
      warnings: [new RegExp(`detected of spell 1.*${results[1].id}`)],
    })
    t.match(results[3], { result: 'created', warnings: [] })
    t.match(results.at(-1), { result: 'duplicate', id: results[3].id, warnings: [/other content/] })
  }
})

t.test('a long answer of a batch has no more headers than a short one', async t => {
  const incident = await openIncident(service)
  const short = await send(incident, [event('0')])
  const many = Array.from({ length: 1000 }, (_, i) =>
    event(`${i}`, { description: 'Other.', role: 'r'.repeat(300) }),
  )
  const long = await send(incident, many)
  t.ok(long.text.length > 256 * 1024, `${long.text.length} characters`)
  t.same([short.headers.etag, long.headers.etag], [undefined, undefined])
  t.equal(long.body.results.length, 1000)
})

t.test('an atomic batch is stored as a whole, or refused naming all that is wrong', async t => {
  const incident = await openIncident(service)
  await call('POST', `${incident}/events`, { body: event('a', { milestone: 'detected' }) })
  const before = await digestOf(db)
  const [nobody] = [{ kind: 'statement', excerpt: 'It was me.', stated_by: 'nobody' }]
  const wrong: [unknown[], number, string, string[]][] = [
    [
      [event('b'), { ...event('c'), kind: 'x' }, {}],
      422,
      'invalid_body',
      ['/events/1/kind', '/events/2/kind'],
    ],
    [
      [event('b'), event('c', { sources: [nobody] })],
      422,
      'unknown_reference',
      ['/events/1/sources/0/stated_by'],
    ],
  ]
  for (const [events, status, code, pointers] of wrong) {
    const { body, ...answer } = await send(incident, events, '?atomic=true')
    t.match([answer.status, body.code], [status, code])
    const named = body.errors.map(({ pointer }: any) => pointer)
    for (const pointer of pointers) t.ok(named.includes(pointer), `${pointer} of ${named}`)
  }
  t.equal(await digestOf(db), before, 'and nothing was stored')
  const good = [event('b', { milestone: 'detected' }), event('a', { milestone: 'detected' }), event('c')]
  const { status, body } = await send(incident, good, '?atomic=true')
  t.equal(status, 207)
  t.match(body.results, [
    { result: 'created', warnings: [/^\/milestones/] },
    { result: 'duplicate', warnings: [] },
    { result: 'created', dedupe_key: 'c' },
  ])
  t.equal(await count(incident), 3)
})

t.test('a final postmortem takes what was sent before, and nothing new', async t => {
  const incident = await givenReady(service)
  await send(incident, [event('before')])
  await seal(service, incident)
  const { body } = await send(incident, [event('before'), event('after')])
  t.match(body.results, [{ result: 'duplicate' }, { result: 'rejected', problem: { code: 'sealed' } }])
  t.match(await send(incident, [event('before'), event('after')], '?atomic=true'), {
    status: 409,
    body: { code: 'sealed', errors: [{ pointer: '/events/1' }] },
  })
  t.match(await send(incident, [event('before')], '?atomic=true'), { status: 207 })
})

t.test('a batch has up to 1,000 events and 8 MiB, of an incident that is there', async t => {
  const incident = await openIncident(service)
  const sources = [{ ...logLine, excerpt: 'x'.repeat(7000) }]
  const thousand = Array.from({ length: 1000 }, (_, i) => event(`${i}`, { sources }))
  const { body } = await send(incident, thousand)
  t.same(new Set(body.results.map(({ result }: any) => result)), new Set(['created']))
  t.same(
    body.results.map(({ dedupe_key }: any) => dedupe_key),
    thousand.map(({ dedupe_key }: any) => dedupe_key),
  )
  t.match(await send(incident, [...thousand, event('more')]), {
    status: 422,
    body: { errors: [{ pointer: '/events' }] },
  })
  t.match(await send(incident, []), { status: 422 })
  const padded = { payload: JSON.stringify({ events: [event('a')] }).padEnd(8 * 1024 * 1024 + 1) }
  t.match(await call('POST', `${incident}/events/batch`, padded), { status: 413 })
  t.match(await send('/v1/incidents/PM-2026-01-01-no-such', [event('a')]), { status: 404 })
  t.match(await send(incident, [event('a')], '', { accept: 'application/x-ndjson' }), { status: 406 })
})
