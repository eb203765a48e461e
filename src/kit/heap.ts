import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Garbage may grow to a part of what is in use, and the room for new objects not at all. */
const tight = ['--semi-space-growth-factor=1', '--heap-growing-percent=25']

/**
 * The room for new objects may double. Garbage would otherwise grow to several times what is in use, which V8 hardly gives
 * back; less of it would cost every event a tenth.
 */
const usual = ['--semi-space-growth-factor=2', '--heap-growing-percent=75']

/** How many keep the heap tight now. */
let keepers = 0

/**
 * Keeps V8's heap tight until the returned function is called: while a program is loaded or a stream is written, much of what
 * is new stays in use, and the room for it would grow to 64 MB, all of which is touched in turn. Many requests at once need
 * that room: in a small one they are copied and copied again while they wait, for a fifth of their CPU.
 */
export function keepHeapTight(): () => void {
  keepers += 1
  if (keepers === 1) for (const flag of tight) setFlagsFromString(flag)
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    keepers -= 1
    if (keepers === 0) for (const flag of usual) setFlagsFromString(flag)
  }
}

/**
 * Collects all garbage and gives its memory back, which takes 70 ms: for the end of a start, whose garbage is 20 MB that V8
 * would keep while there is little to do.
 */
export function releaseGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: (how: { type: 'major'; flavor: 'last-resort' }) => void = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', flavor: 'last-resort' })
}
