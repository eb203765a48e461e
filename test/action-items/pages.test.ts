import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { openService, type Service } from '../help/service.ts'
import { analyzeItems, insertItems } from './many.ts'

const runs = Number(process.env.FC_RUNS ?? 20)
/** So few that most items share their due date with others of the same incident. */
const days = 12
const names = ['due_on', 'priority', 'severity', 'owner'] as const

const sorts = fc
  .uniqueArray(fc.record({ name: fc.constantFrom(...names), down: fc.boolean() }), {
    selector: ({ name }) => name,
    minLength: 1,
  })
  .map(terms => terms.map(({ name, down }) => (down ? `-${name}` : name)).join(','))

const filters = fc.constantFrom(
  ...['', '', 'overdue=true', 'overdue=false', 'priority=P1,P2', 'severity=SEV1,SEV3'],
  ...['as_of=2026-01-05', 'overdue=true&as_of=2026-01-05', 'overdue=false&as_of=2026-01-05'],
  ...['status=open', 'status=proposed', 'status=proposed,open', 'due_from=2026-01-04', 'due_to=2026-01-04'],
)

/** Compares two items by a sort, independently of the service: negative when `a` comes first. */
function compare(sort: string, a: any, b: any): number {
  const terms = sort.split(',')
  const last = terms.at(-1)!.startsWith('-') ? '-' : ''
  for (const term of [...terms, `${last}due_on`, `${last}incident_id`, `${last}number`]) {
    const name = term.replace('-', '')
    const [x, y] = [a, b].map(item => (name === 'number' ? Number(item.id.slice(3)) : item[name]))
    if (x === y) continue
    // What has none comes last, up and down.
    if (x === null || y === null) return x === null ? 1 : -1
    return x < y === !term.startsWith('-') ? -1 : 1
  }
  return 0
}

const keyOf = (item: any) => `${item.incident_id} ${item.id}`

/** Whether an item exists during the whole test: all others are added and deleted meanwhile. */
const isThroughout = ({ incident_id }: { incident_id: string }) => /-i\d$/.test(incident_id)

/** Makes what is cancelled a proposal that lacks this or that, and takes the day from half of what is done. */
async function unfinish({ db }: Service): Promise<void> {
  await sql`
    UPDATE action_items SET status = CASE status WHEN 'cancelled' THEN 'proposed' ELSE status END,
      due_on = CASE WHEN number % 2 = 0 THEN due_on END, priority = CASE WHEN number % 3 = 0 THEN priority END,
      owner = CASE WHEN status = 'done' OR number % 5 = 0 THEN owner END
    WHERE status IN ('cancelled', 'done')`.execute(db)
}

/** Follows a list from page to page; `between` runs after each. */
async function walk(service: Service, url: string, between = async () => {}): Promise<any[]> {
  const { headers, body } = await service.call('GET', url)
  await between()
  const next = headers.link?.slice(1).split('>')[0]
  return next === undefined ? body.items : [...body.items, ...(await walk(service, next, between))]
}

/** Returns a function that adds an incident with 100 items and deletes an older one. */
function writer(service: Service): () => Promise<void> {
  let next = 10
  return async () => {
    await insertItems(service.db, next * 100, next * 100 + 100, days)
    await service.call('DELETE', `/v1/incidents/PM-2026-01-01-i${next - 2}`)
    next += 1
  }
}

t.test('a walk through the pages of any sort misses and repeats nothing while others write', async t => {
  const service = await openService(t, { now: '2026-01-08T12:00:00.000Z' })
  await insertItems(service.db, 0, 600, days)
  await unfinish(service)
  await analyzeItems(service.db)
  const write = writer(service)
  const cases = fc.tuple(filters, sorts, fc.integer({ min: 50, max: 200 }))
  const property = fc.asyncProperty(cases, async ([filter, sort, limit]) => {
    const there = await walk(service, `/v1/action-items?${filter}&limit=200`)
    const expected = there.filter(isThroughout).sort((a, b) => compare(sort, a, b))
    const seen = await walk(service, `/v1/action-items?${filter}&sort=${sort}&limit=${limit}`, write)
    t.equal(new Set(seen.map(keyOf)).size, seen.length, 'nothing twice')
    t.same(seen.filter(isThroughout).map(keyOf), expected.map(keyOf), `${filter} ${sort} by ${limit}`)
  })
  await fc.assert(property, { numRuns: runs, endOnFailure: true })
})
