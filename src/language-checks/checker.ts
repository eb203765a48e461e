import { type Db, snapshotOf } from '../db/open.ts'
import { peopleCalled, peopleVersion } from '../directory/store.ts'
import { type BlameCheck, prepareBlameCheck } from '../language/check.ts'
import { remembering } from '../language/remembering.ts'

/** Asks for the check that knows the directory as it is now. */
export type CurrentBlameCheck = () => Promise<BlameCheck>

interface Kept {
  snapshot: string
  version: string
  check: BlameCheck
}

/**
 * The language check that knows the directory, prepared anew only when a person has changed.
 * @param db a pool, and no transaction of it
 * @returns asks for the check as of now; people who have left are known as well
 */
export function keepBlameCheck(db: Db): CurrentBlameCheck {
  let kept: Kept | undefined
  return async () => {
    // Each is asked before what it vouches for: a change in between is seen by the next call.
    const snapshot = await snapshotOf(db)
    if (kept?.snapshot === snapshot) return kept.check
    const version = await peopleVersion(db)
    const check =
      kept?.version === version ? kept.check : remembering(prepareBlameCheck(await peopleCalled(db)))
    kept = { snapshot, version, check }
    return check
  }
}
