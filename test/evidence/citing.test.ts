import t from 'tap'
import { givenEvidence, logLine, observed, openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

/** Sources cite evidence, which is kept from then on. */

const service = await openService(t)
const { call, db } = service
await seedPeople(service)
const incident = await openIncident(service)
const unknown = 'f'.repeat(64)

const cited = async () => {
  const rows = await db.selectFrom('evidence').select('sha256').where('is_cited', '=', true).execute()
  return new Set(rows.map(({ sha256 }) => sha256))
}
const citing = (evidence: string) => ({ kind: 'screenshot', system: 'grafana', evidence })
const sourced = (evidence: string, more: object = {}) => observed({ sources: [citing(evidence)], ...more })
const refused = (pointer: string) => ({
  status: 422,
  body: { code: 'unknown_reference', errors: [{ pointer, code: 'unknown' }] },
})

t.test('bytes are stored once, and a source needs no more than them', async t => {
  const sha256 = await givenEvidence(db, 'one')
  t.equal(await givenEvidence(db, 'one'), sha256)
  const rows = await db.selectFrom('evidence_chunks').select('bytes').execute()
  t.same(
    rows.map(({ bytes }) => String(bytes)),
    ['one'],
  )
  const { status, body } = await call('POST', `${incident}/events`, { body: sourced(sha256) })
  t.equal(status, 201)
  const stored = await call('GET', `${incident}/events/${body.id}`)
  const nothing = { url: null, excerpt: null, query: null, captured_at: null, stated_by: null }
  t.same(stored.body.sources, [{ ...citing(sha256), ...nothing }])
  t.same(await cited(), new Set([sha256]))
})

t.test('whatever cites evidence names some that is stored, and keeps it', async t => {
  const { body } = await call('POST', `${incident}/events`, { body: observed({ dedupe_key: 'doubted' }) })
  const event = `${incident}/events/${body.id}`
  const raised = { statement: 'It was earlier.', raised_by: 'priya' }
  t.equal((await call('PUT', `${event}/dispute`, { body: raised })).status, 200)
  const factor = { category: 'technical', statement: 'No retries.' }
  t.equal((await call('POST', `${incident}/factors`, { body: factor })).status, 201)
  const answer = (sha256: string) => ({ text: 'The graph says so.', source: citing(sha256) })
  const verified = (sha256: string) => ({
    ...{ target_kind: 'slo', target: 'Checkout', factors: [1], status: 'verified' },
    verified_by_source: citing(sha256),
  })
  const ways = [
    ['POST', `${incident}/events`, (sha256: string) => sourced(sha256), '/sources/0/evidence'],
    ['PATCH', event, (sha256: string) => ({ sources: [logLine, citing(sha256)] }), '/sources/1/evidence'],
    ['PUT', `${event}/dispute/resolution`, answer, '/source/evidence'],
    ['POST', `${incident}/changes`, verified, '/verified_by_source/evidence'],
  ] as const
  for (const [n, [method, path, bodyOf, pointer]] of ways.entries()) {
    t.match(await call(method, path, { body: bodyOf(unknown) }), refused(pointer), `${method} ${path}`)
    const sha256 = await givenEvidence(db, `way ${n}`)
    t.ok((await call(method, path, { body: bodyOf(sha256) })).status < 300)
    t.ok((await cited()).has(sha256), `${method} ${path}`)
  }
})

t.test(
  'in a batch an event without its evidence is refused alone, and what is not stored keeps nothing',
  async t => {
    const [sha256, other] = [await givenEvidence(db, 'of a batch'), await givenEvidence(db, 'of no event')]
    const events = [
      sourced(sha256, { dedupe_key: 'a' }),
      sourced(unknown, { dedupe_key: 'b' }),
      sourced(other, { dedupe_key: 'a' }),
    ]
    const { status, body } = await call('POST', `${incident}/events/batch`, { body: { events } })
    t.equal(status, 207)
    t.match(body.results, [
      { result: 'created' },
      {
        result: 'rejected',
        problem: { code: 'unknown_reference', errors: [{ pointer: '/sources/0/evidence' }] },
      },
      { result: 'duplicate' },
    ])
    const kept = await cited()
    t.same([kept.has(sha256), kept.has(other)], [true, false])
  },
)
