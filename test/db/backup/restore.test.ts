import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import pg from 'pg'
import t, { type Test } from 'tap'
import { inLoadingOrder } from '../../../src/db/backup/catalog.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { observed, openIncident } from '../../help/cast.ts'
import { adminToken, createDatabase, openService } from '../../help/service.ts'
import { givenBefore } from '../before/previous.ts'
import { start, tempFolder } from '../embedded/embedded-servers.ts'
import { backUpTo, contentOf, givenEverything, query, restoreFrom, tempFile } from './given.ts'

// The server of this run may be of another PostgreSQL than the bundled one, to which things are moved here and back.

const source = await givenEverything(t)
const file = tempFile(t)
const manifest = await backUpTo(file, source.connection)

const emptyDatabase = (t: Test) => createDatabase(t, 'template0')

/** An empty database of the bundled PostgreSQL. */
async function bundledDatabase(t: Test): Promise<pg.ClientConfig> {
  const { connection } = await start(t, tempFolder(t))
  return { ...connection, ssl: false }
}

/** All final documents, as a service on this database exports them. */
async function exportOf(t: Test, on: pg.ClientConfig): Promise<string> {
  const { app } = await openService(t, { on })
  const headers = { authorization: `Bearer ${adminToken}` }
  return (await app.inject({ url: '/v1/postmortems/export', headers })).body
}

t.test('every table of the database is in the backup, and here each has rows', async t => {
  const tables = await query(
    source.connection,
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE' ORDER BY table_name COLLATE "C"`,
  )
  t.same(
    manifest.tables.map(({ name }) => ({ name })),
    tables,
  )
  const empty = manifest.tables.filter(({ rows }) => rows === 0).map(({ name }) => name)
  t.same(empty, [], 'where a table is new, givenEverything has to store something in it')
  for (const { name, rows } of manifest.tables)
    t.same(await query(source.connection, `SELECT count(*)::int AS rows FROM ${name}`), [{ rows }], name)
  t.ok(manifest.tables.some(({ pieces }) => pieces > 1))
})

t.test('every column that is not computed of others is in the backup', async t => {
  const columns = await query(
    source.connection,
    `SELECT table_name AS name, array_agg(column_name::text ORDER BY ordinal_position) AS columns
     FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
     GROUP BY 1 ORDER BY table_name COLLATE "C"`,
  )
  t.same(
    manifest.tables.map(({ name, columns }) => ({ name, columns })),
    columns,
  )
})

t.test(
  'moved to the bundled PostgreSQL and back it is the same bytes, wherever rows lie, and exports the same',
  async t => {
    const bundled = await bundledDatabase(t)
    t.same(await restoreFrom(file, bundled), [])
    const there = tempFile(t)
    await backUpTo(there, bundled)
    const back = await emptyDatabase(t)
    await restoreFrom(there, back)
    await query(back, 'UPDATE tokens SET name = name WHERE ctid = (SELECT min(ctid) FROM tokens)')
    const again = tempFile(t)
    await backUpTo(again, back)
    const bytes = readFileSync(file)
    t.ok(readFileSync(there).equals(bytes), 'the backup of the bundled one')
    t.ok(readFileSync(again).equals(bytes), 'the backup of the server after it')
    const exported = await exportOf(t, source.connection)
    t.ok(/Payments outage.*"end":true,"count":\d+/s.test(exported))
    t.ok((await exportOf(t, bundled)) === exported, 'the export of the bundled one')
    t.ok((await exportOf(t, back)) === exported, 'the export of the server after it')
    await t.test('the service goes on where it was', t => goesOn(t, back))
  },
)

/** Numbers, history, and what may not be changed. */
async function goesOn(t: Test, connection: pg.ClientConfig): Promise<void> {
  t.same(await migrate(connection), [])
  const last = 'SELECT max(seq) AS seq FROM history'
  const [{ seq: before }] = await query(connection, last)
  const service = await openService(t, { on: connection })
  const incident = await openIncident(service, { title: 'After the restore' })
  const { status, body } = await service.call('POST', `${incident}/events`, { body: observed() })
  t.equal(status, 201)
  const fields = { description: 'Cards were refused.' }
  t.equal((await service.call('PATCH', `${incident}/events/${body.id}`, { body: fields })).status, 200)
  const [{ seq: after }] = await query(connection, last)
  t.ok(Number(after) > Number(before), 'a change has its history')
  await t.rejects(query(connection, `UPDATE revisions SET markdown = ''`), 'a final document stays')
  const disabled = `SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal`
  t.same(await query(connection, disabled), [])
}

// Where the server's own programs are on this machine, as in CI; the bundled PostgreSQL has none.
const [{ major }] = await query(
  source.connection,
  "SELECT current_setting('server_version_num')::int / 10000 AS major",
)
const programs = `/usr/lib/postgresql/${major}/bin`
if (existsSync(`${programs}/pg_dump`))
  t.test('pg_dump and pg_restore move it on a server, too', async t => {
    const [dump, target] = [tempFile(t), await emptyDatabase(t)]
    const url = ({ connectionString }: pg.ClientConfig) => `--dbname=${connectionString}`
    execFileSync(`${programs}/pg_dump`, ['--format=custom', `--file=${dump}`, url(source.connection)])
    execFileSync(`${programs}/pg_restore`, ['--no-owner', '--exit-on-error', url(target), dump])
    await backUpTo(dump, target)
    t.ok(readFileSync(dump).equals(readFileSync(file)))
  })

t.test('a backup of an older Debrief is restored as it was, and then migrated', async t => {
  const { connection, client } = await givenBefore(t)
  const old = tempFile(t)
  const { migrations } = await backUpTo(old, connection)
  t.same(
    (await client.query('SELECT name FROM migrations ORDER BY 1')).rows.map(({ name }) => name),
    migrations,
  )
  await migrate(connection)
  const restored = await emptyDatabase(t)
  await restoreFrom(old, restored)
  t.same(await migrate(restored), [], 'there is nothing left to migrate')
  const [inPlace, moved] = [await backUpTo(old, connection), await backUpTo(old, restored)]
  // Those two have the time of the migration.
  const withoutTimes = ({ tables }: typeof moved) =>
    tables.filter(({ name }) => !['migrations', 'history'].includes(name))
  t.same(withoutTimes(moved), withoutTimes(inPlace))
  t.same(moved.sequences, inPlace.sequences)
})

t.test('a backup of a newer Debrief is refused', async t => {
  const newer = await createDatabase(t)
  await query(newer, `INSERT INTO migrations (name, applied_at) VALUES ('9999_later.sql', now())`)
  const later = tempFile(t)
  await backUpTo(later, newer)
  const target = await emptyDatabase(t)
  await t.rejects(restoreFrom(later, target), {
    message: /^.+ was made by a newer Debrief \(.+, with 9999_later\.sql\), and this is .+: upgrade first\.$/,
  })
  t.same(await contentOf(target), [])
})

t.test('a database with anything in it is refused, and stays as it is', async t => {
  const message =
    'A backup needs an empty database, and the database of DATABASE_URL is not: create another one, and set DATABASE_URL to it.'
  const target = await emptyDatabase(t)
  await query(target, 'CREATE TABLE notes (text text)')
  await t.rejects(restoreFrom(file, target), { message })
  t.same(await contentOf(target), [{ relname: 'notes' }])
  await t.rejects(restoreFrom(file, await createDatabase(t)), { message }, 'also one that was only migrated')
})

t.test('a table of somebody else is in the backup, and left out with a word', async t => {
  const connection = await createDatabase(t)
  await query(connection, `CREATE TABLE "Notes of ""Ana""" (id serial PRIMARY KEY, text text)`)
  await query(connection, `INSERT INTO "Notes of ""Ana""" (text) VALUES ('Mine')`)
  const mixed = tempFile(t)
  const { tables } = await backUpTo(mixed, connection)
  t.match(tables[0], { name: 'Notes of "Ana"', rows: 1 })
  const said = await restoreFrom(mixed, await emptyDatabase(t))
  t.same(said, [`The table Notes of "Ana" is none of Debrief's, and is left out.`])
})

t.test('a failed ANALYZE is a word, since what is restored is there', async t => {
  const { connectionString } = await emptyDatabase(t)
  const holder = new pg.Client(connectionString)
  await holder.connect()
  t.teardown(() => holder.end())
  await holder.query('BEGIN; ANALYZE pg_foreign_server')
  const impatient = new URL(connectionString!)
  impatient.searchParams.set('options', '-c lock_timeout=50ms')
  t.match(await restoreFrom(file, { connectionString: impatient.href }), [
    /ANALYZE failed \(.*lock timeout\)/,
  ])
})

t.test('what is not stored as it was in the backup leaves nothing', async t => {
  const target = await emptyDatabase(t)
  const lost = restoreFrom(file, target, backup => ({
    ...backup,
    rowsOf: async function* (table) {
      for await (const piece of backup.rowsOf(table)) if (table.name !== 'language_judgements') yield piece
    },
  }))
  await t.rejects(lost, {
    message:
      /^The \d+ rows of language_judgements do not come back as they are in the backup, so nothing is restored\.$/,
  })
  t.same(await contentOf(target), [])
  const broken = restoreFrom(file, target, backup => ({
    ...backup,
    rowsOf: async function* (table) {
      for await (const piece of backup.rowsOf(table))
        yield table.name === 'history' ? piece.subarray(9) : piece
    },
  }))
  await t.rejects(broken)
  t.same(await contentOf(target), [])
})

t.test('a backup has one snapshot, and a start with nothing to migrate does not wait for it', async t => {
  const connection = await createDatabase(t)
  const service = await openService(t, { on: connection })
  const [before, during] = [tempFile(t), tempFile(t)]
  await backUpTo(before, connection)
  let lock = {}
  await backUpTo(during, connection, async () => {
    await openIncident(service, { title: 'Meanwhile' })
    t.same(await migrate(connection), [])
    lock = (await query(connection, `SELECT pg_try_advisory_lock(${7_120_914_201}) AS held`))[0]
  })
  t.same(lock, { held: false }, 'one that migrates waits')
  const tables = (of: string) => execFileSync('tar', ['-tf', of]).toString()
  t.notMatch(tables(during), 'incidents')
  t.equal(tables(during), tables(before))
})

t.test('tables are loaded after those that they refer to', async t => {
  const table = (name: string, ...references: string[]) => ({ name, references, columns: [], key: [] })
  const names = inLoadingOrder([table('a', 'b', 'c'), table('b', 'c'), table('c')]).map(({ name }) => name)
  t.same(names, ['c', 'b', 'a'])
  t.throws(() => inLoadingOrder([table('a', 'b'), table('b', 'a')]), {
    message: 'The foreign keys of a, b lead in a circle.',
  })
})
