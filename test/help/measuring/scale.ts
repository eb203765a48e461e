/** How much a test does: little in CI, much more in a torture run. */

const started = performance.now()
const isFull = process.env.DEBRIEF_TEST_SCALE === 'full'
const minutes = Number(process.env.DEBRIEF_TEST_MINUTES || Number.POSITIVE_INFINITY)
if (!(minutes > 0)) throw new Error('DEBRIEF_TEST_MINUTES is not a number of minutes above 0.')

/** `ci`, or `full` with DEBRIEF_TEST_SCALE=full. */
export function scaled(ci: number, full: number): number {
  return isFull ? full : ci
}

/** Whether DEBRIEF_TEST_MINUTES have passed since the test file started; never without that variable. */
export function timeIsUp(): boolean {
  return performance.now() - started >= minutes * 60_000
}
