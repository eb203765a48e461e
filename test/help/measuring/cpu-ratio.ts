/** Several ticks of the CPU clock, which are some milliseconds long. */
const minMicroseconds = 20_000
const maxRounds = 5

/**
 * How many times as much CPU time of this thread the longer work takes, so that a busy machine counts little. It can only
 * add, by cold caches, so the minimum of each counts over as many rounds as bring the ratio to `limit`.
 */
export function cpuRatio(short: () => void, long: () => void, limit: number): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let rounds = 0
  do {
    // The longer one first, so that the shorter one's cost has no compilation in it.
    most = Math.min(most, cpuOf(long))
    least = Math.min(least, cpuOf(short))
    rounds += 1
  } while (most > limit * least && rounds < maxRounds)
  return most / least
}

function cpuOf(work: () => void): number {
  const before = process.threadCpuUsage()
  for (let runs = 1; ; runs += 1) {
    work()
    const { user, system } = process.threadCpuUsage(before)
    if (user + system >= minMicroseconds) return (user + system) / runs
  }
}
