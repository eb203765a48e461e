import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { listActionItems, sortKey } from '../../src/action-items/list-json.ts'
import { type ActionItemFilter, selectItemsPage, sortTerms } from '../../src/action-items/list-query.ts'
import type { ActionItemsQuery } from '../../src/action-items/list-schema.ts'
import { selectItemCounts } from '../../src/feeds/counts/backlog.ts'
import { summarizeActionItems } from '../../src/feeds/counts/summary.ts'
import { startOfDay } from '../../src/kit/time/time.ts'
import { runStatements } from '../help/server.ts'
import { openService, type Service } from '../help/service.ts'
import { analyzeItems, buffersOf, genericPlanOf, givingPast, insertItems, type Plan, planOf } from './many.ts'

const as_of = '2028-01-01'
const day = { as_of }
const limit = 50

const hot: [name: string, filter: ActionItemFilter, sort: ActionItemsQuery['sort'], index: string][] = [
  ['overdue', { overdue: true }, undefined, 'action_items_live'],
  ['overdue, latest first', { overdue: true }, ['-due_on'], 'action_items_live'],
  ['overdue of an owner', { overdue: true, owner: ['owner-7'] }, undefined, 'action_items_live_by_owner'],
  ['overdue of a priority', { overdue: true, priority: ['P1'] }, undefined, 'action_items_live_by_priority'],
  ['overdue by priority', { overdue: true }, ['priority'], 'action_items_live_by_priority'],
  ['overdue by owner', { overdue: true }, ['owner'], 'action_items_live_by_owner'],
  [
    'live of an owner',
    { status: ['open', 'in_progress'], owner: ['owner-7'] },
    undefined,
    'action_items_live_by_owner',
  ],
  ['all', {}, undefined, 'action_items_by_due_date'],
  ['all, latest first', {}, ['-due_on'], 'action_items_by_due_date_down'],
  ['due from a day on', { due_from: as_of }, undefined, 'action_items_by_due_date'],
  ['due until a day, latest first', { due_to: as_of }, ['-due_on'], 'action_items_by_due_date_down'],
]

/** Blocks that a page of 50 may read: its rows and the index above them, and 4 for each of 3 lookups a row. */
const mostForItems = 60
const mostForNames = 51 * 3 * 4

async function testPlans(t: Test, { db, database }: Service): Promise<void> {
  for (const [name, filter, sort, index] of hot) {
    const terms = sortTerms(sort)
    const first = selectItemsPage(filter, terms, { limit, after: null }, day)
    const rows = await listActionItems(database, filter, terms, { limit, after: null }, day)
    const after = sortKey(terms)(rows[10]!)
    const next = selectItemsPage(filter, terms, { limit, after }, day)
    for (const [page, query] of Object.entries({ first, next })) {
      const nodes = await planOf(db, query)
      const items = nodes.find(node => node['Relation Name'] === 'action_items')!
      const names = nodes.filter(node => ['incidents', 'people'].includes(node['Relation Name'] ?? ''))
      const forNames = names.map(buffersOf).reduce((sum, count) => sum + count, 0)
      t.equal(items['Index Name'], index, `${name}, ${page} page: by its index`)
      t.notOk(
        nodes.some(node => node['Node Type'].includes('Sort')),
        `${name}, ${page} page: without a sort`,
      )
      t.ok(names.every(node => node['Actual Loops'] <= limit + 1))
      t.ok(forNames <= mostForNames, `${name}, ${page} page: ${forNames} buffers for names`)
      const forItems = buffersOf(nodes[0]!) - forNames
      t.ok(forItems <= mostForItems, `${name}, ${page} page: ${forItems} buffers for items`)
    }
  }
}

const past = { as_of: '2025-03-01', end: startOfDay('Europe/Berlin', '2025-03-02') }

/** A page of a past day, and its summary, read what was open on that day, and no table as a whole. */
async function testPastPlans(t: Test, { db }: Service): Promise<void> {
  const counts = await summarizeActionItems(db, {}, 'owner', past)
  const { open } = counts.total
  t.ok(open > 100 && open < 2000, `${open} of 20,000 were open`)
  for (const [filter, sort] of pastPages) {
    const query = selectItemsPage(filter, sortTerms(sort), { limit, after: null }, past)
    const nodes = await genericPlanOf(db, query)
    const what = `${JSON.stringify(filter)} by ${sort}`
    t.notOk(nodes.some(isScanOfAll), `${what} scans no table`)
    const most = mostForItems + mostForNames + open * 6
    t.ok(buffersOf(nodes[0]!) <= most, `${what}: ${buffersOf(nodes[0]!)} buffers, ${most} at most`)
  }
}

const pastPages: [filter: ActionItemFilter, sort: ActionItemsQuery['sort']][] = [
  [{ overdue: true }, undefined],
  [{ overdue: true }, ['-due_on']],
  [{ overdue: true }, ['priority']],
  [{ overdue: true, owner: ['owner-7'] }, undefined],
  [{}, undefined],
  [{}, ['-due_on']],
  [{ overdue: false }, undefined],
]

const isScanOfAll = (node: Plan) =>
  node['Node Type'] === 'Seq Scan' && ['action_items', 'action_item_spans'].includes(node['Relation Name']!)

t.test('a page of what is overdue is read from an index, however many items there are', async t => {
  const service = await openService(t)
  const { db } = service
  await insertItems(db, 0, 20_000)
  await analyzeItems(db)
  await t.test('of 20,000 items', t => testPlans(t, service))
  await runStatements(String(service.connection.connectionString), ...givingPast)
  await t.test('of 20,000 items on a past day', t => testPastPlans(t, service))
  await insertItems(db, 20_000, 100_000)
  await analyzeItems(db)
  await t.test('of 100,000 items', t => testPlans(t, service))
  await sql`VACUUM action_items`.execute(db)
  const counting = await planOf(db, selectItemCounts(as_of))
  t.match(
    counting.find(node => node['Relation Name'] === 'action_items'),
    { 'Node Type': 'Index Only Scan', 'Index Name': 'action_items_live_by_owner' },
    'metrics count them from an index alone',
  )
})
