import fastify from 'fastify'
import t from 'tap'
import { createToken } from '../../src/access/store.ts'
import { answerOnce } from '../../src/http/idempotency.ts'
import { drill, observed, openIncident, seedPeople } from '../help/cast.ts'
import { contract } from '../help/contract-check.ts'
import { openService, type Reply } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock } = service
const incident = await openIncident(service)

const factor = { category: 'technical', statement: 'Payments calls are not retried.' }
const item = { title: 'Retry', owner: 'priya', due_on: '2026-06-24', priority: 'P1', factors: [1] }
await call('POST', `${incident}/factors`, { body: factor })
await call('POST', `${incident}/action-items`, { body: item })

interface Post {
  url: string
  body?: object
  headers?: Record<string, string>
  /** Another URL or body, for a different request. */
  other: { url?: string; body?: object }
  status: number
  /** Prepares the state again, where the request can succeed only once. */
  anew?: () => Promise<Partial<Post>>
}

/** Every POST that takes a key, with a body that it would store again each time. */
const posts: Record<string, Post> = {
  createIncident: {
    url: '/v1/incidents',
    body: drill,
    other: { body: { ...drill, title: 'Another' } },
    status: 201,
  },
  createFactor: {
    url: `${incident}/factors`,
    body: factor,
    other: { body: { ...factor, statement: 'Another.' } },
    status: 201,
  },
  createActionItem: {
    url: `${incident}/action-items`,
    body: item,
    other: { body: { ...item, title: 'Another' } },
    status: 201,
  },
  createActionItems: {
    url: `${incident}/action-items/batch`,
    body: { action_items: [item, { title: '' }] },
    other: { body: { action_items: [{ ...item, title: 'Another' }] } },
    status: 207,
  },
  createChange: {
    url: `${incident}/changes`,
    body: { target_kind: 'slo', target: 'Checkout', factors: [1] },
    other: { body: { target_kind: 'slo', target: 'Search', factors: [1] } },
    status: 201,
  },
  deferActionItem: {
    url: `${incident}/action-items/AI-1/deferrals`,
    body: {},
    other: { body: { to: '2026-12-25', reason: 'The vendor is late.' } },
    status: 201,
    anew: async () => {
      const { body } = await call('GET', `${incident}/action-items/AI-1`)
      const to = new Date(Date.parse(body.due_on) + 86_400_000).toISOString().slice(0, 10)
      return { body: { to, reason: 'The vendor is late.' } }
    },
  },
  putPeople: {
    url: '/v1/people/batch',
    body: { people: [{ handle: 'kim', name: 'Kim' }, { handle: 'BAD' }] },
    other: { body: { people: [{ handle: 'noor', name: 'Noor' }] } },
    status: 207,
  },
  sealPostmortem: {
    url: '',
    other: { url: `${incident}/revisions` },
    status: 201,
    anew: async () => {
      const ready = await givenReady(service)
      const { headers } = await call('GET', `${ready}/checks`)
      return { url: `${ready}/revisions`, headers: { 'if-match': headers.etag! } }
    },
  },
  createAmendment: {
    url: '',
    body: { author: 'ana', reason: 'A source was missing.' },
    other: { body: { author: 'ana', reason: 'Another.' } },
    status: 201,
    anew: async () => {
      const ready = await givenReady(service)
      await seal(service, ready)
      return { url: `${ready}/amendments` }
    },
  },
}
/** POSTs without a key: deduplicated by content, with a secret that is shown once, or storing nothing. */
const keyless = [
  ...[
    'createEvent',
    'createEvents',
    'createEvidence',
    'createToken',
    'createLink',
    'checkLanguage',
    'ingest',
  ],
]

const send = ({ url, body, headers }: Pick<Post, 'url' | 'body' | 'headers'>, key: string, token?: string) =>
  call('POST', url, { body, headers: { ...headers, 'idempotency-key': key }, ...(token && { token }) })
const countOf = async () =>
  Object.fromEntries(
    await Promise.all(
      (['incidents', 'factors', 'action_items', 'changes', 'people', 'history'] as const).map(async table => {
        const { count } = await db
          .selectFrom(table)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow()
        return [table, count] as const
      }),
    ),
  )
const seen = ({ status, text, headers }: Reply<any>) => ({
  status,
  text,
  etag: headers.etag,
  location: headers.location,
})

t.test('every POST of the contract takes a key, but for those that are named here', async t => {
  const taking = (operation: { parameters?: { $ref?: string }[] }) =>
    operation.parameters?.some(({ $ref }) => $ref?.endsWith('/Idempotency-Key')) ?? false
  const operations = Object.values(contract.paths).flatMap(({ post }) => (post ? [post] : []))
  const keyed = operations.filter(operation => taking(operation as object)).map(o => o.operationId)
  t.same(keyed.sort(), Object.keys(posts).sort())
  t.same(operations.map(o => o.operationId).sort(), [...keyed, ...keyless].sort())
})

t.test('a route that does not say that it takes a key cannot answer once', async t => {
  const app = fastify()
  const now = () => clock.now
  const answer = async () => ({ status: 201 as const, body: {} })
  app.post('/silent', { config: { problems: ['request_in_progress'] } }, (request, reply) =>
    answerOnce({ db, now, resource: null }, request, reply, answer),
  )
  app.post('/taking', { config: { takes: ['Idempotency-Key'] } }, (request, reply) =>
    answerOnce({ db, now, resource: null }, request, reply, answer),
  )
  const silent = await app.inject({ method: 'POST', url: '/silent' })
  t.match([silent.statusCode, silent.json().message], [500, 'POST /silent answers once'])
  t.equal((await app.inject({ method: 'POST', url: '/taking' })).statusCode, 201)
})

for (const [name, given] of Object.entries(posts)) {
  const anew = async (): Promise<Post> => ({ ...given, ...(await given.anew?.()) })

  t.test(`${name}: the same request again stores nothing and gets the same answer`, async t => {
    const post = await anew()
    const first = await send(post, `${name}-again`)
    t.equal(first.status, post.status, first.text)
    t.equal(first.headers['idempotent-replayed'], undefined)
    const stored = await countOf()
    const again = await send(post, `${name}-again`)
    t.equal(again.headers['idempotent-replayed'], 'true')
    t.strictSame(seen(again), seen(first))
    t.strictSame(await countOf(), stored)
  })

  t.test(`${name}: of 50 at once one stores, and each is answered its answer or 409`, async t => {
    const post = await anew()
    const before = await countOf()
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(post, `${name}-at-once`)))
    const firsts = answers.filter(({ status, headers }) => status < 300 && !headers['idempotent-replayed'])
    t.equal(firsts.length, 1)
    for (const answer of answers) {
      if (answer.status === 409) {
        t.equal(answer.body.code, 'request_in_progress')
        t.equal(answer.headers['retry-after'], '1')
      } else t.strictSame(seen(answer), seen(firsts[0]!))
    }
    const after = await countOf()
    const grown = Object.keys(after).reduce(
      (sum, table) => sum + Number(after[table]) - Number(before[table]),
      0,
    )
    t.equal(grown, name === 'putPeople' ? 0 : 1, 'one row of one table')
  })

  t.test(`${name}: the key with another request is refused, also 50 at once`, async t => {
    const post = await anew()
    t.equal((await send(post, `${name}-other`)).status, post.status)
    const stored = await countOf()
    const other = { ...post, ...post.other }
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(other, `${name}-other`)))
    const refusals = answers.map(({ status, body }) => `${status} ${body.code}`)
    for (const refusal of refusals) t.match(refusal, /^(422 idempotency_key_reused|409 request_in_progress)$/)
    t.ok(refusals.includes('422 idempotency_key_reused'))
    t.strictSame(await countOf(), stored)
  })
}

t.test('the key with the same body for another address is refused', async t => {
  const elsewhere = await openIncident(service, { title: 'Elsewhere' })
  await send(posts.createFactor!, 'address')
  const { status, body } = await send({ url: `${elsewhere}/factors`, body: factor }, 'address')
  t.same([status, body.code], [422, 'idempotency_key_reused'])
})

t.test('a refused request keeps no key, so it can be mended and sent again under it', async t => {
  const wrong = {
    url: `${incident}/factors`,
    body: { ...factor, events: ['01a212e1-a859-7aba-84a8-75a54ebe4ff1'] },
  }
  t.equal((await send(wrong, 'mended')).body.code, 'unknown_reference')
  t.equal((await send(posts.createFactor!, 'mended')).status, 201)
})

t.test('a key is its sender’s own', async t => {
  const facts = {
    scope: 'write',
    person: null,
    expires_at: null,
    created_at: clock.now.toISOString(),
  } as const
  const [mine, other] = [
    await createToken(db, { name: 'mine', ...facts }),
    await createToken(db, { name: 'other', ...facts }),
  ]
  const first = await send(posts.createFactor!, 'shared', mine)
  const second = await send(posts.createFactor!, 'shared', other)
  t.equal(second.status, 201)
  t.not(second.body.number, first.body.number)
  t.equal((await send(posts.createFactor!, 'shared', mine)).body.number, first.body.number)
})

t.test('a key stands for seven days, and what has expired is taken away', async t => {
  const first = await send(posts.createFactor!, 'week')
  const begun = clock.now
  clock.now = new Date(begun.getTime() + 7 * 86_400_000 - 1)
  t.equal((await send(posts.createFactor!, 'week')).body.number, first.body.number)
  clock.now = new Date(begun.getTime() + 7 * 86_400_000)
  t.not((await send(posts.createFactor!, 'week')).body.number, first.body.number)
  const left = () =>
    db.selectFrom('idempotent_answers').select('key').where('created_at', '<=', begun.toISOString()).execute()
  for (let i = 0; (await left()).length > 0 && i < 100; i++) await send(posts.createFactor!, `sweep-${i}`)
  t.strictSame(await left(), [])
  clock.now = begun
})

t.test('a key may be quoted, as the draft has it, and a malformed one is refused', async t => {
  const first = await send(posts.createFactor!, '"8e03978e-40d5"')
  t.equal((await send(posts.createFactor!, '8e03978e-40d5')).body.number, first.body.number)
  for (const key of [' ', '""', 'a b', '"open', 'ü', 'x'.repeat(256)]) {
    const { status, body } = await send(posts.createFactor!, key)
    t.match({ status, ...body }, { status: 400, code: 'invalid_header' }, key.slice(0, 9))
    t.match(body.errors, [{ parameter: 'Idempotency-Key' }])
  }
})

t.test('an event needs no key: it is known by its own', async t => {
  const body = observed({ dedupe_key: 'keyed' })
  const first = await send({ url: `${incident}/events`, body }, 'event')
  const again = await send({ url: `${incident}/events`, body }, 'another')
  t.same([again.status, again.body.id], [200, first.body.id])
})

t.test('the answer is stored with the write or not at all', async t => {
  const keyed = () => send(posts.createFactor!, 'cut')
  await db.schema.alterTable('idempotent_answers').renameTo('elsewhere').execute()
  const stored = await countOf()
  t.equal((await keyed()).status, 500)
  t.strictSame(await countOf(), stored)
  await db.schema.alterTable('elsewhere').renameTo('idempotent_answers').execute()
  t.equal((await keyed()).status, 201)
})
