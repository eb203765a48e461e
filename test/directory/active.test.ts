import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { createToken, requireTokenHolder } from '../../src/access/store.ts'
import type { Scope } from '../../src/http/api-tokens.ts'
import { openService, type Reply } from '../help/service.ts'

const service = await openService(t)
const { call, db, clock } = service
const created_at = '2026-06-18T09:00:00Z'
const issue = (scope: Scope, person: string | null = null, expires_at: string | null = null) =>
  createToken(db, { name: 'laptop', scope, person, expires_at, created_at })
const tokens = { write: await issue('write'), review: await issue('review'), admin: await issue('admin') }

/** Stores a person who holds one live token of a scope; returns the person's address. */
async function givenHolder(handle: string, scope: Scope, active: boolean): Promise<string> {
  await call('PUT', `/v1/people/${handle}`, { body: { name: handle, active } })
  await issue(scope, handle)
  return `/v1/people/${handle}`
}
const isActive = async (url: string) => (await call('GET', url)).body.active

/** Each way to set `active`; returns the status, in a batch that of the entry's problem. */
const ways: Record<string, (url: string, active: boolean, token: string) => Promise<number>> = {
  PATCH: async (url, active, token) => (await call('PATCH', url, { token, body: { active } })).status,
  PUT: async (url, active, token) =>
    (await call('PUT', url, { token, body: { name: url.split('/').at(-1), active } })).status,
  batch: async (url, active, token) => {
    const handle = url.split('/').at(-1)!
    const body = { people: [{ handle, name: handle, active }] }
    const answer = await call('POST', '/v1/people/batch', { token, body })
    return answer.body.results[0].problem?.status ?? 200
  },
  'atomic batch': async (url, active, token) => {
    const handle = url.split('/').at(-1)!
    const body = { people: [{ handle, name: handle, active }] }
    const { status } = await call('POST', '/v1/people/batch?atomic=true', { token, body })
    return status === 207 ? 200 : status
  },
}

for (const [way, send] of Object.entries(ways))
  t.test(`${way}: who holds a token of a higher scope is switched by that scope alone`, async t => {
    for (const active of [true, false])
      for (const held of ['admin', 'review'] as const) {
        const name = `${way.replace(' ', '-').toLowerCase()}-${held}-${active}`
        const url = await givenHolder(name, held, !active)
        t.equal(await send(url, active, tokens.write), 403, `${name} by write`)
        if (held === 'admin') t.equal(await send(url, active, tokens.review), 403, `${name} by review`)
        t.equal(await isActive(url), !active)
        t.equal(await send(url, !active, tokens.write), 200, 'what changes nothing passes')
        t.equal(await send(url, active, tokens[held]), 200, `${name} by ${held}`)
        t.equal(await isActive(url), active)
      }
  })

t.test(
  'the refusal names the scope; tokens that cover no more, or work no more, ask for nothing',
  async t => {
    const url = await givenHolder('ivy', 'admin', true)
    const { body } = await call('PATCH', url, { token: tokens.write, body: { active: false } })
    t.match(body, { code: 'forbidden', detail: /ivy .*scope admin.*this one has write/ })

    const equal = await givenHolder('equal', 'write', true)
    await issue('events:write', 'equal')
    t.equal((await call('PATCH', equal, { token: tokens.write, body: { active: false } })).status, 200)

    const past = await givenHolder('past', 'read', true)
    const made = await call('POST', '/v1/tokens', { body: { name: 'old', scope: 'admin', person: 'past' } })
    await call('DELETE', `/v1/tokens/${made.body.id}`)
    await issue('admin', 'past', clock.now.toISOString())
    t.equal((await call('PATCH', past, { token: tokens.write, body: { active: false } })).status, 200)
  },
)

t.test('active stays as it is where it is left out; who is new is active', async t => {
  const body = { name: 'Ned' }
  const url = '/v1/people/ned'
  t.equal((await call('PUT', url, { body })).body.active, true)
  await call('PATCH', url, { body: { active: false } })
  t.match(await call('PUT', url, { body }), { status: 200, body: { active: false, version: 2 } })
  t.equal((await call('PUT', url, { body: { name: 'Ned Low' } })).body.active, false)
  t.equal((await call('PATCH', url, { body: { email: 'ned@carta.example' } })).body.active, false)
  t.equal((await call('PATCH', url, { body: { active: null } })).body.active, false)
  const people = [
    { handle: 'ned', name: 'Ned' },
    { handle: 'newcomer', name: 'New' },
  ]
  await call('POST', '/v1/people/batch', { body: { people } })
  t.match((await call('GET', url)).body, { name: 'Ned', active: false })
  t.equal(await isActive('/v1/people/newcomer'), true)
})

t.test('a token that is issued at the same moment counts', async t => {
  const url = '/v1/people/quick'
  await call('PUT', url, { body: { name: 'Quick' } })
  let leaving: Promise<Reply<any>> | undefined
  await db.transaction().execute(async trx => {
    await requireTokenHolder(trx, 'quick', '/person')
    await createToken(trx, { name: 'new', scope: 'admin', person: 'quick', expires_at: null, created_at })
    leaving = untilWaiting(call('PATCH', url, { token: tokens.write, body: { active: false } }))
    await waiting()
  })
  t.equal((await leaving!).status, 403)
  t.equal(await isActive(url), true)
})

t.test('who leaves at the same moment gets no token', async t => {
  await call('PUT', '/v1/people/gone', { body: { name: 'Gone' } })
  let issuing: Promise<Reply<any>> | undefined
  await db.transaction().execute(async trx => {
    await trx.updateTable('people').set({ active: false }).where('handle', '=', 'gone').execute()
    const body = { name: 'late', scope: 'admin', person: 'gone' }
    issuing = untilWaiting(call('POST', '/v1/tokens', { body }))
    await waiting()
  })
  t.match(await issuing!, { status: 422, body: { errors: [{ pointer: '/person', code: 'inactive' }] } })
})

let answered = false
function untilWaiting<T>(answer: Promise<T>): Promise<T> {
  answered = false
  return answer.finally(() => {
    answered = true
  })
}
/** Waits until a statement waits for a lock, or the call has been answered without. */
async function waiting(): Promise<void> {
  const isWaiting = async () => {
    const { rows } = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(
      db,
    )
    return rows.length > 0
  }
  while (!answered && !(await isWaiting())) await setImmediate()
}
