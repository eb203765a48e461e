import type { Db, Trx } from '../db/open.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireVersion } from '../http/conditions.ts'
import { DebriefError, type FieldError } from '../http/problem.ts'
import { getIncident, isSealed, lockDocument, moveDocument } from '../incidents/store.ts'
import type { BlameCheck } from '../language/check.ts'
import { checksOf, digestOf, type Examined, holdingBack, isSealable, waiversInForce } from './checks.ts'
import { findingsIn } from './language.ts'
import { atOneMoment, readPostmortem } from './load.ts'
import { insertRevision } from './revision-store.ts'
import type { Check, Postmortem } from './schema.ts'

/**
 * Moves a document between draft and in review.
 * @throws 409 when it is final
 */
export async function requestReview(
  trx: Trx,
  incident_id: string,
  status: 'draft' | 'in_review',
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> {
  const stored = await lockDocument(trx, incident_id)
  requireVersion(stored.version, expected)
  if (stored.status === 'final') {
    const way = stored.amending
      ? 'it is open for a correction, which POST …/revisions ends'
      : 'POST …/amendments opens it for a correction'
    const detail = `${incident_id} is final, and stays so: ${way}.`
    throw new DebriefError('wrong_state', detail)
  }
  await moveDocument(trx, incident_id, { status, amending: false }, facts)
}

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
): Promise<Examination> => conclude(await atOneMoment(db, trx => readExamined(trx, incident_id)), check, now)

/** The language is judged when everything is read: it takes a while, and a connection is a scarce thing. */
async function conclude(read: Read, check: BlameCheck, now: string): Promise<Examination> {
  const examined = { ...read, findings: await findingsIn(read.data, check), now }
  const checks = checksOf(examined)
  return { examined, checks, etag: digestOf(examined, checks) }
}

type Read = Omit<Examined, 'findings' | 'now'>

async function readExamined(trx: Trx, incident_id: string): Promise<Read> {
  const data = await readPostmortem(trx, incident_id)
  const timeline = data.events.filter(({ retraction }) => retraction === null)
  return { data, timeline, inactive: await inactiveOwners(trx, data) }
}

async function inactiveOwners(trx: Trx, { action_items }: Postmortem): Promise<Set<string>> {
  const owners = [...new Set(action_items.map(({ owner }) => owner))]
  if (owners.length === 0) return new Set()
  const rows = await trx
    .selectFrom('people')
    .select('handle')
    .where('handle', 'in', owners)
    .where('active', '=', false)
    .execute()
  return new Set(rows.map(({ handle }) => handle))
}

/**
 * Makes a document final: locks it, reads it, checks it, and stores its bytes as the next revision.
 * @param requireRead refuses when the caller has read another document than the one that would be sealed
 * @returns the number of the revision
 * @throws 409 with every check that fails, or when it is final already
 */
export async function seal(
  trx: Trx,
  incident_id: string,
  check: BlameCheck,
  facts: ChangeFacts,
  requireRead: (etag: string) => void,
): Promise<number> {
  const { status, amending } = await lockDocument(trx, incident_id)
  if (status === 'final' && !amending) throw isSealed(incident_id)
  const read = await readExamined(trx, incident_id)
  const { examined, checks, etag } = await conclude(read, check, facts.changed_at)
  requireRead(etag)
  requirePassed(examined, checks)
  await moveDocument(trx, incident_id, { status: 'final', amending: false }, facts)
  const waivers = waiversInForce(examined, checks)
  const data = { ...examined.data, waivers, incident: await getIncident(trx, incident_id) }
  return insertRevision(trx, incident_id, data, facts)
}

function requirePassed({ data: { incident } }: Examined, checks: Check[]): void {
  const failing = holdingBack(checks).map(({ pointer, code, message }) => ({
    pointer,
    code,
    detail: message,
  }))
  const state: FieldError[] = isSealable(incident) ? [] : [notInReview]
  const errors = [...state, ...failing]
  if (errors.length > 0)
    throw new DebriefError(failing.length > 0 ? 'checks_failed' : 'wrong_state', errors[0]!.detail, errors)
}

const notInReview = {
  pointer: '/status',
  code: 'wrong_state',
  detail: 'It is a draft: PUT …/review-request first, and hold the review.',
}
