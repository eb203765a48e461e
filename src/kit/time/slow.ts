const milliseconds = 1000

/** Calls `announce` when `work` takes longer than a second; resolves and rejects as `work` does. */
export async function announceIfSlow<T>(work: Promise<T>, announce: () => void): Promise<T> {
  const timer = setTimeout(announce, milliseconds)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
