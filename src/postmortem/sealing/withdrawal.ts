import { sql } from 'kysely'
import { fieldsOf, rowOf } from '../../db/columns.ts'
import type { Trx } from '../../db/open.ts'
import type { ChangeFacts, Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import { DebriefError, type FieldError } from '../../http/problem.ts'
import { lockDocument } from '../../incidents/locks.ts'
import type { NumberedKey } from '../../incidents/numbered.ts'
import { requireValidReferences } from '../../incidents/references.ts'
import { IncidentFields } from '../../incidents/schema.ts'
import { forgetJudgements } from '../../incidents/store.ts'
import { markWithdrawn } from '../amendments.ts'
import type { Postmortem } from '../schema.ts'
import { restoreRows } from './restoration.ts'
import { lastSealedText } from './revisions.ts'
import { parseSealed } from './sealed-document.ts'

/**
 * Takes an amendment back before it is sealed: incident, events, factors, review and waivers are again what the last
 * revision says. Action items and changes live on as they are. What was redacted since is redacted in the revision, too,
 * so it does not come back.
 * @throws 409 when no amendment is open, or with each entry that stands in the way
 */
export async function withdrawAmendment(
  trx: Trx,
  incident_id: string,
  { facts, expected }: Write,
): Promise<void> {
  const { amending, version } = await lockDocument(trx, incident_id)
  requireVersion(version, expected)
  if (!amending) {
    const detail = `${incident_id} is not being corrected, so there is no amendment to take back.`
    throw new DebriefError('wrong_state', detail)
  }
  const { text } = (await lastSealedText(trx, incident_id, 'json'))!
  const sealed = await parseSealed(text)
  await requireRestorable(trx, incident_id, sealed)
  await restoreIncident(trx, sealed.incident, facts)
  await restoreRows(trx, incident_id, sealed, facts)
  await markWithdrawn(trx, incident_id, facts)
  await forgetJudgements(trx, incident_id)
}

async function restoreIncident(trx: Trx, incident: Postmortem['incident'], facts: ChangeFacts) {
  const fields = rowOf(IncidentFields, fieldsOf(IncidentFields, incident))
  await trx
    .updateTable('incidents')
    .set({ ...fields, amending: false, ...facts })
    .where('id', '=', incident.id)
    .executeTakeFirstOrThrow()
}

/** @throws 409 with what cites something that would go, and what the revision cites that is no longer there */
async function requireRestorable(trx: Trx, incident_id: string, sealed: Postmortem): Promise<void> {
  const errors = [
    ...(await citationsOfAdded(trx, incident_id, sealed)),
    ...(await lostReferences(trx, incident_id, sealed.incident)),
    ...(await lostRecurrences(trx, sealed)),
  ]
  if (errors.length > 0) throw new DebriefError('conflict', errors[0]!.detail, errors)
}

/** The action items and changes, and the factors of other incidents, that name a factor which the revision does not have. */
async function citationsOfAdded(
  trx: Trx,
  incident_id: string,
  { factors }: Postmortem,
): Promise<FieldError[]> {
  const sealed = factors.map(({ number }) => number)
  const { rows } = await sql<{ pointer: string; name: string; factor: number }>`
    SELECT * FROM (
      SELECT '/action_items/AI-' || number || '/factors' AS pointer, 'AI-' || number AS name, factor
      FROM action_items, unnest(factors) AS factor
      WHERE incident_id = ${incident_id} AND factor <> ALL (${sealed}::int[])
      UNION ALL
      SELECT '/changes/' || number || '/factors', 'change ' || number, factor
      FROM changes, unnest(factors) AS factor
      WHERE incident_id = ${incident_id} AND factor <> ALL (${sealed}::int[])
      UNION ALL
      SELECT '/factors/' || (recurs ->> 'number'), 'factor ' || number || ' of ' || incident_id, (recurs ->> 'number')::int
      FROM factors
      WHERE recurs ->> 'incident_id' = ${incident_id} AND (recurs ->> 'number')::int <> ALL (${sealed}::int[])
    ) cited
    ORDER BY pointer COLLATE "C", name COLLATE "C", factor`.execute(trx)
  return rows.map(({ pointer, name, factor }) => ({
    pointer,
    code: 'added_since',
    detail: `${name} names factor ${factor}, which this amendment has added: name another there first, or none.`,
  }))
}

/** The references of the sealed incident that are another incident's by now, or name one that was deleted. */
async function lostReferences(
  trx: Trx,
  incident_id: string,
  incident: Postmortem['incident'],
): Promise<FieldError[]> {
  try {
    await requireValidReferences(trx, fieldsOf(IncidentFields, incident), incident_id)
    return []
  } catch (error) {
    if (!(error instanceof DebriefError) || error.errors.length === 0) throw error
    return error.errors.map(lost => ({ ...lost, detail: `${lost.detail} ${asBefore}` }))
  }
}

const asBefore =
  'The last revision has it: free it there, or leave it out here and seal the correction instead.'

/** The factors of the revision that recur to one which was deleted since. The others are locked, so that they stay. */
async function lostRecurrences(trx: Trx, { factors }: Postmortem): Promise<FieldError[]> {
  const recurring = factors.flatMap(({ number, recurs }) => (recurs === null ? [] : { number, recurs }))
  const earlier = JSON.stringify(recurring.map(({ recurs }) => recurs))
  const { rows } = await sql<{ incident_id: string; number: number }>`
    SELECT f.incident_id, f.number FROM incidents i JOIN factors f ON f.incident_id = i.id
    WHERE (f.incident_id, f.number) IN (
      SELECT e.incident_id, e.number FROM jsonb_to_recordset(${earlier}::jsonb) AS e (incident_id text, number integer)
    )
    ORDER BY f.incident_id, f.number FOR KEY SHARE OF i, f`.execute(trx)
  const nameOf = (factor: NumberedKey) => `factor ${factor.number} of ${factor.incident_id}`
  const known = new Set(rows.map(nameOf))
  return recurring
    .filter(({ recurs }) => !known.has(nameOf(recurs)))
    .map(({ number, recurs }) => ({
      pointer: `/factors/${number}/recurs`,
      code: 'unknown',
      detail: `/factors/${number}/recurs names ${nameOf(recurs)}, which was deleted since: seal the correction without it instead.`,
    }))
}
