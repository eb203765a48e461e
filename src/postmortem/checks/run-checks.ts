import type { Db, Trx } from '../../db/open.ts'
import { inactivePeople } from '../../directory/store.ts'
import type { BlameCheck } from '../../language/check.ts'
import { inSnapshot, readPostmortem } from '../load.ts'
import type { CheckInput } from './check-input.ts'
import { checksEtag, checksOf } from './checks.ts'
import { findingsIn } from './judged-texts.ts'
import type { FailedCheck } from './schema.ts'

/** What the checks have read, and what failed. */
export interface ChecksRun {
  input: CheckInput
  checks: FailedCheck[]
  /** Of the document and the failed checks: see `checksEtag`. */
  etag: string
}

/** Reads a document in one snapshot and runs all checks on it. */
export const runChecks = async (
  db: Db,
  incident_id: string,
  blameCheck: BlameCheck,
  now: string,
): Promise<ChecksRun> =>
  runChecksOn(await inSnapshot(db, trx => readCheckData(trx, incident_id)), blameCheck, now)

/** Runs the checks without a database connection: the language check can take a while. */
export async function runChecksOn(
  loaded: CheckData,
  blameCheck: BlameCheck,
  now: string,
): Promise<ChecksRun> {
  const input = { ...loaded, findings: await findingsIn(loaded.data, blameCheck), now }
  const checks = checksOf(input)
  return { input, checks, etag: checksEtag(input, checks) }
}

type CheckData = Omit<CheckInput, 'findings' | 'now'>

export async function readCheckData(trx: Trx, incident_id: string): Promise<CheckData> {
  const data = await readPostmortem(trx, incident_id)
  const timeline = data.events.filter(({ retraction }) => retraction === null)
  return {
    data,
    timeline,
    inactive: await inactivePeople(
      trx,
      data.action_items.flatMap(({ owner }) => owner ?? []),
    ),
  }
}
