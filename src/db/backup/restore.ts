import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import {
  connectAlone,
  createMigrations,
  lockMigrations,
  nameOf,
  pendingIn,
  runMigration,
} from '../migrate.ts'
import { inLoadingOrder, isEmpty, sequencesOf, type Table, tablesOf } from './catalog.ts'
import type { BackupFile } from './file.ts'
import type { OnProgress, TableEntry } from './format.ts'
import { begin, columnList, TableReader } from './rows.ts'

interface Hooks {
  /** Called with one sentence at a time. */
  log: (message: string) => void
  onProgress: OnProgress
}

/**
 * Restores a backup into an empty database, all in one transaction: creates the tables as they were, loads them, reads them
 * back to compare each with the backup, and migrates them to this version of Debrief.
 * @throws Error with one sentence where the database is not empty, or does not give back what it was given
 */
export async function restoreInto(
  connection: pg.ClientConfig,
  backup: BackupFile,
  hooks: Hooks,
): Promise<void> {
  const client = await connectAlone(connection, hooks.log)
  try {
    await lockMigrations(client, hooks.log)
    await begin(client)
    if (!(await isEmpty(client))) throw notEmptyError(connection)
    await createMigrations(client)
    for (const name of backup.manifest.migrations) await runMigration(client, name)
    await loadAll(client, backup, hooks)
    for (const name of await pendingIn(client)) await runMigration(client, name)
    await client.query('COMMIT')
    await analyze(client, hooks.log)
  } finally {
    // Rolls back what is not committed.
    await client.end()
  }
}

/** For plans that know what is there from the first query on; PostgreSQL does it in time, too. */
const analyze = (client: pg.Client, log: Hooks['log']) =>
  client.query('ANALYZE').catch((error: Error) => {
    log(`It is restored, and its first queries may be slow, since ANALYZE failed (${error.message}).`)
  })

function notEmptyError(connection: pg.ClientConfig): Error {
  const other =
    connection.connectionString === undefined
      ? 'set DEBRIEF_DATA to a new folder'
      : 'create another one, and set DATABASE_URL to it'
  return new Error(`A backup needs an empty database, and ${nameOf(connection)} is not: ${other}.`)
}

/** Triggers are for what happens; what has happened is in the backup. */
async function loadAll(client: pg.Client, backup: BackupFile, { log, onProgress }: Hooks): Promise<void> {
  const tables = await tablesOf(client)
  for (const { name } of tables) await setTriggers(client, name, 'DISABLE')
  // A migration may have put rows there, and the list of migrations has some.
  await client.query(`TRUNCATE ${columnList(tables.map(({ name }) => name))}`)
  const entries = entriesOf(backup, tables, log)
  await eachTable(entries, 'loading', onProgress, (entry, progress) => load(client, backup, entry, progress))
  await eachTable(entries, 'comparing', onProgress, (entry, progress) => compare(client, entry, progress))
  for (const { name } of tables) await setTriggers(client, name, 'ENABLE')
  await setSequences(client, backup)
}

const setTriggers = (client: pg.Client, table: string, how: 'DISABLE' | 'ENABLE') =>
  client.query(`ALTER TABLE ${pg.escapeIdentifier(table)} ${how} TRIGGER USER`)

/** A table of the backup, which this database has, too. */
type Entry = TableEntry & Table

/** Those of the backup, in the order in which they can be loaded. */
function entriesOf({ manifest }: BackupFile, tables: Table[], log: Hooks['log']): Entry[] {
  const foreign = manifest.tables.filter(({ name }) => !tables.some(table => table.name === name))
  for (const { name } of foreign) log(`The table ${name} is none of Debrief's, and is left out.`)
  return inLoadingOrder(tables).flatMap(table => {
    const entry = manifest.tables.find(({ name }) => name === table.name)
    return entry ? [{ ...table, ...entry }] : []
  })
}

async function eachTable(
  entries: Entry[],
  doing: string,
  onProgress: OnProgress,
  run: (entry: Entry, progress: (bytes: Buffer) => void) => Promise<void>,
): Promise<void> {
  const all = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  for (const entry of entries)
    await run(entry, ({ length }) => {
      done += length
      onProgress(`${doing} ${entry.name}`, done, all)
    })
}

type Progress = (bytes: Buffer) => void

async function load(client: pg.Client, backup: BackupFile, entry: Entry, progress: Progress): Promise<void> {
  const { name, columns } = entry
  const copied = copyFrom(`COPY ${pg.escapeIdentifier(name)} (${columnList(columns)}) FROM STDIN`)
  const pieces = async function* () {
    for await (const piece of backup.rowsOf(entry)) {
      yield piece
      progress(piece)
    }
  }
  await pipeline(pieces, client.query(copied))
}

/** Reads what was stored, as a backup would. @throws Error with one sentence where it is not what the backup has */
async function compare(client: pg.Client, entry: Entry, progress: Progress): Promise<void> {
  const reader = new TableReader(client, entry)
  for await (const chunk of reader.read()) progress(chunk)
  const { rows, sha256 } = reader.digest()
  if (rows === entry.rows && sha256 === entry.sha256) return
  throw new Error(
    `The ${entry.rows} rows of ${entry.name} do not come back as they are in the backup, so nothing is restored.`,
  )
}

async function setSequences(client: pg.Client, { manifest }: BackupFile): Promise<void> {
  const known = await sequencesOf(client)
  for (const { name, value, is_called } of manifest.sequences)
    if (known.some(sequence => sequence.name === name))
      await client.query('SELECT setval($1::regclass, $2, $3)', [pg.escapeIdentifier(name), value, is_called])
}
