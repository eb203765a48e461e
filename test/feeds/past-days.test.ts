import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { givenDrill, givenFactor, givenIncident } from '../action-items/given.ts'
import { openService, type Service } from '../help/service.ts'

/** What was open and overdue on each day, by a naive model that remembers every answer. */

const runs = Number(process.env.FC_RUNS ?? 8)
const timeZone = 'America/New_York'
const zones = [timeZone, 'UTC', 'Pacific/Kiritimati']
const start = '2026-03-05T12:00:00.000Z'

/** An item as it was answered after a change, and when. */
interface Told {
  version: number
  at: string
  status: string
  due_on: string | null
  owner: string
  closure: { outcome: string; done_on: string | null } | null
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...['open', 'open', 'propose', 'record', 'begin', 'move', 'move', 'defer'],
      ...['finish', 'finish', 'cancel', 'reopen', 'reopen', 'hand over'],
    ),
    item: fc.nat(3),
    // Also back: a clock may be set so.
    hours: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, -3)),
    days: fc.nat(8),
  }),
  { minLength: 8, maxLength: 30 },
)
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

const evidence_urls = ['https://git.carta.example/checkout/pull/913']
const addDays = (date: string, days: number) => Temporal.PlainDate.from(date).add({ days }).toString()
const dateOf = (at: string, zone: string) =>
  Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDate().toString()

/** Sends a step, where the incident has the item; some are refused, and change nothing. */
async function send({ call, clock }: Service, incident: string, { kind, item, days }: Step, items: Told[][]) {
  const today = dateOf(clock.now.toISOString(), timeZone)
  const [due_on, done_on] = [addDays(today, days - 3), addDays(today, -days)]
  const isNew = ['open', 'propose', 'record'].includes(kind)
  const number = isNew ? items.length + 1 : (item % Math.max(items.length, 1)) + 1
  const path = `${incident}/action-items/AI-${number}`
  const fields = { title: 'Retry', owner: 'priya', due_on, priority: 'P1', factors: [1] }
  const sent = {
    open: () => call('POST', `${incident}/action-items`, { body: fields }),
    propose: () => call('POST', `${incident}/action-items`, { body: { ...fields, status: 'proposed' } }),
    record: () =>
      call('POST', `${incident}/action-items`, { body: { ...fields, closure: { done_on, evidence_urls } } }),
    begin: () => call('PATCH', path, { body: { status: 'in_progress' } }),
    move: () => call('PATCH', path, { body: { due_on } }),
    defer: () => call('POST', `${path}/deferrals`, { body: { to: addDays(due_on, 5), reason: 'Not yet.' } }),
    finish: () => call('PUT', `${path}/closure`, { body: { evidence_urls, ...(days > 2 && { done_on }) } }),
    cancel: () => call('PUT', `${path}/closure`, { body: { outcome: 'cancelled', reason: 'No.' } }),
    reopen: () => call('DELETE', `${path}/closure`),
    'hand over': () => call('PATCH', path, { body: { owner: days % 2 ? 'sam' : 'priya' } }),
  }[kind as 'open']
  const { status, body } = await sent()
  if (status >= 300) return
  items[number - 1] ??= []
  const told = items[number - 1]!
  if (told.at(-1)?.version === body.version) return
  const now = clock.now.toISOString()
  const at = [now, ...told.map(one => one.at)].sort().at(-1)!
  told.push({ ...body, at })
}

const isOpen = ({ status }: Told) => status === 'open' || status === 'in_progress'

/** The days, in a zone, on which an item was closed, each with what was told of it from then until it was reopened. */
function closings(told: Told[], zone: string): { first: number; last: number; day: string }[] {
  return told.flatMap(({ closure, at }, first) => {
    if (closure === null || told[first - 1]?.closure) return []
    const reopened = told.findIndex((later, i) => i > first && later.closure === null)
    const last = reopened === -1 ? told.length - 1 : reopened - 1
    const days = [dateOf(at, zone), told[last]!.closure!.done_on].filter(day => day !== null)
    return { first, last, day: days.sort()[0]! }
  })
}

/** The due date of an item that was open at the end of a day. */
function dueAt(told: Told[], day: string, zone: string): string | undefined {
  const i = told.findLastIndex(({ at }) => dateOf(at, zone) <= day)
  if (i === -1 || !isOpen(told[i]!)) return undefined
  const next = closings(told, zone).find(({ first }) => first > i)
  const isSameLife = next && told.slice(i, next.first).every(({ closure }) => closure === null)
  return isSameLife && next.day <= day ? undefined : told[i]!.due_on!
}

const daysBetween = (from: string, to: string) =>
  Temporal.PlainDate.from(from).until(to, { largestUnit: 'days' }).days

interface Asked {
  day: string
  zone: string
  items: Told[][]
}

/** What the service should say of a day. */
function expectedOf({ day, zone, items }: Asked) {
  const all = items.map((told, i) => {
    const then = dueAt(told, day, zone)
    const due_on = then ?? told.at(-1)!.due_on
    const days_overdue = then === undefined ? 0 : Math.max(0, daysBetween(then, day))
    return { id: `AI-${i + 1}`, due_on, days_overdue, isOpen: then !== undefined, owner: told.at(-1)!.owner }
  })
  all.sort((a, b) => (a.due_on === b.due_on ? 0 : a.due_on! < b.due_on! ? -1 : 1))
  const late = all.filter(({ days_overdue }) => days_overdue > 0)
  const closed = items.flatMap((told, i) =>
    closings(told, zone).some(closing => closing.day === day) ? [told.at(-1)!.owner, i] : [],
  )
  return { all, late, closed: closed.filter(owner => typeof owner === 'string') }
}

const shown = (items: any[]) => items.map(({ id, due_on, days_overdue }) => `${id} ${due_on} ${days_overdue}`)

t.test('the list, the summary and the history say what was so on each day', async t => {
  const service = await openService(t, { now: start, timeZone })
  const { call, clock, db } = service
  await givenDrill(service)
  await call('PUT', '/v1/people/sam', { body: { name: 'Sam Okafor' } })
  const property = fc.asyncProperty(steps, async given => {
    clock.now = new Date(start)
    const incident = await givenIncident(service, 'Random', '2026-02-20')
    await givenFactor(service, incident)
    const items: Told[][] = []
    for (const step of given) {
      clock.now = new Date(clock.now.getTime() + step.hours * 3_600_000)
      await send(service, incident, step, items)
    }
    clock.now = new Date(clock.now.getTime() + 20 * 3_600_000)
    await checkTable(service)
    for (const zone of zones) await checkDays(service, incident, zone, items)
    await call('DELETE', incident)
    const { rows } = await sql`SELECT FROM action_item_spans`.execute(db)
    t.equal(rows.length, 0, 'nothing is left of a deleted incident')
  })

  async function checkTable({ db }: Service) {
    const columns = sql`incident_id, number, version, from_at, to_at, done_on, due_on, is_closed`
    const [stored, derived] = [sql`action_item_spans`, sql`derived_action_item_spans`].map(
      from => sql`SELECT ${columns} FROM ${from}`,
    )
    const { rows } = await sql`
      SELECT * FROM ((${stored} EXCEPT ${derived}) UNION ALL (${derived} EXCEPT ${stored})) other
      JOIN action_items USING (incident_id, number)`.execute(db)
    t.same(rows, [], 'the table has what its view says')
  }

  async function checkDays({ call, clock }: Service, incident: string, zone: string, items: Told[][]) {
    const [first, today] = [addDays(dateOf(start, zone), -9), dateOf(clock.now.toISOString(), zone)]
    const history = await call('GET', `/v1/action-items/history?from=${first}&tz=${zone}&group_by=owner`)
    const totals = new Map(history.body.totals.map((row: any) => [row.date, row]))
    for (let day = first; day <= today; day = addDays(day, 1)) {
      const { all, late, closed } = expectedOf({ day, zone, items })
      const open = all.filter(item => item.isOpen)
      const at = `as_of=${day}&tz=${zone}`
      const what = `${day} ${zone}`
      const list = await call('GET', `/v1/action-items?${at}`)
      t.same(shown(list.body.items), shown(all), `all of ${what}`)
      const overdue = await call('GET', `/v1/action-items?overdue=true&${at}`)
      t.same(shown(overdue.body.items), shown(late), `overdue of ${what}`)
      t.match(overdue.body, { as_of: day, tz: zone })
      const summary = await call('GET', `/v1/action-items/summary?group_by=owner&${at}`)
      t.same(summary.body.total, { open: open.length, overdue: late.length }, `the summary of ${what}`)
      const counts = { open: open.length, overdue: late.length, closed: closed.length }
      t.same(totals.get(day), { date: day, ...counts }, `the history of ${what}`)
      for (const owner of ['priya', 'sam']) {
        const isOwn = (item: { owner: string }) => item.owner === owner
        const row = history.body.groups.find((group: any) => group.date === day && group.key === owner)
        const { open: o = 0, overdue: l = 0, closed: c = 0 } = row ?? {}
        const own = [open.filter(isOwn).length, late.filter(isOwn).length]
        t.same([o, l, c], [...own, closed.filter(one => one === owner).length], `${owner} on ${what}`)
      }
    }
    const one = addDays(first, daysBetween(first, today) >> 1)
    const { all } = expectedOf({ day: one, zone, items })
    const own = await call('GET', `${incident}/action-items?as_of=${one}&tz=${zone}`)
    t.same(shown(own.body.items).sort(), shown(all).sort(), `the incident’s own on ${one} ${zone}`)
    for (const { id } of all.slice(0, 1)) {
      const { body } = await call('GET', `${incident}/action-items/${id}?as_of=${one}&tz=${zone}`)
      t.same(shown([body]), shown([all[0]]), `${id} on ${one} ${zone}`)
    }
  }

  await fc.assert(property, { numRuns: runs, endOnFailure: true })
})
