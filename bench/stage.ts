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
import { ask, createDatabase, dropDatabase, inDatabase, startServer } from '../test/help/server.ts'
import { postmasterOf, type Target } from './measure.ts'

/** The servers that are measured, and what is stored in their databases. */

export const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const baselineProgram = fileURLToPath(new URL('baseline.ts', import.meta.url))

/** How much is done. */
export interface Scale {
  rounds: number
  /** Of one side's turn under load. */
  seconds: number
  /** Action items in the database. */
  items: number
  starts: { first: number; again: number }
  /** Events of each incident whose document is read, and how often in a turn. */
  documents: [events: number, reads: number][]
}

/** An incident that is there from the beginning, in Debrief's database and in the other. */
export const incident = 'PM-2026-01-01-bench'

export interface Stage {
  scale: Scale
  /** Debrief's database. */
  db: Db
  service: Target
  /** A bare Fastify with `pg`: it reads Debrief's database, and stores into another of the same shape. */
  baseline: Target
  /** Puts the action items into the database when they are first asked for. */
  needItems: () => Promise<void>
  say: (message: string) => void
}

/** Starts everything; `stack` takes it down. */
export async function setStage(
  stack: AsyncDisposableStack,
  scale: Scale,
  say: (message: string) => void,
): Promise<Stage> {
  const server = await startServer()
  stack.defer(server.stop)
  const postmaster = await findPostmaster(server.url)
  const [own, bare] = await Promise.all([furnish(stack, server.url), furnish(stack, server.url)])
  const { db, close } = openDatabase({ connectionString: own }, () => {})
  stack.defer(close)

  const args = ['token', 'create', '--name', 'bench', '--scope', 'admin']
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    env: environment({ DATABASE_URL: own }),
  })
  const [service, baseline] = await Promise.all([
    start(stack, [program, 'serve'], { DATABASE_URL: own, DEBRIEF_PORT: '0' }),
    start(stack, [baselineProgram], { BENCH_READS: own, BENCH_WRITES: bare }),
  ])
  let loading: Promise<void> | undefined
  const loadItems = async () => {
    say(`storing ${scale.items.toLocaleString('en')} action items`)
    await insertItems(db, 0, scale.items)
    await settle(own, () => analyzeItems(db))
  }
  return {
    scale,
    db,
    service: { ...service, headers: { authorization: `Bearer ${stdout.trim()}` }, postmaster },
    baseline: { ...baseline, headers: {}, postmaster },
    needItems: () => (loading ??= loadItems()),
    say,
  }
}

/** A backend is its child, for as long as the connection lasts. */
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

/** Leaves PostgreSQL nothing to catch up with while it is measured; only a superuser may ask for a checkpoint. */
async function settle(url: string, analyze: () => Promise<unknown>): Promise<void> {
  await ask(url, 'VACUUM action_items')
  await analyze()
  await ask(url, 'CHECKPOINT').catch(() => {})
}

/** An empty folder that is gone afterwards. */
export function makeFolder(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-bench-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A new database with Debrief's tables and one incident; its address. */
async function furnish(stack: AsyncDisposableStack, server: string): Promise<string> {
  const database = await createDatabase(server, 'bench')
  stack.defer(() => dropDatabase(server, database))
  const url = inDatabase(server, database)
  await migrate({ connectionString: url })
  await ask(
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

/** Runs a program that says on standard error where it listens; returns once it does. Its output is thrown away. */
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
  let said = ''
  const url = await new Promise<string | undefined>(resolve => {
    createInterface(child.stderr).on('line', line => {
      said += `${line}\n`
      const address = /listens on (http:[^\s;]+)/.exec(line)?.[1]
      if (address) resolve(address)
    })
    ended.then(() => resolve(undefined))
  })
  if (url === undefined || child.pid === undefined) throw new Error(`${args.join(' ')} ended: ${said}`)
  return { url, pid: child.pid, stop }
}

/** Ours, without settings that are meant for another service. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(DEBRIEF_|DATABASE_URL|PG|NODE_OPTIONS)/.test(name),
  )
  return { ...Object.fromEntries(own), ...settings }
}
