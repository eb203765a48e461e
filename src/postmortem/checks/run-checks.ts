import type { Db, Trx } from '../../db/open.ts'
import { whileWaited } from '../../db/transact.ts'
import { inactivePeople } from '../../directory/store.ts'
import type { VersionedBlameCheck } from '../../http/context.ts'
import { type Turns, takeTurns } from '../../kit/time/turns.ts'
import { type JudgedTexts, judgeTexts } from '../../language-checks/judging.ts'
import { keepJudgements, textsVersion } from '../../language-checks/store.ts'
import { eventsDigest } from '../../timeline/shown/store.ts'
import { inSnapshot, readShown } from '../load.ts'
import type { CheckInput, ChecksRun } from './check-input.ts'
import { checksEtag, checksOf } from './checks.ts'
import { coverageOf, findingsIn, judgedTexts, type TextAt } from './judged-texts.ts'

/** Reads a document in one snapshot and runs all checks on it. */
export const runChecks = async (
  db: Db,
  incident_id: string,
  blameCheck: VersionedBlameCheck,
  now: string,
): Promise<ChecksRun> =>
  runChecksOn(db, await readInSnapshot(db, incident_id, blameCheck.gone), blameCheck, now)

const readInSnapshot = (db: Db, incident_id: string, gone: AbortSignal | undefined): Promise<CheckData> =>
  inSnapshot(gone === undefined ? db : whileWaited(db, gone), trx => readCheckData(trx, incident_id))

/**
 * Runs the checks outside of any transaction, since the language check can take a while, and keeps what that says: also when
 * nobody waits for it any more, so that who asks again need not begin anew.
 */
export async function runChecksOn(
  db: Db,
  loaded: CheckData,
  blameCheck: VersionedBlameCheck,
  now: string,
): Promise<ChecksRun> {
  const judged = await judgeTexts(db, loaded.data.incident, judgedTexts(loaded.data), blameCheck)
  await keepJudgements(db, loaded.data.incident.id, judged.changes, loaded.version)
  return runRules(loaded, judged, now, takeTurns(blameCheck.gone))
}

/** Runs the checks under a lock, which should find every judgement kept by an earlier run: it keeps none itself. */
export async function runChecksLocked(
  trx: Trx,
  loaded: CheckData,
  blameCheck: VersionedBlameCheck,
  now: string,
): Promise<ChecksRun> {
  const judged = await judgeTexts(trx, loaded.data.incident, judgedTexts(loaded.data), blameCheck)
  return runRules(loaded, judged, now, takeTurns(blameCheck.gone))
}

async function runRules(
  loaded: CheckData,
  { judgements }: JudgedTexts<TextAt>,
  now: string,
  turns: Turns,
): Promise<ChecksRun> {
  await turns.next()
  const input = {
    ...loaded,
    findings: findingsIn(judgements),
    language: coverageOf(judgements, loaded.data.rest),
    now,
  }
  const checks = checksOf(input)
  return { input, checks, etag: await checksEtag(input, checks, loaded.digest, turns) }
}

interface CheckData extends Omit<CheckInput, 'findings' | 'language' | 'now'> {
  /** Of the texts when they were read, for their judgements to be kept. */
  version: string
  /** Of all events, also of those that are not read. */
  digest: string
}

export async function readCheckData(trx: Trx, incident_id: string): Promise<CheckData> {
  const { data, size } = await readShown(trx, incident_id)
  const timeline = data.events.filter(({ retraction }) => retraction === null)
  return {
    data,
    size,
    timeline,
    digest: await eventsDigest(trx, incident_id, data.events.length === size.count),
    version: await textsVersion(trx, incident_id),
    inactive: await inactivePeople(
      trx,
      data.action_items.flatMap(({ owner }) => owner ?? []),
    ),
  }
}
