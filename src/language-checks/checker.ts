import type { Db } from '../db/open.ts'
import { peopleCalled, peopleVersion } from '../directory/store.ts'
import { type BlameCheck, prepareBlameCheck } from '../language/check.ts'

/** Asks for the check that knows the directory as it is now. */
export type CurrentBlameCheck = () => Promise<BlameCheck>

/**
 * The language check that knows the directory, prepared anew only when a person has changed.
 * @returns asks for the check as of now; people who have left are known as well
 */
export function keepBlameCheck(db: Db): CurrentBlameCheck {
  let kept: { version: string; check: BlameCheck } | undefined
  return async () => {
    // Asked before the names are read: a change in between is seen by the next call.
    const version = await peopleVersion(db)
    if (kept?.version !== version) kept = { version, check: prepareBlameCheck(await peopleCalled(db)) }
    return kept.check
  }
}
