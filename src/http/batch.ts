import type { FastifyRequest } from 'fastify'
import { toDebriefError } from './errors.ts'
import { DebriefError, type Problem, toProblem } from './problem.ts'

/**
 * Stores each entry by itself, in order. An entry that is refused (4xx) gets what `rejected` makes of its problem;
 * anything worse ends the batch.
 */
export async function eachAlone<Entry, Result>(
  request: FastifyRequest,
  entries: Entry[],
  store: (entry: Entry) => Promise<Result>,
  rejected: (entry: Entry, problem: Problem) => Result,
): Promise<Result[]> {
  const results: Result[] = []
  for (const entry of entries) {
    results.push(await store(entry).catch(error => rejected(entry, toProblem(refusalOf(error), request))))
  }
  return results
}

/** Stores the entries in order; the first that is refused refuses all, and the error's pointers say which one it was. */
export async function allOrNothing<Entry, Result>(
  list: string,
  entries: Entry[],
  store: (entry: Entry) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const [index, entry] of entries.entries()) {
    results.push(
      await store(entry).catch(error => {
        throw below(`/${list}/${index}`, refusalOf(error))
      }),
    )
  }
  return results
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
