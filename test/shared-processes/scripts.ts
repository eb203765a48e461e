import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = '.tap/shared-processes'
const filesInProcess = 8

/** Writes a script for each process that test files share, and returns what tap is to run: these, and the files that run alone. */
export function writeScripts(files: string[]): string[] {
  const { alone, shared } = byProcess(files)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return [...alone, ...shared.map(writeScript)]
}

/**
 * Divides test files: one that starts processes runs alone; of the others several share a process, since each process takes
 * a second to load Debrief.
 */
export function byProcess(files: string[]): { alone: string[]; shared: string[][] } {
  const alone = files.filter(startsProcesses)
  const others = files.filter(file => !alone.includes(file))
  const shared = Array.from({ length: Math.ceil(others.length / filesInProcess) }, (_, i) =>
    others.slice(i * filesInProcess, (i + 1) * filesInProcess),
  )
  return { alone, shared }
}

const startsProcesses = (file: string) =>
  /'node:child_process'|\/command\.ts'|\/embedded-servers\.ts'/.test(readFileSync(file, 'utf8'))

function writeScript(files: string[], index: number): string {
  const script = join(folder, `${String(index + 1).padStart(2, '0')}.mjs`)
  const list = JSON.stringify(files, null, 2)
  writeFileSync(
    script,
    `import { runFiles } from '../../test/shared-processes/run-files.ts'\n\nrunFiles(${list})\n`,
  )
  return script
}
