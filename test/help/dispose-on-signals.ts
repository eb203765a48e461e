/** Stops what a command has started on a signal, once: npm and the launcher forward signals, so one may come twice. */
export function disposeOnSignals(stack: AsyncDisposableStack): void {
  let isEnding = false
  const end = () => {
    if (isEnding) return
    isEnding = true
    process.on('uncaughtException', () => {}) // What fails from now on fails because it is being stopped.
    stack.disposeAsync().finally(() => process.exit(1))
  }
  process.on('SIGINT', end).on('SIGTERM', end)
}
