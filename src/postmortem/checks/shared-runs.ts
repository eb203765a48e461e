import type { ChecksRun } from './check-input.ts'

/** Runs the checks of an incident, or waits for a run. */
export type SharedRuns = (incident_id: string, gone: AbortSignal) => Promise<ChecksRun>

interface SharedRun {
  result: Promise<ChecksRun>
  join: (gone: AbortSignal) => void
}

/**
 * Shares runs of checks: all who ask for the checks of one incident while a run of them is under way wait for the next run. So
 * nobody's checks are older than the request, and however many ask, an incident's checks run once at a time. A run is ended
 * when all who wait for it are gone.
 */
export function shareRuns(run: SharedRuns): SharedRuns {
  const waiting = new Map<string, SharedRun>()
  const running = new Map<string, Promise<ChecksRun>>()

  function beginAfterThatOf(incident_id: string): SharedRun {
    const nobodyWaits = new AbortController()
    let callers = 0
    const shared: SharedRun = { result: begin(), join }
    waiting.set(incident_id, shared)
    return shared

    async function begin(): Promise<ChecksRun> {
      await running.get(incident_id)?.catch(() => {})
      if (nobodyWaits.signal.aborted) throw nobodyWaits.signal.reason
      waiting.delete(incident_id)
      const begun = run(incident_id, nobodyWaits.signal)
      running.set(incident_id, begun)
      return begun.finally(() => running.get(incident_id) === begun && running.delete(incident_id))
    }

    function join(gone: AbortSignal): void {
      callers += 1
      gone.addEventListener('abort', () => {
        callers -= 1
        if (callers > 0) return
        // Who comes now begins another one.
        if (waiting.get(incident_id) === shared) waiting.delete(incident_id)
        nobodyWaits.abort(gone.reason)
      })
    }
  }

  return (incident_id, gone) => {
    gone.throwIfAborted()
    const shared = waiting.get(incident_id) ?? beginAfterThatOf(incident_id)
    shared.join(gone)
    return shared.result
  }
}
