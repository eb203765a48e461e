import { Writable } from 'node:stream'
import { sql } from 'kysely'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../../src/app.ts'
import { loadConfig } from '../../../src/config.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { observed, openIncident, seedPeople } from '../../help/cast.ts'
import { adminToken, openService } from '../../help/service.ts'
import { leaked, reason, rowsWith, secret } from './help.ts'

/** When the database refuses a redaction, it is rolled back as a whole, and neither answer nor log has the secret. */

const service = await openService(t)
await seedPeople(service)
const { db, connection, call } = service

const lines: string[] = []
const stream = new Writable({
  write(chunk, _, done) {
    lines.push(String(chunk))
    done()
  },
})
const opened = openDatabase(connection, () => {})
const app = await buildApp({
  database: opened,
  config: { ...loadConfig({}), adminToken },
  now: () => service.clock.now,
  logger: pino({ level: 'trace' }, stream),
})
t.teardown(async () => {
  await app.close()
  await opened.close()
})

const send = (method: 'POST' | 'PUT', url: string, payload: object) =>
  app.inject({ method, url, headers: { authorization: `Bearer ${adminToken}` }, payload })

/** PostgreSQL's error quotes the beginnings of a refused row's columns. */
const telling = observed({ description: secret, role: secret, sources: [{ ...leaked, excerpt: secret }] })
const redaction = { pointers: ['/role'], reason }

const breakings: Record<string, [broken: string, mended: string]> = {
  'a column of the history that nothing fills': [
    "ALTER TABLE history ADD extra text NOT NULL DEFAULT ''; ALTER TABLE history ALTER extra DROP DEFAULT",
    'ALTER TABLE history DROP extra',
  ],
  'a check that refuses the record': [
    'ALTER TABLE redactions ADD CONSTRAINT broken CHECK (false) NOT VALID',
    'ALTER TABLE redactions DROP CONSTRAINT broken',
  ],
  'a table that is gone': [
    'ALTER TABLE idempotent_answers RENAME TO mislaid',
    'ALTER TABLE mislaid RENAME TO idempotent_answers',
  ],
}

for (const [name, [broken, mended]] of Object.entries(breakings)) {
  t.test(`a redaction that meets ${name} is undone, and leaks nothing`, async t => {
    const incident = await openIncident(service)
    const { body } = await call('POST', `${incident}/events`, { body: telling })
    const url = `${incident}/events/${body.id}/redaction`
    await sql.raw(broken).execute(db)
    const answer = await send('PUT', url, redaction)
    await sql.raw(mended).execute(db)
    t.ok(answer.statusCode >= 400, String(answer.statusCode))
    t.notMatch(answer.body, secret)
    t.ok(lines.length > 0, 'there is a log')
    t.notMatch(lines.join(''), secret)
    t.same(await rowsWith(db, secret), ['events 1'])
    t.equal((await send('PUT', url, redaction)).statusCode, 200, 'and then it is done')
    t.same(await rowsWith(db, secret), [])
  })
}

t.test('an event that the database refuses is not quoted in the log', async t => {
  const incident = await openIncident(service)
  await sql.raw("ALTER TABLE events ADD extra text NOT NULL DEFAULT ''").execute(db)
  await sql.raw('ALTER TABLE events ALTER extra DROP DEFAULT').execute(db)
  const answer = await send('POST', `${incident}/events`, telling)
  t.equal(answer.statusCode, 500)
  t.notMatch(answer.body, secret)
  t.match(lines.join(''), 'null value in column', 'it says what happened')
  t.notMatch(lines.join(''), secret)
})
