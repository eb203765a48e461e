import { sql } from 'kysely'
import t from 'tap'
import { historyTables } from '../../src/incidents/history.ts'
import { openService } from '../help/service.ts'

const { db, call } = await openService(t)

/** The arguments of each table's `record_history` trigger, in the order in which the first migration reads them. */
const { rows: triggers } = await sql<{ table: string; tgargs: Buffer }>`
  SELECT tgrelid::regclass::text AS "table", tgargs FROM pg_trigger
  WHERE tgfoid = 'record_history'::regproc`.execute(db)
const recorded = triggers.map(({ table, tgargs }) => {
  const [resource, incident, id, derived] = tgargs.toString().split('\0') as [string, string, string, string]
  return { resource, table, incident, id, derived: derived.split(',').filter(name => name !== '') }
})
const tablesWith = async (column: string) => {
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = ${column}`.execute(db)
  return new Set(rows.map(({ name }) => name))
}

t.test('the history of an incident covers every table that keeps one, as its trigger says', async t => {
  const below = recorded.filter(({ incident }) => incident !== '')
  t.same(historyTables, Object.fromEntries(below.map(({ resource, ...where }) => [resource, where])))
  const { body } = await call('GET', '/openapi.json', { token: null })
  const { enum: named } = body.components.schemas.HistoryResource
  t.same(new Set(named), new Set(below.map(({ resource }) => resource)), 'and the contract names each')
})

t.test('only what names no incident keeps its history apart from one', async t => {
  const apart = new Set(recorded.filter(({ incident }) => incident === '').map(({ table }) => table))
  t.ok(apart.has('people'), 'there are such tables')
  t.same(apart.intersection(await tablesWith('incident_id')), new Set())
})

t.test('below an incident nothing that says who changed it goes without a history', async t => {
  const changed = (await tablesWith('incident_id')).intersection(await tablesWith('changed_by'))
  t.ok(changed.has('events'), 'there are such tables')
  // An entry of the inbox is below none: it names the one that it went to.
  const below = changed.difference(new Set(['inbox_entries']))
  t.same(below.difference(new Set(recorded.map(({ table }) => table))), new Set())
})
