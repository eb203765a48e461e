import type { OnProgress } from '../../db/backup/format.ts'

/** Prints a sentence for the person at the terminal, on standard error: standard output has the log. */
export const say = (message: string): void => {
  process.stderr.write(`${message}\n`)
}

const progressEvery = 5000
const mebibyte = 1024 * 1024

/** Says how far a backup or a restore is, a line at most every five seconds. */
export function progressLines(): OnProgress {
  let last = performance.now()
  return (doing, bytes, all) => {
    if (performance.now() - last < progressEvery) return
    last = performance.now()
    const done = Math.round(bytes / mebibyte)
    say(`${all === undefined ? `${done} MiB` : `${done} of ${Math.round(all / mebibyte)} MiB`}: ${doing}.`)
  }
}
