import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import type { Test } from 'tap'
import { createDatabase } from '../../help/service.ts'

/** A database of the service before 2026-11-27: see data.sql for what it holds. */

const migrations = new URL('../../../migrations/', import.meta.url)
const read = (name: string, folder: string | URL = import.meta.url) =>
  readFileSync(new URL(name, folder), 'utf8')

/** What was sent before, and how it was answered. */
interface Answers {
  /** Of the incidents, and of the event of the deleted one. */
  paths: Record<'drill' | 'draft' | 'deleted' | 'deleted_event' | 'amending', string>
  /** By the path of the document. */
  document_sha256: Record<string, string>
  /** Each POST of an event that was answered 201. */
  events: { path: string; body: any; answer: any }[]
  /** Each POST with an Idempotency-Key. */
  keyed: {
    path: string
    headers: Record<string, string>
    body?: any
    answer: { status: number; location: string | null; body: any }
  }[]
  /** The body of each GET, by its path. */
  read: Record<string, any>
  /** Each entry of the history of an incident, as [sequence, resource, id, version, change, changed_by, changed_at]. */
  history: Record<string, unknown[][]>
}
export const before: Answers = JSON.parse(read('answers.json'))

/** Creates a database with the tables and the rows of before, and connects to it. */
export async function givenBefore(t: Test) {
  const connection = await createDatabase(t, 'template0')
  const client = new pg.Client(connection)
  await client.connect()
  t.teardown(() => client.end())
  await client.query('CREATE TABLE migrations (name text PRIMARY KEY, applied_at timestamptz(3) NOT NULL)')
  for (const name of readdirSync(migrations)
    .filter(name => name < '0015')
    .sort()) {
    await client.query(read(name, migrations))
    await client.query('INSERT INTO migrations (name, applied_at) VALUES ($1, now())', [name])
  }
  await client.query(read('data.sql'))
  return { connection, client }
}

const tablesWithVersions = `
  SELECT c.table_name AS name FROM information_schema.columns c
  WHERE c.table_schema = 'public' AND c.column_name IN ('changed_at', 'sequence')
  GROUP BY 1 HAVING count(*) = 2 ORDER BY 1`

/** The facts of every row about its last change, and the whole history: a migration changes none. */
export async function factsOf(client: pg.Client): Promise<Record<string, any[]>> {
  const facts: Record<string, any[]> = {}
  for (const { name } of (await client.query(tablesWithVersions)).rows) {
    const columns = 'version, changed_by, changed_at::text, request_id, sequence'
    facts[name] = (await client.query(`SELECT ${columns} FROM ${name} ORDER BY sequence, changed_at`)).rows
  }
  facts.history = (await client.query('SELECT * FROM history ORDER BY seq')).rows
  return facts
}
