import { type RawBuilder, sql } from 'kysely'
import { columnsOf } from '../../db/columns.ts'
import type { Trx } from '../../db/open.ts'
import { deletionBy } from '../../db/transact.ts'
import { Factor } from '../../factors/schema.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import { historyTables } from '../../incidents/history.ts'
import { Review } from '../../reviews/schema.ts'
import { eventColumns } from '../../timeline/store.ts'
import { isWaivable } from '../../waivers/rules.ts'
import { type CheckCode, Waiver } from '../../waivers/schema.ts'
import type { Postmortem } from '../schema.ts'

/** Rows below an incident that become again what its last revision says. */
interface Restored {
  resource: 'event' | 'factor' | 'review' | 'waiver'
  entries: (data: Postmortem) => readonly object[]
  /** The columns that the document has, without the row's facts. */
  columns: readonly string[]
  /** Columns that a row gets from its last image where it was deleted since: they stay as they are in any other. */
  kept: readonly string[]
}

const rowFacts = ['incident_id', 'version', 'changed_by', 'changed_at']
const without = (columns: readonly string[], names: readonly string[]) =>
  columns.filter(name => !names.includes(name))

/** What was taken out of an event stays on record with it, though the revision may not have had it. */
const tables: Restored[] = [
  {
    resource: 'event',
    entries: ({ events }) => events,
    columns: without(eventColumns, [...rowFacts, 'redactions']),
    kept: ['content_sha256', 'redactions'],
  },
  {
    resource: 'factor',
    entries: ({ factors }) => factors,
    columns: without(columnsOf(Factor), rowFacts),
    kept: [],
  },
  {
    resource: 'review',
    entries: ({ review }) => (review === null ? [] : [review]),
    columns: without(columnsOf(Review), rowFacts),
    kept: [],
  },
  {
    resource: 'waiver',
    // A revision from before a check became a question may have a waiver of it, which there can be no more.
    entries: ({ waivers }) => waivers.filter(({ code }) => isWaivable(code as CheckCode)),
    columns: without(columnsOf(Waiver), rowFacts),
    kept: [],
  },
]

/**
 * Makes the events, factors, review and waivers of a locked incident again what a sealed document says. Each change is
 * an ordinary one: a version of its own in the history, or a deletion. A row that was deleted since comes back under its
 * id, and its versions go on.
 */
export async function restoreRows(
  trx: Trx,
  incident_id: string,
  sealed: Postmortem,
  facts: ChangeFacts,
): Promise<void> {
  for (const { entries, ...table } of tables) {
    const { table: name, id } = historyTables[table.resource]
    const target = { ...table, table: name, id, incident_id, json: JSON.stringify(entries(sealed)), facts }
    await deleteAdded(trx, target)
    if (table.resource === 'event') await freeMilestones(trx, target)
    await updateChanged(trx, target, [])
    await insertDeleted(trx, target)
  }
}

interface Target extends Omit<Restored, 'entries'> {
  table: string
  id: string
  incident_id: string
  /** The entries of the sealed document, as a JSON list. */
  json: string
  facts: ChangeFacts
}

/** The sealed entries as rows `s` of the table's type. */
const sealedRows = ({ table, json }: Target) =>
  sql`jsonb_populate_recordset(NULL::${sql.table(table)}, ${json}::jsonb) AS s`

const isSame = ({ id }: Target) => sql`s.${sql.ref(id)} = t.${sql.ref(id)}`

const listOf = (prefix: 's' | 't', columns: readonly string[]) =>
  sql.join(columns.map(name => sql`${sql.raw(prefix)}.${sql.ref(name)}`))

const deleteAdded = (trx: Trx, target: Target) =>
  sql`
    ${deletionBy(target.facts)}
    DELETE FROM ${sql.table(target.table)} t USING deletion
    WHERE t.incident_id = ${target.incident_id} AND NOT EXISTS (SELECT FROM ${sealedRows(target)} WHERE ${isSame(target)})`.execute(
    trx,
  )

/**
 * Lets go of the milestones that are other events' in the sealed document, before those get them back: the database
 * refuses a second holder at any moment. Only an event that had another milestone itself gets two versions by it.
 */
function freeMilestones(trx: Trx, target: Target): Promise<void> {
  const isFreeing = sql`s.retraction IS NOT NULL OR (s.spell = t.spell AND s.milestones <@ t.milestones)`
  const milestones = sql`CASE WHEN ${isFreeing} THEN s.milestones ELSE '{}' END`
  const isHolding = sql`t.milestones <> '{}' AND t.retraction IS NULL`
  const isLosing = sql`s.retraction IS NOT NULL OR s.spell <> t.spell OR NOT t.milestones <@ s.milestones`
  return updateChanged(trx, target, [['milestones', milestones]], sql`${isHolding} AND (${isLosing})`)
}

/** Sets the columns of the rows that differ to the sealed ones, or to the values that are given in place of some. */
async function updateChanged(
  trx: Trx,
  target: Target,
  inPlace: [column: string, value: RawBuilder<unknown>][],
  condition: RawBuilder<unknown> = sql`true`,
): Promise<void> {
  const { table, columns, incident_id, facts } = target
  const replaced = new Map(inPlace)
  const set = columns.map(name => sql`${sql.ref(name)} = ${replaced.get(name) ?? sql`s.${sql.ref(name)}`}`)
  await sql`
    UPDATE ${sql.table(table)} t SET ${sql.join(set)}, changed_by = ${facts.changed_by},
      changed_at = ${facts.changed_at}, request_id = ${facts.request_id}
    FROM ${sealedRows(target)}
    WHERE t.incident_id = ${incident_id} AND ${isSame(target)} AND ${condition}
      AND (${listOf('t', columns)}) IS DISTINCT FROM (${listOf('s', columns)})`.execute(trx)
}

/** Stores the rows again that were deleted since, each as the version after its last. */
async function insertDeleted(trx: Trx, target: Target): Promise<void> {
  const { table, resource, id, columns, kept, incident_id, facts } = target
  const names = [...columns, ...kept, 'incident_id', 'version', 'changed_by', 'changed_at', 'request_id']
  await sql`
    INSERT INTO ${sql.table(table)} (${sql.join(names.map(name => sql.ref(name)))})
    SELECT ${sql.join([...columns.map(name => sql`s.${sql.ref(name)}`), ...kept.map(name => sql`i.${sql.ref(name)}`)])},
      ${incident_id}, h.version + 1, ${facts.changed_by}, ${facts.changed_at}::timestamptz, ${facts.request_id}
    FROM ${sealedRows(target)}
    CROSS JOIN LATERAL (
      SELECT version, image FROM history
      WHERE incident_id = ${incident_id} AND resource = ${resource} AND id = s.${sql.ref(id)}::text AND deletion IS NOT NULL
      ORDER BY seq DESC LIMIT 1
    ) h
    CROSS JOIN LATERAL jsonb_populate_record(NULL::${sql.table(table)}, h.image) i
    WHERE NOT EXISTS (
      SELECT FROM ${sql.table(table)} t WHERE t.incident_id = ${incident_id} AND ${isSame(target)}
    )`.execute(trx)
}
