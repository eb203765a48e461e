/** Stops what a command has started on a signal, once: npm and the launcher forward signals, so one may come twice. */
export function disposeOnSignals(stack: AsyncDisposableStack): void {
  let isEnding = false
  const end = () => {
    if (isEnding) return
    isEnding = true
    stack.disposeAsync().finally(() => process.exit(1))
  }
  process.on('SIGINT', end).on('SIGTERM', end)
}
