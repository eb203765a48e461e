import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { migrate } from '../src/db/migrate.ts'
import { type Db, openDatabase } from '../src/db/open.ts'
import { analyzeItems, insertItems } from '../test/action-items/many.ts'
import { createDatabase, dropDatabase, inDatabase, runStatements, startServer } from '../test/help/server.ts'
import { postmasterOf, type Target } from './measure.ts'

/** Starts the servers that are measured, and fills their databases. */

export const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const baselineProgram = fileURLToPath(new URL('baseline.ts', import.meta.url))

/** How much a run measures. */
export interface Scale {
  rounds: number
  /** Duration of one side's turn under load. */
  seconds: number
  /** Events of one side's turn in batches. */
  batched: number
  /** Events of the stream during which the memory is measured. */
  streamed: number
  /** How many events are stored when their growth is measured. */
  sizes: number[]
  /** Action items in the database. */
  items: number
  starts: { first: number; again: number }
  /** Events of each incident whose document is read, and how often in a turn. */
  documents: [events: number, reads: number][]
  /** Final documents that are exported: how many, the events of each, and its size in words. */
  exported: [count: number, events: number, size: string][]
}

/** An incident that both databases have from the beginning. */
export const incident = 'PM-2026-01-01-bench'

export interface Setup {
  scale: Scale
  /** Debrief's database. */
  db: Db
  databaseUrl: string
  service: Target
  /** A bare Fastify with `pg`: it reads Debrief's database, and writes to another with the same tables. */
  baseline: Target
  /** Stores the action items on the first call. */
  ensureItems: () => Promise<void>
  say: (message: string) => void
}

/** Starts the servers; `stack` stops them. */
export async function setUp(
  stack: AsyncDisposableStack,
  scale: Scale,
  say: (message: string) => void,
): Promise<Setup> {
  const server = await startServer()
  stack.defer(server.stop)
  const postmaster = await findPostmaster(server.url)
  const [serviceDatabase, baselineDatabase] = await Promise.all([
    createSeededDatabase(stack, server.url),
    createSeededDatabase(stack, server.url),
  ])
  const { db, close } = openDatabase({ connectionString: serviceDatabase }, () => {})
  stack.defer(close)

  const args = ['token', 'create', '--name', 'bench', '--scope', 'admin']
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    env: environment({ DATABASE_URL: serviceDatabase }),
  })
  const [service, baseline] = await Promise.all([
    start(stack, [program, 'serve'], { DATABASE_URL: serviceDatabase, DEBRIEF_PORT: '0' }),
    start(stack, [baselineProgram], { BENCH_READS: serviceDatabase, BENCH_WRITES: baselineDatabase }),
  ])
  let loading: Promise<void> | undefined
  const loadItems = async () => {
    say(`storing ${scale.items.toLocaleString('en')} action items`)
    await insertItems(db, 0, scale.items)
    await runMaintenance(serviceDatabase, 'action_items')
    await analyzeItems(db)
  }
  return {
    scale,
    db,
    databaseUrl: serviceDatabase,
    service: { ...service, headers: { authorization: `Bearer ${stdout.trim()}` }, postmaster },
    baseline: { ...baseline, headers: {}, postmaster },
    ensureItems: () => (loading ??= loadItems()),
    say,
  }
}

/** Finds the postmaster's pid: the parent of any backend. */
async function findPostmaster(server: string): Promise<number> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    return postmasterOf(rows[0].pid)
  } finally {
    await client.end()
  }
}

/** Does PostgreSQL's maintenance now, so that none runs while it is measured. Only a superuser may run CHECKPOINT. */
export async function runMaintenance(url: string, table: string): Promise<void> {
  await runStatements(url, `VACUUM ANALYZE ${table}`)
  await runStatements(url, 'CHECKPOINT').catch(() => {})
}

/** Makes an empty folder, which `stack` removes. */
export function makeFolder(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-bench-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Creates a database with Debrief's tables and one incident; returns its URL. */
export async function createSeededDatabase(stack: AsyncDisposableStack, server: string): Promise<string> {
  const database = await createDatabase(server, 'bench')
  stack.defer(() => dropDatabase(server, database))
  const url = inDatabase(server, database)
  await migrate({ connectionString: url })
  await runStatements(
    url,
    `INSERT INTO incidents (id, title, severity, occurred_on, created_at, changed_by, changed_at, request_id)
    VALUES ('${incident}', 'Payments drill', 'SEV2', '2026-01-01', now(), 'bench', now(), 'bench')`,
  )
  return url
}

export interface Started {
  url: string
  pid: number
  /** Sends SIGTERM and waits for the end. */
  stop: () => Promise<void>
}

/** Starts a program and returns once it prints on standard error where it listens. Discards its standard output. */
export async function start(
  stack: AsyncDisposableStack,
  args: string[],
  settings: Record<string, string>,
): Promise<Started> {
  const child = spawn(process.execPath, args, {
    env: environment(settings),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  stack.defer(stop)
  let output = ''
  const url = await new Promise<string | undefined>(resolve => {
    createInterface(child.stderr).on('line', line => {
      output += `${line}\n`
      const address = /listens on (http:[^\s;]+)/.exec(line)?.[1]
      if (address) resolve(address)
    })
    ended.then(() => resolve(undefined))
  })
  if (url === undefined || child.pid === undefined) throw new Error(`${args.join(' ')} ended: ${output}`)
  return { url, pid: child.pid, stop }
}

/** Our environment without settings of another service. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(DEBRIEF_|DATABASE_URL|PG|NODE_OPTIONS)/.test(name),
  )
  return { ...Object.fromEntries(own), ...settings }
}
