import type { OpenDatabase } from '../db/open.ts'
import { peopleNames, peopleVersion } from '../directory/store.ts'
import type { Context, VersionedBlameCheck } from '../http/context.ts'
import { prepareBlameCheck } from '../language/check.ts'
import { checkVersion } from './version.ts'

/** A check, with the database snapshot and the people's version at which it was prepared. */
interface Cached {
  snapshot: string
  version: string
  check: VersionedBlameCheck
}

/**
 * Caches the language check, which has to know the names of all people, those who have left too, until one changes.
 * @returns a function that returns the current check
 */
export function cacheBlameCheck({
  db,
  snapshot,
}: Pick<OpenDatabase, 'db' | 'snapshot'>): Context['blameCheck'] {
  let cached: Cached | undefined
  return async gone => ({ ...(await current()), gone })

  async function current(): Promise<VersionedBlameCheck> {
    // Read in this order, a change in between makes the next call miss the cache.
    const shown = await snapshot()
    if (cached?.snapshot === shown) return cached.check
    const version = await peopleVersion(db)
    const check =
      cached?.version === version
        ? cached.check
        : { ...prepareBlameCheck(await peopleNames(db)), version: checkVersion }
    cached = { snapshot: shown, version, check }
    return check
  }
}
