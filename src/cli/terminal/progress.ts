import yoctoSpinner from 'yocto-spinner'
import { isLogged } from '../../config.ts'
import type { OnProgress } from '../../db/backup/format.ts'
import { say } from './say.ts'

export interface Progress {
  /** Tells how many are done by now. */
  tell: (done: number) => void
  /** Ends it. What is said from here on stays. */
  stop: () => void
}

/** How many are done before the next line, where there is no terminal. */
const linesEvery = 1000
const barWidth = 24

/**
 * Shows on standard error how far a command is: a bar on a terminal, which it leaves as it was; a line every now and then
 * elsewhere.
 * @param what is counted, e.g. `revisions verified`
 * @param total of them, where it is known
 */
export function startProgress(what: string, total?: number): Progress {
  if (!process.stderr.isTTY || isLogged()) return startLines(what)
  const textOf = (done: number) =>
    total === undefined
      ? `${done} ${what}`
      : `${barOf(total === 0 ? 1 : done / total)} ${done} of ${total} ${what}`
  const spinner = yoctoSpinner({ text: textOf(0) }).start()
  return {
    tell: done => {
      spinner.text = textOf(done)
    },
    stop: () => void spinner.stop(),
  }
}

function barOf(part: number): string {
  const full = Math.round(Math.min(part, 1) * barWidth)
  return '█'.repeat(full) + '░'.repeat(barWidth - full)
}

function startLines(what: string): Progress {
  let told = 0
  return {
    tell: done => {
      if (done - told < linesEvery) return
      told = done
      say(`${done} ${what} so far`)
    },
    stop: () => {},
  }
}

const lineEvery = 5000
const mebibyte = 1024 * 1024

/** Says how far a backup or a restore is, a line at most every five seconds. */
export function progressLines(): OnProgress {
  let last: number | undefined
  return (doing, bytes, all) => {
    last ??= performance.now()
    if (performance.now() - last < lineEvery) return
    last = performance.now()
    const done = Math.round(bytes / mebibyte)
    say(`${all === undefined ? `${done} MiB` : `${done} of ${Math.round(all / mebibyte)} MiB`}: ${doing}.`)
  }
}
