import { type RawBuilder, sql } from 'kysely'
import { type ActionItemFilter, fromOf, openSource, whereOf } from '../../action-items/list-query.ts'
import { daysOverdue, type Today } from '../../action-items/rules.ts'
import type { Db } from '../../db/open.ts'
import { dateIn, daysBetween, momentIn } from '../../kit/time/time.ts'
import { pageOf } from '../item-row.ts'
import type { ActionItemReminders, OwnerReminders, Reminder } from './schema.ts'

export interface Terms {
  today: Today
  filter: ActionItemFilter
  /** Days. */
  within: number
  untouched: number
  /** How many items of an owner are listed. */
  perOwner: number
  publicUrl: string | undefined
}

const mostOwners = 100

const headings = ['overdue', 'due', 'untouched'] as const
type Counts = ActionItemReminders['count']

interface Row extends Omit<Reminder, 'id' | 'days_overdue' | 'days_untouched' | 'page'> {
  owner: string
  owner_name: string
  heading: (typeof headings)[number]
  number: number
  changed_at: string
  counts: Counts
  totals: Counts
  owners: number
}

/** What each owner is to be reminded of on a day, each item once. */
export async function readReminders(
  db: Db,
  terms: Terms,
): Promise<Pick<ActionItemReminders, 'count' | 'owners' | 'more_owners'>> {
  const { rows } = await selectReminders(terms).execute(db)
  const owners: OwnerReminders[] = []
  for (const row of rows) {
    if (owners.at(-1)?.owner !== row.owner) owners.push(ownerOf(row))
    const owner = owners.at(-1)!
    owner[row.heading].push(toReminder(row, terms))
    owner.more -= 1
  }
  const count = rows[0]?.totals ?? { overdue: 0, due: 0, untouched: 0 }
  return { count, owners, more_owners: (rows[0]?.owners ?? 0) - owners.length }
}

const ownerOf = ({ owner, owner_name, counts }: Row): OwnerReminders => ({
  ...{ owner, owner_name, count: counts },
  ...{ overdue: [], due: [], untouched: [] },
  more: counts.overdue + counts.due + counts.untouched,
})

function toReminder(row: Row, { today: { as_of, tz }, publicUrl }: Terms): Reminder {
  const { incident_id, number, title, incident_title, severity, priority, due_on } = row
  const days_untouched = Math.max(0, daysBetween(dateIn(tz, new Date(row.changed_at)), as_of))
  const days = { days_overdue: daysOverdue({ isOpen: true, due_on }, as_of), days_untouched }
  const page = pageOf(incident_id, publicUrl)
  return { incident_id, id: `AI-${number}`, title, incident_title, severity, priority, due_on, page, ...days }
}

/** One statement, so that the counts and the items are of the same moment. Only narrow rows are sorted. */
function selectReminders({ today, filter, within, untouched, perOwner }: Terms): RawBuilder<Row> {
  const source = openSource(today)
  const asOf = sql`${today.as_of}::date`
  const until = sql`${asOf} + ${within}::integer`
  const since = sql`${untouchedSince(today, untouched)}::timestamptz`
  return sql<Row>`
    WITH found AS (
      SELECT a.incident_id, a.number, a.owner, ${source.dueOn} AS due_on, a.priority, a.changed_at,
        CASE WHEN ${source.dueOn} < ${asOf} THEN 1 WHEN ${source.dueOn} <= ${until} THEN 2 ELSE 3 END AS heading
      FROM ${fromOf(source, filter, false)}
      WHERE ${whereOf(source, filter, today, [sql`(${source.dueOn} <= ${until} OR a.changed_at < ${since})`])}
    ), counted AS (
      SELECT owner, ${sql.join(headings.map((name, i) => sql`count(*) FILTER (WHERE heading = ${sql.lit(i + 1)}) AS ${sql.ref(name)}`))}
      FROM found GROUP BY owner
    ), listed AS (
      SELECT *, count(*) OVER () AS owners,
        ${jsonOf(name => sql`sum(${name}) OVER ()`)} AS totals, ${jsonOf(name => name)} AS counts
      FROM counted ORDER BY ${ownerOrder} LIMIT ${sql.lit(mostOwners)}
    ), placed AS (
      SELECT *, row_number() OVER (PARTITION BY owner ORDER BY heading,
        CASE heading WHEN 3 THEN changed_at END, due_on, priority, incident_id, number) AS place
      FROM found
    )
    SELECT l.owner, p.name AS owner_name, l.owners, l.totals, l.counts,
      (ARRAY['overdue', 'due', 'untouched'])[o.heading] AS heading,
      a.incident_id, a.number, a.title, a.priority, o.due_on, a.changed_at, i.title AS incident_title, i.severity
    FROM listed l JOIN placed o ON o.owner = l.owner AND o.place <= ${sql.lit(perOwner)}
      JOIN action_items a ON (a.incident_id, a.number) = (o.incident_id, o.number)
      JOIN incidents i ON i.id = a.incident_id JOIN people p ON p.handle = l.owner
    ORDER BY l.overdue DESC, l.due DESC, l.untouched DESC, l.owner COLLATE "C", o.place`
}

const jsonOf = (write: (name: RawBuilder<unknown>) => RawBuilder<unknown>) =>
  sql`json_build_object(${sql.join(headings.flatMap(name => [sql.lit(name), write(sql.ref(name))]))})`

const ownerOrder = sql`overdue DESC, due DESC, untouched DESC, owner COLLATE "C"`

const dayLength = 86_400_000

/** What was changed on a later day than so many days ago, was changed at this moment or after it. */
const untouchedSince = ({ as_of, tz }: Today, days: number): string =>
  new Date(momentIn(tz, Date.parse(as_of) - (days - 1) * dayLength)).toISOString()
