import { spawn } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

export const folder = import.meta.dirname
export const contract = join(folder, '../openapi/openapi.json')
/** Holds a copy of each client's folder, where it is installed, generated, compiled and run. */
export const workshop = join(folder, '.generated')
/** A hanging step is ended. Installing the slowest from nothing takes minutes. */
const stepTimeout = 540_000

/** Copies the client's folder, with the contract, over what the last run left, without what it had generated. */
export function copyClient(name: string): string {
  const copy = join(workshop, name)
  for (const old of ['generated', 'debrief', 'out', 'target'])
    rmSync(join(copy, old), { recursive: true, force: true })
  cpSync(join(folder, name), copy, { recursive: true })
  cpSync(contract, join(copy, 'openapi.json'))
  return copy
}

/**
 * Runs a shell command, in which `node` is this one.
 * @throws Error with what it printed, where it fails
 */
export async function sh(cwd: string, command: string, env: Record<string, string> = {}): Promise<void> {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const child = spawn(command, {
    cwd,
    shell: true,
    env: { ...process.env, PATH: path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: stepTimeout,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.on('error', reject).on('close', resolve)
  const code = await promise
  if (code !== 0) throw new Error(`${command}\n${output}`)
}
