import type { Trx } from '../db/open.ts'
import { withSavepoint } from '../db/transact.ts'
import { DebriefError, toDebriefError } from './problem.ts'

/** How the entries of a batch are stored. */
interface Batch<Entry, Result> {
  /** What two batches must not take in different orders, or they would block each other. */
  keyOf: (entry: Entry) => string
  store: (entry: Entry) => Promise<Result>
  /** What becomes of an entry that was refused (4xx); throwing refuses the whole batch. */
  refused: (entry: Entry, refusal: DebriefError, index: number) => Result
}

/**
 * Stores each entry by itself, all in one transaction: one that is refused leaves nothing. The results are in the order
 * of the entries. Anything worse than a refusal ends the batch.
 */
export async function storeBatch<Entry, Result>(
  trx: Trx,
  entries: Entry[],
  { keyOf, store, refused }: Batch<Entry, Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const keyed = entries.map((entry, index) => ({ entry, index, key: keyOf(entry) }))
  for (const { entry, index } of keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    try {
      results[index] = await withSavepoint(trx, () => store(entry))
    } catch (error) {
      results[index] = refused(entry, refusalOf(error as Error), index)
    }
  }
  return results
}

/** All or nothing: the first refusal refuses the whole list, and the error's pointers say which entry it was. */
export const refuseAll =
  (list: string) =>
  (_entry: unknown, refusal: DebriefError, index: number): never => {
    throw below(`/${list}/${index}`, refusal)
  }

function refusalOf(error: Error): DebriefError {
  const known = toDebriefError(error)
  if (known.status >= 500) throw error
  return known
}

function below(pointer: string, { code, message, errors, headers }: DebriefError): DebriefError {
  const named = errors.length > 0 ? errors : [{ code, detail: message }]
  const moved = named.map(error => ({
    ...error,
    pointer: pointer + ('pointer' in error ? error.pointer : ''),
  }))
  return new DebriefError(code, `${pointer}: ${message}`, moved, headers)
}
