import { sql } from 'kysely'
import t from 'tap'
import { createToken } from '../../src/access/store.ts'
import { observed, openIncident, seedPeople } from './cast.ts'
import { digestOf } from './digest.ts'
import { openService } from './service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db } = service
const incident = await openIncident(service)

t.test('the digest stays the same over reads, and over a row that only moves', async t => {
  const before = await digestOf(db)
  await call('GET', '/v1/people')
  await sql`UPDATE handles SET kind = kind WHERE handle = 'ana'`.execute(db)
  t.equal(await digestOf(db), before)
})

t.test('every write changes the digest, and no state of the database comes twice', async t => {
  const seen = new Set([await digestOf(db)])
  const writes = [
    () => call('PATCH', '/v1/people/ana', { body: { name: 'Ana D.' } }),
    () => call('POST', '/v1/incidents', { body: { title: 'Another', severity: 'SEV3' } }),
    () => call('POST', `${incident}/events`, { body: observed() }),
    () => call('DELETE', incident),
    () =>
      createToken(db, { name: 'a', scope: 'read', person: null, expires_at: null, created_at: '2026-06-18' }),
    () => sql`UPDATE tokens SET revoked_at = '2026-06-18'`.execute(db),
    () => sql`INSERT INTO counters VALUES ('PM-2026-06-18-another', 'factor', 1)`.execute(db),
    () => sql`UPDATE counters SET value = 2`.execute(db),
  ]
  for (const write of writes) {
    await write()
    seen.add(await digestOf(db))
  }
  t.equal(seen.size, writes.length + 1)
})
