import { execFileSync, spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../src/db/migrate.ts'
import { filesOnServer } from './help/files-on-server.ts'
import { rowTypesOf, tablesFile } from './help/row-types.ts'
import { createDatabase, dropDatabase, inDatabase, startServer } from './help/server.ts'
import { writeScripts } from './shared-processes/scripts.ts'

/**
 * Runs the tests on a real PostgreSQL: the server of DATABASE_URL (its role must be able to create databases), or else an
 * embedded one for the run. Passes its arguments to tap, and prints "N passed, N failed" at the end.
 * `--on-server` runs only the files that use this server: the others need not run again on a second one.
 * `--tables` writes the row types of the migrated database instead.
 */
async function main(): Promise<number> {
  buildTap()
  useMemoryForTemp()
  const server = await startServer()
  const template = await createDatabase(server.url, 'template')
  const compileCache = mkdtempSync(join(tmpdir(), 'debrief-compileCache-'))
  try {
    const url = inDatabase(server.url, template)
    await migrate({ connectionString: url })
    if (process.argv[2] === '--tables') return await writeTables(url)
    return await runTap(tapArguments(process.argv.slice(2)), {
      DEBRIEF_TEST_SERVER: server.url,
      DEBRIEF_TEST_TEMPLATE: template,
      DATABASE_URL: '',
      // Shared by all processes, which would compile the same modules again otherwise.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCache,
    })
  } finally {
    rmSync(compileCache, { recursive: true })
    await dropDatabase(server.url, template)
    await server.stop()
  }
}

const isTerminal = process.stdout.isTTY === true
/** The escape sequence that tap prints at its end, also to a file. */
const showCursor = '\x1b[?25h'

/** tap's program, run by this Node.js: `node_modules/.bin/tap` would use the machine's. */
const tap = 'node_modules/tap/dist/esm/run.mjs'

const sharedMemory = { folder: '/dev/shm', bytes: 4 * 1024 ** 3 }

/** Points TMPDIR to memory where there is enough of it: the tests wait mostly for the disk, and none tests a power cut. */
function useMemoryForTemp(): void {
  if (!existsSync(sharedMemory.folder) || !existsSync('/proc/mounts')) return
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  const isExecutable = mounts.some(
    line => line.includes(` ${sharedMemory.folder} tmpfs `) && !line.includes('noexec'),
  )
  const { bavail, bsize } = statfsSync(sharedMemory.folder)
  if (isExecutable && bavail * bsize >= sharedMemory.bytes) process.env.TMPDIR ??= sharedMemory.folder
}

async function writeTables(url: string): Promise<number> {
  writeFileSync(tablesFile, await rowTypesOf(url))
  return 0
}

/** Builds tap once without its TypeScript plugin, which does not work with TypeScript 7. */
function buildTap(): void {
  const built = 'node_modules/@tapjs/test/test-built/dist/esm/index.js'
  if (!readFileSync(built, 'utf8').includes('tapjs/typescript')) return
  execFileSync(process.execPath, [tap, 'build'], { stdio: 'inherit' })
}

/**
 * Adds a reporter without cursor control where the output is a file or a CI log; given arguments come last and win. Files
 * that are named run by themselves.
 */
function tapArguments(given: string[]): string[] {
  const args = isTerminal ? given : ['--reporter=base', ...given]
  if (given.some(arg => !arg.startsWith('-'))) return args
  if (!given.includes('--on-server')) return [...args, ...writeScripts(globSync('test/**/*.test.ts').sort())]
  const { used, others } = filesOnServer()
  console.log(
    `Not run, because they use no database, one of their own, or are not about SQL: ${others.join(', ')}.\n`,
  )
  return [...args.filter(arg => arg !== '--on-server'), ...writeScripts(used)]
}

function runTap(args: string[], environment: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [tap, 'run', ...args], {
    // CI keeps Ink, which tap prints with, from moving the cursor.
    env: { ...process.env, ...(isTerminal ? {} : { CI: 'true' }), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    output += chunk
    process.stdout.write(isTerminal ? chunk : chunk.replaceAll(showCursor, ''))
  })
  return new Promise(resolve => {
    child.on('close', code => {
      const [passed, asserted] = totals(output)
      // A file can fail without a failed assertion, such as by a timeout.
      const failed = code === 0 ? asserted : Math.max(asserted, 1)
      console.log(`${passed} passed, ${failed} failed`)
      resolve(passed > 0 && failed === 0 ? 0 : 1)
    })
  })
}

/** Parses tap's summary, `# { total: 3, pass: 2, fail: 1 }`. */
function totals(output: string): [passed: number, failed: number] {
  const line = output.match(/# \{ total: .*\}/g)?.at(-1) ?? ''
  const count = (name: string) => Number(line.match(new RegExp(`${name}: (\\d+)`))?.[1] ?? 0)
  return [count('pass'), count('fail') + count('skip') + count('todo')]
}

process.exit(await main())
