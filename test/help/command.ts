import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { postmasterPid } from '../../src/db/embedded/pids.ts'
import { checkAnswer } from './contract-check.ts'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** A command of Debrief in a child process, and its output so far. */
export interface Command {
  child: ChildProcess
  pid: number
  output: { stdout: string; stderr: string }
  /** Resolves when the process has ended and its output has been read. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>
}

export interface Service extends Command {
  /** Where it listens. */
  url: string
}

type Stopping = Pick<Test, 'teardown'>

/** The child's DEBRIEF_ variables and DATABASE_URL; it inherits none. */
export type Settings = Record<string, string>

/** Starts `debrief <args>`; the test's end stops it. */
export function command(t: Stopping, args: string[], settings: Settings, detached = false): Command {
  const child = spawn(process.execPath, [program, ...args], {
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', text => {
      output[name] += text
    })
  const ended: Command['ended'] = new Promise(resolve => {
    child.once('close', (code, signal) => resolve({ code, signal, ...output }))
  })
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return { child, pid: child.pid ?? 0, output, ended }
}

/** Starts the service and waits until it is ready. */
export async function startService(t: Stopping, settings: Settings, detached = false): Promise<Service> {
  const started = command(t, ['serve'], { DEBRIEF_PORT: '0', ...settings }, detached)
  const url = await addressOf(started)
  if (url === undefined) throw new Error(`The service ended: ${(await started.ended).stderr}`)
  await untilReady(url)
  return { ...started, url }
}

/** Waits until /readyz answers 200. */
export async function untilReady(url: string): Promise<void> {
  while ((await send(`${url}/readyz`)).status !== 200) await sleep(10)
}

export const tokenIn = (data: string): string => readFileSync(join(data, 'admin.token'), 'utf8').trim()

/** Sends a request with a token and JSON, and checks the answer against the contract. */
export async function send(url: string, sending: Sending = {}): Promise<Response> {
  const response = await sendUnchecked(url, sending)
  checkResponse(sending.method ?? 'GET', response, await response.clone().text())
  return response
}

/** Sends a request with a token and JSON, without a check: for a service that may die before its answer is whole. */
export function sendUnchecked(
  url: string,
  { token, method = 'GET', body, type = 'application/json' }: Sending = {},
): Promise<Response> {
  return fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** Checks a response, whose body is passed as text, against the contract. @throws Error when it differs */
export function checkResponse(method: string, { url, status, headers }: Response, body: string): void {
  const { pathname, search } = new URL(url)
  checkAnswer({ method, url: pathname + search, status, headers: Object.fromEntries(headers), body })
}

interface Sending {
  token?: string | undefined
  method?: string
  body?: unknown
  type?: string
}

/** The processes of the embedded server in `data`: the postmaster first, then its children. Linux only. */
export function serverProcesses(data: string): number[] {
  const postmaster = postmasterPid(join(data, 'pg'))
  return postmaster === undefined ? [] : [postmaster, ...childrenOf(postmaster)]
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid && parentOf(pid) === parent)
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}

/** The URL where the service listens; undefined when it ends before. */
async function addressOf({ child, output }: Command): Promise<string | undefined> {
  while (child.exitCode === null && child.signalCode === null) {
    const url = /^Debrief listens on (http:\S+);/m.exec(output.stderr)?.[1]
    if (url) return url
    await sleep(5)
  }
  return undefined
}

/** Our environment without the variables of Debrief, PostgreSQL and tap. */
function environment(settings: Settings): NodeJS.ProcessEnv {
  const foreign = /^(DEBRIEF_|DATABASE_URL|PG|NODE_OPTIONS|NODE_V8_COVERAGE|_TAPJS)/
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return { ...Object.fromEntries(own), ...settings }
}
