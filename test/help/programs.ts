import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/** Runs programs as a user has them, and counts what is as it should be. */

/** Prints a line for each check, and counts them; `close` prints the sums and returns the exit code. */
export function createChecks(name: string) {
  let [passed, failed] = [0, 0]
  function check(sentence: string, found: unknown, wanted: unknown): void {
    const isRight = isDeepStrictEqual(found, wanted)
    if (isRight) passed += 1
    else failed += 1
    const wrong = `\n  wanted ${JSON.stringify(wanted)}\n  found  ${JSON.stringify(found)}`
    console.log(`${isRight ? 'ok' : 'FAILED'} ${sentence}${isRight ? '' : wrong}`)
  }
  const close = (): number => {
    console.log(`${name}: ${passed} passed, ${failed} failed`)
    return failed === 0 ? 0 : 1
  }
  return { check, close }
}

/** @throws Error that says what to install where a program is missing */
export function requireProgram(program: string, debianPackage: string): void {
  if (spawnSync(program, ['--version']).error)
    throw new Error(`There is no ${program} here: apt-get install ${debianPackage}.`)
}

/** Starts a program, which `stack` kills; prints what it has logged when it fails. */
export function startProgram(stack: AsyncDisposableStack, program: string, args: string[]): void {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', chunk => {
    log += chunk
  })
  child.on('exit', code => {
    if (code) console.error(log)
  })
  stack.defer(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => once(server.close(), 'close')))
  return ports
}

/** Whether Alertmanager or Prometheus is ready. */
export const isReady = (address: string): Promise<boolean> =>
  fetch(`${address}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

/** Waits until something holds. @throws Error after a minute */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 60_000; ) {
    if (await holds()) return
    await setTimeout(100)
  }
  throw new Error(`In a minute it never came about that ${what}.`)
}
