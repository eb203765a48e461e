import { sql } from 'kysely'
import type { Db, Trx } from '../../db/open.ts'
import type { Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import type { VersionedBlameCheck } from '../../http/context.ts'
import { DebriefError, type FieldError } from '../../http/problem.ts'
import { lockDocument, moveDocument, sealedError } from '../../incidents/locks.ts'
import { getIncident } from '../../incidents/store.ts'
import type { CheckInput } from '../checks/check-input.ts'
import { blockingChecks, isSealable, waiversInForce } from '../checks/checks.ts'
import { readCheckData, runChecksLocked } from '../checks/run-checks.ts'
import type { FailedCheck } from '../checks/schema.ts'
import { readWhole } from '../load.ts'
import { insertRevision } from './revisions.ts'
import type { ReviewRequest } from './schema.ts'

/**
 * Moves a document from draft to in review, or back.
 * @throws 409 when it is final
 */
export async function setReviewStatus(
  trx: Trx,
  incident_id: string,
  status: 'draft' | 'in_review',
  { facts, expected }: Write,
): Promise<void> {
  const stored = await lockDocument(trx, incident_id)
  requireVersion(stored.version, expected)
  if (stored.status === 'final') {
    const way = stored.amending
      ? 'it is open for a correction, which POST …/revisions ends and DELETE …/amendments/current takes back'
      : 'POST …/amendments opens it for a correction'
    const detail = `${incident_id} is final, and stays so: ${way}.`
    throw new DebriefError('wrong_state', detail)
  }
  await moveDocument(trx, incident_id, { status, amending: false }, facts)
}

/** Who moved a document to its review, and when: the first version of the incident since it was last anything else. */
export async function findReviewRequest(db: Db, incident_id: string): Promise<ReviewRequest | null> {
  const { rows } = await sql<ReviewRequest>`
    WITH versions AS (
      SELECT version, image FROM history WHERE incident_id = ${incident_id} AND resource = 'incident'
      UNION ALL SELECT version, to_jsonb(incidents) FROM incidents WHERE id = ${incident_id}
    )
    SELECT ${incident_id} AS incident_id, image ->> 'changed_by' AS requested_by,
      (image ->> 'changed_at')::timestamptz(3) AS requested_at
    FROM versions
    WHERE version > (SELECT coalesce(max(version), 0) FROM versions WHERE image ->> 'status' <> 'in_review')
    ORDER BY version LIMIT 1`.execute(db)
  return rows[0] ?? null
}

/**
 * Makes a document final: locks it, reads it, checks it, and stores its bytes as the next revision.
 * @param requireEtag throws unless the caller has read what would be sealed
 * @returns the number of the revision
 * @throws 409 with every check that fails, or when it is final already
 */
export async function seal(
  trx: Trx,
  incident_id: string,
  blameCheck: VersionedBlameCheck,
  { facts }: Write,
  requireEtag: (etag: string) => void,
): Promise<number> {
  const { status, amending } = await lockDocument(trx, incident_id)
  if (status === 'final' && !amending) throw sealedError(incident_id)
  const loaded = await readCheckData(trx, incident_id)
  const { input, checks, etag } = await runChecksLocked(trx, loaded, blameCheck, facts.changed_at)
  requireEtag(etag)
  requireSealable(input, checks)
  await moveDocument(trx, incident_id, { status: 'final', amending: false }, facts)
  const waivers = waiversInForce(input, checks)
  const shown = { ...input.data, waivers, incident: await getIncident(trx, incident_id) }
  return insertRevision(trx, incident_id, await readWhole(trx, shown), facts)
}

function requireSealable({ data: { incident } }: CheckInput, checks: FailedCheck[]): void {
  const failing = blockingChecks(checks).map(({ pointer, code, message }) => ({
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
  detail: 'It is a draft: PUT …/review-request first, hold the review, and then seal it.',
}
