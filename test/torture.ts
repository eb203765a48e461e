import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/**
 * Runs each test file that uses `scaled` at its full scale, one after the other: `npm run torture -- --minutes 10`.
 * Divides the minutes among the files; without them each runs to its full count. Arguments name files.
 * Prints its progress, and "N passed, N failed" at the end.
 */

const runner = fileURLToPath(new URL('run.ts', import.meta.url))
const folder = fileURLToPath(new URL('.', import.meta.url))
const progressInterval = 20_000

interface Outcome {
  passed: number
  failed: number
}

async function main(): Promise<number> {
  const { minutes, files } = parseOptions()
  const all = { passed: 0, failed: 0 }
  const each = minutes === undefined ? undefined : minutes / files.length
  console.log(
    `${files.length} files, ${each === undefined ? 'to their full figures' : `${clock(each * 60_000)} each`}`,
  )
  for (const [i, file] of files.entries()) {
    const { passed, failed } = await run(file, each, `[${i + 1}/${files.length}] ${file}`)
    all.passed += passed
    all.failed += failed
  }
  console.log(`${all.passed} passed, ${all.failed} failed`)
  return all.failed === 0 && all.passed > 0 ? 0 : 1
}

function parseOptions(): { minutes: number | undefined; files: string[] } {
  const { values, positionals } = parseArgs({
    options: { minutes: { type: 'string' } },
    allowPositionals: true,
  })
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  if (minutes !== undefined && !(minutes > 0)) throw new Error('--minutes must be a number above 0.')
  return { minutes, files: positionals.length > 0 ? positionals : longFiles() }
}

/** The test files that use `scaled`. */
function longFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts'))
    .filter(name => readFileSync(join(folder, name), 'utf8').includes('/scale.ts'))
    .map(name => join('test', name))
    .sort()
}

/** Runs one file by test/run.ts, with a PostgreSQL of its own. */
async function run(file: string, minutes: number | undefined, title: string): Promise<Outcome> {
  const started = performance.now()
  const report: Report = { last: 'it starts', asserts: 0 }
  const say = (message: string) => console.log(`${title}: ${message}, ${clock(performance.now() - started)}`)
  const progress = setInterval(() => say(`${report.asserts} asserts, ${report.last}`), progressInterval)
  const child = start(file, minutes)
  await listen(child.stdout, report)
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  clearInterval(progress)
  const { passed, failed } = report.outcome ?? { passed: 0, failed: 0 }
  say([`${passed} passed, ${failed} failed`, report.comment].filter(Boolean).join(': '))
  const isGood = code === 0 && passed > 0 && failed === 0
  return { passed, failed: isGood ? 0 : Math.max(failed, 1) }
}

function start(file: string, minutes: number | undefined) {
  return spawn(process.execPath, [runner, file, '--timeout=0', '--jobs=1', '--reporter=tap'], {
    env: {
      ...process.env,
      DEBRIEF_TEST_SCALE: 'full',
      DEBRIEF_TEST_MINUTES: minutes === undefined ? '' : String(minutes),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

interface Report {
  /** The last comment or assertion. */
  last: string
  asserts: number
  /** The last comment, in which a test reports what it measured. */
  comment?: string
  outcome?: Outcome
}

/** Reads a run's TAP into `report` until it ends; prints failures with their diagnostics at once. */
async function listen(output: Readable, report: Report): Promise<void> {
  let isFailing = false
  for await (const line of createInterface(output)) {
    const [, not, said] = /^ +(not )?ok \d+ - (?!.* # time=)(.+)$/.exec(line) ?? []
    const [, comment] = /^ +# (?!Subtest|time=)(.+)$/.exec(line) ?? []
    if (said) report.asserts += 1
    if (comment) report.comment = comment
    report.last = said ?? comment ?? report.last
    isFailing ||= not !== undefined
    if (isFailing) console.log(line)
    isFailing &&= line.trim() !== '...'
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(line) ?? []
    if (passed && failed) report.outcome = { passed: Number(passed), failed: Number(failed) }
  }
}

const clock = (milliseconds: number): string => {
  const seconds = Math.floor(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

process.exit(await main())
