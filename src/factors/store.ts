import { type SqlBool, sql } from 'kysely'
import { columnsOf, fieldsOf, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Write } from '../http/caller.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { requireKnown } from '../http/validation.ts'
import { lockUnsealedShared } from '../incidents/locks.ts'
import {
  deleteNumbered,
  lockNumbered,
  lockReferenced,
  type NumberedKey,
  nextNumber,
  numberedNotFoundError,
} from '../incidents/numbered.ts'
import { forgetJudgements } from '../incidents/store.ts'
import { Factor, FactorInput } from './schema.ts'

const columns = columnsOf(Factor)

const selectFactors = (db: Db) => db.selectFrom('factors').select(columns).$castTo<Factor>()

/** In the order of their numbers; `after` is [number]. */
export function listFactors(
  db: Db,
  incident_id: string,
  filter: { category?: string[] | undefined },
  { limit, after }: PageRequest,
): Promise<Factor[]> {
  return selectFactors(db)
    .where('incident_id', '=', incident_id)
    .$if(filter.category !== undefined, q => q.where('category', 'in', filter.category!))
    .$if(after !== null, q => q.where('number', '>', Number(after![0])))
    .orderBy('number')
    .limit(sql.lit(limit + 1))
    .execute()
}

/** All factors of an incident for the document, by number. */
export const allFactors = (db: Db, incident_id: string): Promise<Factor[]> =>
  selectFactors(db).where('incident_id', '=', incident_id).orderBy('number').execute()

interface ItemElsewhere {
  incident_id: string
  id: string
  status: 'open' | 'in_progress' | 'done'
}

/**
 * The action items of other incidents that address the factors of this one, by the factors' numbers: those of the factor
 * that one recurs as. An item counts while it is to be done; one that was done before this incident has not prevented it.
 */
export async function itemsElsewhere(db: Db, incident_id: string): Promise<Map<number, ItemElsewhere[]>> {
  const { rows } = await sql<ItemElsewhere & { factor: number }>`
    SELECT f.number AS factor, a.incident_id, 'AI-' || a.number AS id, a.status
    FROM factors f JOIN incidents i ON i.id = f.incident_id
      JOIN action_items a ON a.incident_id = f.recurs ->> 'incident_id'
        AND (f.recurs ->> 'number')::integer = ANY (a.factors)
    WHERE f.incident_id = ${incident_id} AND (
      a.status IN ('open', 'in_progress')
      OR a.status = 'done' AND left(coalesce(a.closure ->> 'done_on', a.closure ->> 'at'), 10)::date >= i.occurred_on
    )
    ORDER BY f.number, a.number`.execute(db)
  const byFactor = Map.groupBy(rows, ({ factor }) => factor)
  return new Map(
    [...byFactor].map(([factor, items]) => [factor, items.map(({ factor: _, ...item }) => item)]),
  )
}

export async function getFactor(db: Db, { incident_id, number }: NumberedKey): Promise<Factor> {
  const factor = await selectFactors(db)
    .where('incident_id', '=', incident_id)
    .where('number', '=', number)
    .executeTakeFirst()
  if (!factor) throw numberedNotFoundError('factors', { incident_id, number })
  return factor
}

/** Stores a new factor and returns its number. */
export async function createFactor(
  trx: Trx,
  incident_id: string,
  input: FactorInput,
  { facts }: Write,
): Promise<number> {
  await lockUnsealedShared(trx, incident_id)
  await requireValidFields(trx, incident_id, input)
  const number = await nextNumber(trx, 'factors', incident_id)
  await trx
    .insertInto('factors')
    .values({ incident_id, number, ...rowOf(FactorInput, input), ...facts })
    .executeTakeFirstOrThrow()
  return number
}

/** Locks a factor and replaces its fields by the result of `merge`. */
export async function patchFactor(
  trx: Trx,
  key: NumberedKey,
  merge: (fields: FactorInput) => FactorInput,
  write: Write,
): Promise<void> {
  await lockUnsealedShared(trx, key.incident_id)
  await lockNumbered(trx, 'factors', key, write)
  const fields = merge(fieldsOf(FactorInput, await getFactor(trx, key)))
  await requireValidFields(trx, key.incident_id, fields)
  await trx
    .updateTable('factors')
    .set({ ...rowOf(FactorInput, fields), ...write.facts })
    .where('incident_id', '=', key.incident_id)
    .where('number', '=', key.number)
    .executeTakeFirstOrThrow()
}

/**
 * Deletes a factor; its number is never used again, and its history stays.
 * @throws 409 when something refers to it
 */
export async function deleteFactor(trx: Trx, key: NumberedKey, write: Write): Promise<void> {
  await lockUnsealedShared(trx, key.incident_id)
  await lockNumbered(trx, 'factors', key, write)
  await requireUnreferenced(trx, key)
  await deleteNumbered(trx, 'factors', key, write)
  await forgetJudgements(trx, key.incident_id)
}

/**
 * Locks factors of one incident against deletion while a reference to them is written. The incident must be locked
 * already.
 * @throws 422 `unknown_reference` with the pointer `/factors/<index>` of each that does not exist
 */
export async function lockFactors(trx: Trx, incident_id: string, numbers: number[]): Promise<void> {
  const known = await lockReferenced(trx, 'factors', incident_id, numbers)
  requireKnown(
    numbers.map((number, i) => ({
      pointer: `/factors/${i}`,
      isKnown: known.has(number),
      what: `factor ${number}, and ${incident_id} has no such factor: GET …/factors lists them`,
    })),
  )
}

async function requireUnreferenced(trx: Trx, { incident_id, number }: NumberedKey): Promise<void> {
  const items = await trx
    .selectFrom('action_items')
    .select(sql<string>`'AI-' || number`.as('name'))
    .where('incident_id', '=', incident_id)
    .where(sql<SqlBool>`${number} = ANY (factors)`)
    .orderBy('number')
    .execute()
  const changes = await trx
    .selectFrom('changes')
    .select(sql<string>`'change ' || number`.as('name'))
    .where('incident_id', '=', incident_id)
    .where(sql<SqlBool>`${number} = ANY (factors)`)
    .orderBy('number')
    .execute()
  const recurrences = await trx
    .selectFrom('factors')
    .select(sql<string>`'factor ' || number || ' of ' || incident_id`.as('name'))
    .where(sql<SqlBool>`recurs = ${JSON.stringify({ incident_id, number })}::jsonb`)
    .orderBy('incident_id')
    .orderBy('number')
    .execute()
  const names = [...items, ...changes, ...recurrences].map(({ name }) => name)
  if (names.length === 0) return
  const some = names.length > 20 ? [...names.slice(0, 20), `${names.length - 20} more`] : names
  throw new DebriefError(
    'conflict',
    `Factor ${number} is referred to by ${some.join(', ')}: let that refer to another factor first, or to none.`,
  )
}

/**
 * Checks what a schema cannot: an accepted risk has a reason, the events are this incident's, `recurs` is an earlier
 * one's.
 */
async function requireValidFields(trx: Trx, incident_id: string, fields: FactorInput): Promise<void> {
  if (fields.disposition === 'accepted_risk' && !fields.disposition_reason) {
    const detail = '/disposition_reason is required with accepted_risk: say why the risk is accepted.'
    throw fieldError('/disposition_reason', 'required', detail)
  }
  await requireEvents(trx, incident_id, (fields.events ?? []).map(canonicalUuid))
  if (fields.recurs) await requireEarlier(trx, incident_id, fields.recurs)
}

async function requireEvents(trx: Trx, incident_id: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  const repeated = ids.findIndex((id, i) => ids.indexOf(id) < i)
  if (repeated >= 0) {
    const pointer = `/events/${repeated}`
    throw fieldError(
      pointer,
      'repeated',
      `${pointer} repeats /events/${ids.indexOf(ids[repeated]!)}: name each event once.`,
    )
  }
  const rows = await trx
    .selectFrom('events')
    .select('id')
    .where('incident_id', '=', incident_id)
    .where('id', 'in', ids)
    .execute()
  const known = new Set(rows.map(row => row.id))
  requireKnown(
    ids.map((id, i) => ({
      pointer: `/events/${i}`,
      isKnown: known.has(id),
      what: `${id}, which is no event of ${incident_id}: GET …/events lists them`,
    })),
  )
}

/** Locks the earlier factor and its incident, so that neither is deleted before the reference is stored. */
async function requireEarlier(trx: Trx, incident_id: string, recurs: NumberedKey): Promise<void> {
  if (recurs.incident_id === incident_id) {
    throw fieldError(
      '/recurs/incident_id',
      'self',
      '/recurs/incident_id must be another incident than this one: a factor recurs to one of an earlier incident.',
    )
  }
  const earlier = await trx
    .selectFrom('incidents')
    .innerJoin('factors', 'factors.incident_id', 'incidents.id')
    .innerJoin('incidents as own', join => join.on('own.id', '=', incident_id))
    .select(['incidents.occurred_on', 'own.occurred_on as own_date'])
    .where('factors.incident_id', '=', recurs.incident_id)
    .where('factors.number', '=', recurs.number)
    .forKeyShare(['incidents', 'factors'])
    .executeTakeFirst()
  const name = `factor ${recurs.number} of ${recurs.incident_id}`
  requireKnown([
    { pointer: '/recurs', isKnown: earlier !== undefined, what: `${name}, which does not exist` },
  ])
  if (earlier!.occurred_on <= earlier!.own_date) return
  const detail = `/recurs must name an earlier incident, and ${recurs.incident_id} is of ${earlier!.occurred_on}.`
  throw fieldError('/recurs', 'later', detail)
}

/** In lower case, as PostgreSQL prints it. */
const canonicalUuid = (uuid: string) => uuid.toLowerCase()
