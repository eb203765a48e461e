import { type RawBuilder, sql } from 'kysely'
import { boundOf, isAnyOf, type SortColumns, type SortTerm, sortTermsOf, wordBounds } from '../db/keyset.ts'
import type { Key } from '../http/cursor.ts'
import { firstPhase, noImpactPhase, type Phase, phaseMilestones } from './milestones.ts'
import { naturesWithoutImpact } from './natures.ts'
import type { Incident, IncidentSortName, IncidentsQuery } from './schema.ts'

/** What the list of incidents is asked for; `changed_since` is in UTC. */
export type IncidentFilter = Omit<IncidentsQuery, 'sort' | 'cursor' | 'limit'>

/** The phase, in SQL: that of the last milestone that a live event of the last spell marks. */
export const phase = sql<Phase>`CASE WHEN nature = ANY (${sql.lit(`{${naturesWithoutImpact}}`)}) THEN ${sql.lit(noImpactPhase)} ELSE coalesce((
  SELECT CASE ${sql.join(
    phaseMilestones
      .toReversed()
      .map(
        ({ name, phase }) => sql`WHEN bool_or(${sql.lit(name)} = ANY (e.milestones)) THEN ${sql.lit(phase)}`,
      ),
    sql` `,
  )} END
  FROM events e WHERE e.incident_id = incidents.id AND e.milestones <> '{}' AND e.retraction IS NULL
  GROUP BY e.spell ORDER BY e.spell DESC LIMIT 1), ${sql.lit(firstPhase)}) END`

type SortKey = IncidentSortName | 'id'

/** Texts are compared as the indexes have them. */
export const sortColumns: SortColumns<SortKey> = {
  occurred_on: { column: sql`occurred_on`, type: sql`date` },
  changed_at: { column: sql`changed_at`, type: sql`timestamptz` },
  severity: { column: sql`severity`, type: sql`text`, bounds: wordBounds },
  title: { column: sql`title COLLATE "C"`, type: sql`text` },
  id: { column: sql`id`, type: sql`text` },
}

/** The order of a list of incidents: the newest first, unless the query says otherwise. */
export const incidentOrder = (sort: IncidentsQuery['sort'] = ['-occurred_on']): SortTerm<SortKey>[] =>
  sortTermsOf(sort, ['occurred_on', 'id'] as const)

/** The key of an incident in an order, for the cursor of the next page. */
export const incidentKey =
  (sort: SortTerm<SortKey>[]) =>
  (incident: Incident): Key[] =>
    sort.map(({ name, isDescending }) => incident[name] ?? boundOf(sortColumns[name], isDescending)!)

/** The conditions of a filter on `incidents`, all of which are to hold. */
export function incidentConditions(filter: IncidentFilter): RawBuilder<unknown>[] {
  const { external_ref, service, author, label, occurred_since, occurred_before, changed_since, q } = filter
  return [
    isAnyOf(sql`status COLLATE "C"`, filter.status),
    isAnyOf(sql`nature COLLATE "C"`, filter.nature),
    isAnyOf(sql`severity COLLATE "C"`, filter.severity),
    isAnyOf(phase, filter.phase),
    service && sql`services && ${service}::text[]`,
    author && sql`authors && ${author}::text[]`,
    label && sql`(${sql.join(label.map(hasLabel), sql` OR `)})`,
    external_ref !== undefined && isKnownAs(external_ref),
    occurred_since !== undefined && sql`occurred_on >= ${occurred_since}::date`,
    occurred_before !== undefined && sql`occurred_on < ${occurred_before}::date`,
    changed_since !== undefined && sql`changed_at >= ${changed_since}::timestamptz`,
    q !== undefined && sql`strpos(lower(title), lower(${q})) > 0`,
  ].filter(condition => typeof condition === 'object')
}

/** A label by its name, or by `name:value`; a name has no colon. */
function hasLabel(label: string): RawBuilder<unknown> {
  const [name = '', ...value] = label.split(':')
  if (value.length === 0) return sql`labels ? ${name}`
  return sql`labels @> ${JSON.stringify({ [name]: value.join(':') })}::jsonb`
}

/** Whether another system knows an incident by this: `system:id`. */
function isKnownAs(reference: string): RawBuilder<unknown> {
  const [system, ...id] = reference.split(':')
  return sql`id IN (SELECT r.incident_id FROM external_refs r WHERE r.system = ${system} AND r.id = ${id.join(':')})`
}
