import type { Db, Trx } from '../../db/open.ts'
import { inactivePeople } from '../../directory/store.ts'
import type { BlameCheck } from '../../language/check.ts'
import { inSnapshot, readPostmortem } from '../load.ts'
import { checksOf, digestOf } from './checks.ts'
import type { Examined } from './examined.ts'
import { findingsIn } from './judged-texts.ts'
import type { Check } from './schema.ts'

/** The document with all that the checks look at, and what they say. */
export interface Examination {
  examined: Examined
  checks: Check[]
  /** Names what would be sealed, and what the checks say of it. */
  etag: string
}

/** Examines a document as it stands at one moment. */
export const examine = async (
  db: Db,
  incident_id: string,
  check: BlameCheck,
  now: string,
): Promise<Examination> => conclude(await inSnapshot(db, trx => readExamined(trx, incident_id)), check, now)

/** The language is judged when everything is read: it takes a while, and a connection is a scarce thing. */
export async function conclude(read: Read, check: BlameCheck, now: string): Promise<Examination> {
  const examined = { ...read, findings: await findingsIn(read.data, check), now }
  const checks = checksOf(examined)
  return { examined, checks, etag: digestOf(examined, checks) }
}

type Read = Omit<Examined, 'findings' | 'now'>

export async function readExamined(trx: Trx, incident_id: string): Promise<Read> {
  const data = await readPostmortem(trx, incident_id)
  const timeline = data.events.filter(({ retraction }) => retraction === null)
  return {
    data,
    timeline,
    inactive: await inactivePeople(
      trx,
      data.action_items.map(({ owner }) => owner),
    ),
  }
}
