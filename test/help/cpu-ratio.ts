/** CPU time is told in ticks of some milliseconds: a few of them are needed to say anything. */
const leastMicroseconds = 20_000
const mostRounds = 5

/**
 * How many times as much CPU time of this thread the longer work takes: whatever else the machine does is not in it.
 * What that takes from caches can only add, so the least of several rounds counts: as many as bring it to `limit`.
 */
export function cpuRatio(short: () => void, long: () => void, limit: number): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let rounds = 0
  do {
    // The longer one first: what is compiled on the way is no part of the shorter one's cost.
    most = Math.min(most, cpuOf(long))
    least = Math.min(least, cpuOf(short))
    rounds += 1
  } while (most > limit * least && rounds < mostRounds)
  return most / least
}

function cpuOf(work: () => void): number {
  const before = process.threadCpuUsage()
  for (let runs = 1; ; runs += 1) {
    work()
    const { user, system } = process.threadCpuUsage(before)
    if (user + system >= leastMicroseconds) return (user + system) / runs
  }
}
