import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { tablesFile, tablesOf } from './tables.ts'

/**
 * Runs the tests on a real PostgreSQL: the server of DATABASE_URL (its role may create databases), or else an embedded
 * one that lives as long as the run. Arguments go to tap. Ends with "N passed, N failed".
 * With `--tables` it writes the row types of the migrated database instead.
 */
interface Server {
  url: string
  stop: () => Promise<void>
}

async function main(): Promise<number> {
  buildTap()
  const server = process.env.DATABASE_URL
    ? { url: process.env.DATABASE_URL, stop: async () => {} }
    : await embedded()
  const template = `debrief_template_${randomBytes(4).toString('hex')}`
  try {
    await administer(server, `CREATE DATABASE ${template}`)
    await migrate({ connectionString: inDatabase(server, template) })
    if (process.argv[2] === '--tables') return await writeTables(inDatabase(server, template))
    return await runTap(process.argv.slice(2), {
      DEBRIEF_TEST_SERVER: server.url,
      DEBRIEF_TEST_TEMPLATE: template,
      DATABASE_URL: '',
    })
  } finally {
    await administer(server, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
    await server.stop()
  }
}

async function writeTables(url: string): Promise<number> {
  writeFileSync(tablesFile, await tablesOf(url))
  return 0
}

/** tap comes with its TypeScript plugin built in, which TypeScript 7 cannot serve: it is built once without it. */
function buildTap(): void {
  const built = 'node_modules/@tapjs/test/test-built/dist/esm/index.js'
  if (!readFileSync(built, 'utf8').includes('tapjs/typescript')) return
  execFileSync('node_modules/.bin/tap', ['build'], { stdio: 'inherit' })
}

async function embedded(): Promise<Server> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'debrief-test-'))
  const { connection, stop } = await startEmbedded({ dataDirectory, log: message => console.error(message) })
  const { host, port, user } = connection
  return {
    url: `postgresql://${user}@localhost:${port}/postgres?host=${encodeURIComponent(host)}`,
    stop: async () => {
      await stop()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

function inDatabase({ url }: Server, database: string): string {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address.toString()
}

async function administer(server: Server, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inDatabase(server, 'postgres') })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

function runTap(args: string[], environment: Record<string, string>): Promise<number> {
  const child = spawn('node_modules/.bin/tap', ['run', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
    process.stdout.write(chunk)
  })
  return new Promise(resolve => {
    child.on('close', code => {
      const [passed, asserted] = totals(output)
      // A file can fail though each of its assertions holds, as when it does not end.
      const failed = code === 0 ? asserted : Math.max(asserted, 1)
      console.log(`${passed} passed, ${failed} failed`)
      resolve(passed > 0 && failed === 0 ? 0 : 1)
    })
  })
}

/** From tap's own closing line, `# { total: 3, pass: 2, fail: 1 }`. */
function totals(output: string): [passed: number, failed: number] {
  const line = output.match(/# \{ total: .*\}/g)?.at(-1) ?? ''
  const count = (name: string) => Number(line.match(new RegExp(`${name}: (\\d+)`))?.[1] ?? 0)
  return [count('pass'), count('fail') + count('skip') + count('todo')]
}

process.exit(await main())
