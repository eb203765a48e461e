import type { OpenDatabase } from '../db/open.ts'
import { peopleNames, peopleVersion } from '../directory/store.ts'
import type { Context } from '../http/context.ts'
import { type BlameCheck, prepareBlameCheck } from '../language/check.ts'
import { cachedCheck } from './cached-check.ts'

/** A cache of one: the check, and what the database showed when it was prepared. */
interface Cached {
  snapshot: string
  version: string
  check: BlameCheck
}

/**
 * The language check that knows the directory, cached until a person has changed.
 * @returns asks for the check as of now; people who have left are known as well
 */
export function cacheBlameCheck({
  db,
  snapshot,
}: Pick<OpenDatabase, 'db' | 'snapshot'>): Context['blameCheck'] {
  let cached: Cached | undefined
  return async () => {
    // Each is asked before what it vouches for: a change in between is seen by the next call.
    const shown = await snapshot()
    if (cached?.snapshot === shown) return cached.check
    const version = await peopleVersion(db)
    const check =
      cached?.version === version ? cached.check : cachedCheck(prepareBlameCheck(await peopleNames(db)))
    cached = { snapshot: shown, version, check }
    return check
  }
}
