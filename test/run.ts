import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../src/db/migrate.ts'
import { filesOnServer } from './help/files-on-server.ts'
import { rowTypesOf, tablesFile } from './help/row-types.ts'
import { createDatabase, dropDatabase, inDatabase, startServer } from './help/server.ts'

/**
 * Runs the tests on a real PostgreSQL: the server of DATABASE_URL (its role may create databases), or else an embedded
 * one that lives as long as the run. Arguments go to tap. Ends with "N passed, N failed".
 * With `--on-server` only the files that use this server run, of which a second server has something to say.
 * With `--tables` it writes the row types of the migrated database instead.
 */
async function main(): Promise<number> {
  buildTap()
  preferMemory()
  const server = await startServer()
  const template = await createDatabase(server.url, 'template')
  const compiled = mkdtempSync(join(tmpdir(), 'debrief-compiled-'))
  try {
    const url = inDatabase(server.url, template)
    await migrate({ connectionString: url })
    if (process.argv[2] === '--tables') return await writeTables(url)
    return await runTap(tapArguments(process.argv.slice(2)), {
      DEBRIEF_TEST_SERVER: server.url,
      DEBRIEF_TEST_TEMPLATE: template,
      DATABASE_URL: '',
      // Each test file and each service is a process of its own that would compile the same modules again.
      NODE_COMPILE_CACHE: compiled,
    })
  } finally {
    rmSync(compiled, { recursive: true })
    await dropDatabase(server.url, template)
    await server.stop()
  }
}

const isTerminal = process.stdout.isTTY === true
/** tap's last word to every terminal, and to every file. */
const showCursor = '\x1b[?25h'

/** Run by this Node.js, where `node_modules/.bin/tap` would take the machine's. */
const tap = 'node_modules/tap/dist/esm/run.mjs'

const memory = { folder: '/dev/shm', bytes: 4 * 1024 ** 3 }

/**
 * Puts what is temporary into memory, where there is enough: the tests waited for the disk more than for anything else,
 * and none is about a machine that loses its power.
 */
function preferMemory(): void {
  if (!existsSync(memory.folder) || !existsSync('/proc/mounts')) return
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  const isExecutable = mounts.some(
    line => line.includes(` ${memory.folder} tmpfs `) && !line.includes('noexec'),
  )
  const { bavail, bsize } = statfsSync(memory.folder)
  if (isExecutable && bavail * bsize >= memory.bytes) process.env.TMPDIR ??= memory.folder
}

async function writeTables(url: string): Promise<number> {
  writeFileSync(tablesFile, await rowTypesOf(url))
  return 0
}

/** tap comes with its TypeScript plugin built in, which TypeScript 7 cannot serve: it is built once without it. */
function buildTap(): void {
  const built = 'node_modules/@tapjs/test/test-built/dist/esm/index.js'
  if (!readFileSync(built, 'utf8').includes('tapjs/typescript')) return
  execFileSync(process.execPath, [tap, 'build'], { stdio: 'inherit' })
}

/** In a file or a CI log a line for each test file, where a terminal is painted over; what is given comes last and wins. */
function tapArguments(given: string[]): string[] {
  const args = isTerminal ? given : ['--reporter=base', ...given]
  if (!given.includes('--on-server')) return args
  const { used, others } = filesOnServer()
  console.log(`Not run, because they use no database or one of their own: ${others.join(', ')}.\n`)
  return [...args.filter(arg => arg !== '--on-server'), ...used]
}

function runTap(args: string[], environment: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [tap, 'run', ...args], {
    // Ink, which tap prints with, moves no cursor where CI is set.
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
