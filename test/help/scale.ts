/** How much a test does: a little on every change, much more in a torture run. */

const started = performance.now()
const isFull = process.env.DEBRIEF_TEST_SCALE === 'full'
const minutes = Number(process.env.DEBRIEF_TEST_MINUTES || Number.POSITIVE_INFINITY)
if (!(minutes > 0)) throw new Error('DEBRIEF_TEST_MINUTES is not a number of minutes above 0.')

/** The count that this run wants: `ci`, or `full` with DEBRIEF_TEST_SCALE=full. */
export function scaled(ci: number, full: number): number {
  return isFull ? full : ci
}

/** Whether DEBRIEF_TEST_MINUTES have gone since the test file's start; never without that variable. */
export function timeIsUp(): boolean {
  return performance.now() - started >= minutes * 60_000
}
