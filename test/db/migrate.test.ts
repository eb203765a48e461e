import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import pg from 'pg'
import t, { type Test } from 'tap'
import { migrate, requireSupported } from '../../src/db/migrate.ts'
import { createDatabase } from '../help/service.ts'

const folder = new URL('../../migrations/', import.meta.url)
const files = readdirSync(folder).sort()

/** Creates a database without migrations, and connects to it. */
async function emptyDatabase(t: Test) {
  const connection = await createDatabase(t, 'template0')
  const client = new pg.Client(connection)
  await client.connect()
  t.teardown(() => client.end())
  const query = async (sql: string) => (await client.query(sql)).rows
  const applied = async () => (await query('SELECT name FROM migrations ORDER BY name')).map(row => row.name)
  return { connection, query, applied }
}

/** A database of before a migration, and a connection to it. */
async function databaseBefore(t: Test, migration: string) {
  const { connection, query } = await emptyDatabase(t)
  await query('CREATE TABLE migrations (name text PRIMARY KEY, applied_at timestamptz(3) NOT NULL)')
  for (const file of files.filter(name => name < migration)) {
    await query(readFileSync(new URL(file, folder), 'utf8'))
    await query(`INSERT INTO migrations (name, applied_at) VALUES ('${file}', now())`)
  }
  return { connection, query }
}

t.test('an empty database is migrated in order, and a second time changes nothing', async t => {
  const { connection, query, applied } = await emptyDatabase(t)
  t.strictSame(await migrate(connection), files)
  t.strictSame(await applied(), files)
  const times = await query('SELECT name, applied_at::text FROM migrations ORDER BY applied_at, name')
  t.strictSame(
    times.map(row => row.name),
    files,
  )
  t.strictSame(await migrate(connection), [])
  t.strictSame(await query('SELECT name, applied_at::text FROM migrations ORDER BY applied_at, name'), times)
})

t.test('who waits for another instance that migrates says so, and goes on after it', async t => {
  const { connection, query } = await emptyDatabase(t)
  await query(`SELECT pg_advisory_lock(${7_120_914_201})`)
  const messages: string[] = []
  const applied = await migrate(connection, message => {
    messages.push(message)
    query('SELECT pg_advisory_unlock_all()')
  })
  t.strictSame(applied, files)
  t.match(messages[0], /^Waiting for another instance/)
})

t.test('four at once migrate it once', async t => {
  const { connection, applied } = await emptyDatabase(t)
  await Promise.all([1, 2, 3, 4].map(() => migrate(connection)))
  t.strictSame(await applied(), files)
})

t.test('a database that a newer Debrief has migrated is refused, and left as it is', async t => {
  const { connection, query, applied } = await emptyDatabase(t)
  await migrate(connection)
  await query(`INSERT INTO migrations (name, applied_at) VALUES ('9999_later.sql', now())`)
  await t.rejects(migrate(connection), {
    message: 'A newer Debrief has migrated this database (9999_later.sql): start that one.',
  })
  t.strictSame(await applied(), [...files, '9999_later.sql'])
})

t.test('a migration that fails leaves nothing, and goes on once what hindered it is gone', async t => {
  const { connection, query, applied } = await emptyDatabase(t)
  await query('CREATE TABLE action_items (strange text)')
  await t.rejects(migrate(connection), {
    message: /^Migration \d{4}_action_items\.sql failed, and nothing of it is kept: .+ already exists\.$/,
  })
  const before = await applied()
  t.strictSame(before, files.slice(0, before.length))
  t.strictSame(await query(`SELECT to_regclass('action_items')::text AS name`), [{ name: 'action_items' }])
  await query('DROP TABLE action_items')
  await migrate(connection)
  t.strictSame(await applied(), files)
})

t.test('what was taken out of an event becomes a list of one, and the event stays as it is', async t => {
  const { connection, query } = await databaseBefore(t, '0011')
  const tombstone = { pointers: ['/role'], reason: 'A name.', by: 'sam', at: '2026-06-20T10:00:00.000Z' }
  const facts = `'sam', '2026-06-20T10:00:00Z', 'arranged'`
  await query(`
    INSERT INTO incidents (id, title, severity, occurred_on, created_at, changed_by, changed_at, request_id)
      VALUES ('PM-2026-06-17-drill', 'Drill', 'SEV2', '2026-06-17', now(), ${facts});
    INSERT INTO events (id, incident_id, occurred_at, corrected_at, "precision", kind, description, sources, source_system,
        dedupe_key, content_sha256, redaction, version, changed_by, changed_at, request_id)
      SELECT gen_random_uuid(), 'PM-2026-06-17-drill', now(), now(), 'exact', 'note', 'It failed.', '[{}]', 'checkout',
        key, '', redaction::jsonb, 7, ${facts}
      FROM (VALUES ('a', NULL), ('b', '${JSON.stringify(tombstone)}')) AS given (key, redaction)`)
  await migrate(connection)
  t.strictSame(await query('SELECT version, redactions FROM events ORDER BY dedupe_key'), [
    { version: 7, redactions: [] },
    { version: 7, redactions: [tombstone] },
  ])
  t.strictSame(await query('SELECT seq FROM history'), [], 'and no version was made of it')
})

t.test(
  'what closed an action item becomes a list with the day of the telling, and the item stays as it is',
  async t => {
    const { connection, query } = await databaseBefore(t, '0016')
    const at = '2026-06-23T23:59:59.999Z'
    const evidence_url = 'https://git.carta.example/pull/913'
    const before = [
      { outcome: 'done', evidence_url, reason: null, at },
      { outcome: 'cancelled', evidence_url: null, reason: 'The stub is gone.', at },
      null,
    ]
    const facts = `'sam', '2026-06-24T10:00:00Z', 'arranged'`
    const rows = before.map((closure, i) => {
      const json = closure === null ? 'NULL' : `'${JSON.stringify(closure)}'`
      return `('PM-2026-06-17-drill', ${i + 1}, 'Retry', 'sam', '2026-06-24', 'P1', '{1}', '${closure?.outcome ?? 'open'}', ${json}, now(), 7, ${facts}, 42)`
    })
    await query(`
    INSERT INTO handles VALUES ('sam', 'person');
    INSERT INTO people (handle, name, changed_by, changed_at, request_id) VALUES ('sam', 'Sam', ${facts});
    INSERT INTO incidents (id, title, severity, occurred_on, created_at, changed_by, changed_at, request_id)
      VALUES ('PM-2026-06-17-drill', 'Drill', 'SEV2', '2026-06-17', now(), ${facts});
    INSERT INTO action_items (incident_id, number, title, owner, due_on, priority, factors, status, closure, created_at,
      version, changed_by, changed_at, request_id, sequence) VALUES ${rows}`)
    await migrate(connection)
    const stored = await query(
      `SELECT version, sequence::int, changed_at = '2026-06-24T10:00:00Z' AS kept, closure FROM action_items ORDER BY number`,
    )
    const same = { version: 7, sequence: 42, kept: true }
    t.same(stored, [
      {
        ...same,
        closure: { outcome: 'done', evidence_urls: [evidence_url], reason: null, at, done_on: '2026-06-23' },
      },
      {
        ...same,
        closure: { outcome: 'cancelled', evidence_urls: [], reason: 'The stub is gone.', at, done_on: null },
      },
      { ...same, closure: null },
    ])
    t.strictSame(await query('SELECT seq FROM history'), [], 'and no version was made of it')
  },
)

t.test('a server that cannot be reached is named without its password', async t => {
  for (const host of ['127.0.0.1:1', 'localhost:1', '[bad'])
    await t.rejects(migrate({ connectionString: `postgresql://priya:secret@${host}/debrief` }), {
      message: /^Debrief cannot connect to the database of DATABASE_URL: (?!.*secret).+\.$/,
    })
})

t.test(
  'a server that takes connections and never answers is given up, and waiting for it is said',
  async t => {
    const sockets: Socket[] = []
    const silent = createServer(socket => void sockets.push(socket))
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    t.teardown(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const { port } = silent.address() as AddressInfo
    const messages: string[] = []
    const connectionString = `postgresql://priya:secret@127.0.0.1:${port}/debrief`
    await t.rejects(
      migrate({ connectionString }, message => messages.push(message)),
      {
        message:
          /^Debrief cannot connect to the database of DATABASE_URL: .+ not answered within \d+ seconds, .+\.$/,
      },
    )
    t.strictSame(messages, ['Waiting for the database of DATABASE_URL to answer.'])
  },
)

t.test('PostgreSQL 15 is the oldest that is taken', async t => {
  t.throws(() => requireSupported({ number: 140_023, name: '14.23' }), {
    message: 'Debrief needs PostgreSQL 15 or newer, and DATABASE_URL leads to PostgreSQL 14.23.',
  })
  t.doesNotThrow(() => requireSupported({ number: 150_000, name: '15.0' }))
  t.doesNotThrow(() => requireSupported({ number: 190_000, name: '19beta1' }))
})
