import type { Trx } from '../db/open.ts'
import { withSavepoint } from '../db/transact.ts'
import { DebriefError, toDebriefError } from './problem.ts'

/** How the entries of a batch are stored. */
interface Batch<Entry, Result> {
  /** Entries are stored in this key's order, so that two batches cannot deadlock. */
  keyOf: (entry: Entry) => string
  store: (entry: Entry) => Promise<Result>
  /** The result of an entry that was refused (4xx); throwing refuses the whole batch. */
  refused: (entry: Entry, refusal: DebriefError, index: number) => Result
}

/**
 * Stores each entry in a savepoint of one transaction, so that a refused entry leaves nothing behind.
 * @returns the results in the order of the entries
 * @throws any other error than a refusal (4xx)
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

/** Makes a batch atomic: the first refusal refuses the whole list, with pointers that name the entry. */
export const refuseAll =
  (list: string) =>
  (_entry: unknown, refusal: DebriefError, index: number): never => {
    throw withPointerPrefix(`/${list}/${index}`, refusal)
  }

/**
 * Stores all entries of a list or none.
 * @throws one problem that names every entry which was refused
 */
export async function storeAll<Entry>(
  trx: Trx,
  list: string,
  entries: Entry[],
  { keyOf, store }: Pick<Batch<Entry, unknown>, 'keyOf' | 'store'>,
): Promise<void> {
  const results = await storeBatch<Entry, unknown>(trx, entries, {
    keyOf,
    store,
    refused: (_entry, refusal) => refusal,
  })
  refuseTogether(list, results)
}

/** @throws one problem that names every entry of a list whose result is an error; what is no refusal as it is */
export function refuseTogether(list: string, results: readonly unknown[]): void {
  const [first, ...others] = results.flatMap((result, index) =>
    result instanceof Error ? withPointerPrefix(`/${list}/${index}`, refusalOf(result)) : [],
  )
  if (first === undefined) return
  const isOneKind = others.every(({ code }) => code === first.code)
  const errors = [first, ...others].flatMap(refusal => refusal.errors)
  throw new DebriefError(isOneKind ? first.code : 'invalid_body', first.message, errors)
}

function refusalOf(error: Error): DebriefError {
  const known = toDebriefError(error)
  if (known.status >= 500) throw error
  return known
}

function withPointerPrefix(pointer: string, { code, message, errors, headers }: DebriefError): DebriefError {
  const listed = errors.length > 0 ? errors : [{ code, detail: message }]
  const prefixed = listed.map(error => ({
    ...error,
    pointer: pointer + ('pointer' in error ? error.pointer : ''),
  }))
  return new DebriefError(code, `${pointer}: ${message}`, prefixed, headers)
}
