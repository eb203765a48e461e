import { type RawBuilder, sql } from 'kysely'
import { isLive } from '../../action-items/list-query.ts'
import { priorities } from '../../action-items/schema.ts'
import type { Db } from '../../db/open.ts'
import { phase } from '../../incidents/list-query.ts'
import { phases } from '../../incidents/milestones.ts'
import { statuses } from '../../incidents/schema.ts'

/** Counts what waits for somebody, for metrics. What there is none of is counted as 0. */
export async function backlogOf(db: Db, as_of: string) {
  return {
    action_items: (await selectItemCounts(as_of).execute(db)).rows,
    drafts: await countDrafts(db, as_of),
    inbox: await countInbox(db),
  }
}

interface ItemCount {
  priority: string
  team: string
  open: number
  overdue: number
  days_overdue: number
}

/** Live action items of each priority and of each team of the directory; the team is `''` where their owner has none. */
export function selectItemCounts(as_of: string): RawBuilder<ItemCount> {
  // Grouped by owner first, which takes an index alone.
  return sql`
    WITH owned AS (
      SELECT a.owner, a.priority, count(*) AS live, count(*) FILTER (WHERE a.due_on < ${as_of}::date) AS overdue,
        min(a.due_on) AS oldest
      FROM action_items a WHERE ${isLive} GROUP BY 1, 2
    ), counted AS (
      SELECT coalesce(p.team, '') AS team, priority, sum(live - overdue)::bigint AS open,
        sum(overdue)::bigint AS overdue, greatest(${as_of}::date - min(oldest), 0) AS days_overdue
      FROM owned JOIN people p ON p.handle = owner GROUP BY 1, 2
    )
    SELECT priority, team, coalesce(open, 0) AS open, coalesce(overdue, 0) AS overdue,
      coalesce(days_overdue, 0) AS days_overdue
    FROM unnest(${priorities}::text[]) AS priority
      CROSS JOIN (SELECT handle FROM teams UNION ALL SELECT '') AS t (team)
      LEFT JOIN counted USING (priority, team)
    ORDER BY team, priority`
}

/** Incidents whose postmortem is not final, by its status and by their phase, and how old the oldest is. */
async function countDrafts(db: Db, as_of: string) {
  const waiting = statuses.filter(status => status !== 'final')
  const { rows } = await sql<{ status: string; phase: string; count: number; days: number }>`
    WITH drafts AS (
      SELECT status, ${phase} AS phase, occurred_on FROM incidents
      WHERE status COLLATE "C" = ANY (${waiting})
    )
    SELECT status, phase, count(occurred_on) AS count, greatest(${as_of}::date - min(occurred_on), 0) AS days
    FROM unnest(${waiting}::text[]) AS status CROSS JOIN unnest(${phases}::text[]) AS phase
      LEFT JOIN drafts USING (status, phase)
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  return rows
}

async function countInbox(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM inbox_entries WHERE state = 'waiting'`.execute(db)
  return rows[0]!.count
}
