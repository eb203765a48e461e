import { type RawBuilder, sql } from 'kysely'
import { columnsOf, fieldsOf, rowOf } from '../db/columns.ts'
import { afterKey, orderOf, type RowsOfPage, readPage } from '../db/keyset.ts'
import type { Db, Trx } from '../db/open.ts'
import { deletionBy } from '../db/transact.ts'
import type { Write } from '../http/caller.ts'
import { requireVersion } from '../http/conditions.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { canonicalJson } from '../kit/json/json.ts'
import { slug } from '../kit/text.ts'
import { isDate } from '../kit/time/time.ts'
import {
  type IncidentFilter,
  incidentConditions,
  type incidentOrder,
  phase,
  sortColumns,
} from './list-query.ts'
import { incidentNotFoundError, lockDocument, lockIncident, lockJudgements } from './locks.ts'
import { requireUnreferenced, requireValidReferences } from './references.ts'
import { Incident, IncidentFields, type IncidentInput } from './schema.ts'

const columns = columnsOf(Incident, 'phase')

const selectIncidents = (db: Db) =>
  db.selectFrom('incidents').select(columns).select(phase.as('phase')).$castTo<Incident>()

type Order = ReturnType<typeof incidentOrder>

export const listIncidents = (
  db: Db,
  filter: IncidentFilter,
  sort: Order,
  page: PageRequest,
): Promise<RowsOfPage<Incident>> => readPage(db, selectIncidentsPage(filter, sort, page), page.limit)

/** Selects a page of incidents, and one more. Exported for the test of its plan. */
export function selectIncidentsPage(
  filter: IncidentFilter,
  sort: Order,
  { limit, after }: PageRequest,
): RawBuilder<Incident> {
  const start = after === null ? [] : [afterKey(sortColumns, sort, after)]
  const conditions = [sql`true`, ...incidentConditions(filter), ...start]
  return sql<Incident>`
    SELECT ${sql.join(columns.map(name => sql.ref(name)))}, ${phase} AS phase
    FROM incidents WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY ${orderOf(sortColumns, sort)} LIMIT ${sql.lit(limit + 1)}`
}

export async function getIncident(db: Db, id: string): Promise<Incident> {
  const incident = await selectIncidents(db).where('id', '=', id).executeTakeFirst()
  if (!incident) throw incidentNotFoundError(id)
  return incident
}

/**
 * Stores a new incident and returns its id. Unless it is given, the id is made of the date and the title, with a suffix
 * -2, -3… where it is taken.
 * @throws 409 when a given id is taken, 422 when it contradicts `occurred_on`
 */
export async function createIncident(
  trx: Trx,
  input: IncidentInput,
  today: string,
  { facts }: Pick<Write, 'facts'>,
): Promise<string> {
  const { id: given, occurred_on = today, ...fields } = input
  if (given !== undefined && input.occurred_on !== undefined && !given.startsWith(`PM-${occurred_on}-`)) {
    throw fieldError(
      '/id',
      'date',
      `/id must begin with PM-${occurred_on}-, as /occurred_on says: leave out one of both, or mend it.`,
    )
  }
  const date = given === undefined ? occurred_on : given.slice(3, 13)
  if (!isDate(date))
    throw fieldError(
      '/id',
      'date',
      `/id must name a day of the calendar from 1970 to 9998, and ${date} is none.`,
    )
  await requireValidReferences(trx, fields)
  const values = {
    ...rowOf(IncidentFields, fields),
    occurred_on: date,
    created_at: facts.changed_at,
    ...facts,
  }
  const insert = (id: string) =>
    trx
      .insertInto('incidents')
      .values({ id, ...values })
      .onConflict(conflict => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
  if (given === undefined) {
    const base = `PM-${date}-${slug(fields.title, 54) || 'incident'}`
    for (;;) {
      const inserted = await insert(await freeId(trx, base))
      if (inserted) return inserted.id
    }
  }
  if (await isDeleted(trx, given)) {
    const detail = `${given} was the id of a deleted incident, and an id is never used again: take another, or leave /id out.`
    throw fieldError('/id', 'taken', detail, 'conflict')
  }
  if (await insert(given)) return given
  throw fieldError(
    '/id',
    'taken',
    `An incident with the id ${given} is stored already: PATCH /v1/incidents/${given} changes it; for another one take another id, or leave /id out.`,
    'conflict',
  )
}

const suffixesAtOnce = 100

/** The base, or the base with the lowest suffix of -2, -3… that no incident has, nor a deleted one had. */
async function freeId(trx: Trx, base: string): Promise<string> {
  for (let from = 1; ; from += suffixesAtOnce) {
    const { rows } = await sql<{ id: string }>`
      SELECT c.id FROM (
        SELECT n, ${base} || CASE n WHEN 1 THEN '' ELSE '-' || n END AS id
        FROM generate_series(${from}::int, ${from + suffixesAtOnce - 1}::int) AS n
      ) c
      WHERE NOT EXISTS (SELECT FROM incidents i WHERE i.id = c.id)
        AND NOT EXISTS (SELECT FROM history h WHERE h.incident_id = c.id AND h.resource = 'incident' AND h.deletion IS NOT NULL)
      ORDER BY c.n LIMIT 1`.execute(trx)
    if (rows[0]) return rows[0].id
  }
}

/** True for the id of an incident that was deleted. */
async function isDeleted(trx: Trx, id: string): Promise<boolean> {
  const deletion = await trx
    .selectFrom('history')
    .select('seq')
    .where('incident_id', '=', id)
    .where('resource', '=', 'incident')
    .where('deletion', 'is not', null)
    .executeTakeFirst()
  return deletion !== undefined
}

/** Locks an incident and replaces its fields by the result of `merge`. */
export async function patchIncident(
  trx: Trx,
  id: string,
  merge: (fields: IncidentFields) => IncidentFields,
  { facts, expected }: Write,
): Promise<void> {
  await lockIncident(trx, id, expected)
  const stored = await getIncident(trx, id)
  const fields = merge(fieldsOf(IncidentFields, stored))
  await requireValidReferences(trx, fields, id)
  await trx
    .updateTable('incidents')
    .set({ ...rowOf(IncidentFields, fields), ...facts })
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (canonicalJson(fields.clock_offsets ?? {}) !== canonicalJson(stored.clock_offsets))
    await correctTimes(trx, id)
}

/** Deletes a draft with everything below it; its history stays. */
export async function deleteIncident(trx: Trx, id: string, { facts, expected }: Write): Promise<void> {
  const { status, version } = await lockDocument(trx, id)
  requireVersion(version, expected)
  if (status !== 'draft')
    throw new DebriefError(
      'wrong_state',
      status === 'final'
        ? `Only drafts can be deleted, and ${id} is final: POST …/amendments opens it for a correction.`
        : `Only drafts can be deleted, and ${id} is in review: DELETE …/review-request makes it a draft.`,
    )
  await requireUnreferenced(trx, id)
  await sql`
    ${deletionBy(facts)}
    DELETE FROM incidents USING deletion WHERE id = ${id}`.execute(trx)
}

/** Recomputes the corrected times of an incident's events from its clock offsets; no version changes. */
async function correctTimes(trx: Trx, incident_id: string): Promise<void> {
  await sql`
    UPDATE events e SET corrected_at = c.corrected_at
    FROM (
      SELECT e.id, e.occurred_at - coalesce((i.clock_offsets ->> e.source_system)::int, 0) * interval '1 millisecond' AS corrected_at
      FROM events e JOIN incidents i ON i.id = e.incident_id
      WHERE e.incident_id = ${incident_id} AND e.precision <> 'day'
    ) c
    WHERE e.id = c.id AND e.corrected_at <> c.corrected_at`.execute(trx)
}

/** Deletes what the language check said of an incident's texts, of which one is taken out: of the others it is said again. */
export async function forgetJudgements(trx: Trx, incident_id: string): Promise<void> {
  await lockJudgements(trx, incident_id)
  await trx.deleteFrom('language_judgements').where('incident_id', '=', incident_id).execute()
}
