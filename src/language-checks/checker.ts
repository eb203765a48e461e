import type { OpenDatabase } from '../db/open.ts'
import { peopleCalled, peopleVersion } from '../directory/store.ts'
import type { Context } from '../http/context.ts'
import { type BlameCheck, prepareBlameCheck } from '../language/check.ts'
import { remembering } from '../language/remembering.ts'

interface Kept {
  snapshot: string
  version: string
  check: BlameCheck
}

/**
 * The language check that knows the directory, prepared anew only when a person has changed.
 * @returns asks for the check as of now; people who have left are known as well
 */
export function keepBlameCheck({
  db,
  snapshot,
}: Pick<OpenDatabase, 'db' | 'snapshot'>): Context['blameCheck'] {
  let kept: Kept | undefined
  return async () => {
    // Each is asked before what it vouches for: a change in between is seen by the next call.
    const shown = await snapshot()
    if (kept?.snapshot === shown) return kept.check
    const version = await peopleVersion(db)
    const check =
      kept?.version === version ? kept.check : remembering(prepareBlameCheck(await peopleCalled(db)))
    kept = { snapshot: shown, version, check }
    return check
  }
}
