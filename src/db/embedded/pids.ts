import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a process with this pid runs, of whatever user; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  return !/^State:\s+Z/m.test(readText(`/proc/${pid}/status`))
}

/** The pid that `postmaster.pid` in `folder` names; undefined without such a file. */
export function postmasterPid(folder: string): number | undefined {
  return Number.parseInt(readText(join(folder, 'postmaster.pid')), 10) || undefined
}

/** Whether the process is the postmaster of `folder`: its pid may have been reused, or be of another container. */
export function isPostmaster(pid: number, folder: string): boolean {
  if (process.platform === 'linux') return readText(`/proc/${pid}/cmdline`).split('\0').includes(folder)
  return isAlive(pid)
}

/** The file's text; empty where it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
