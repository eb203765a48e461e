import { givingPast } from '../../test/action-items/many.ts'
import { runStatements } from '../../test/help/server.ts'
import { timeOf } from '../measure.ts'
import type { Setup } from '../setup.ts'
import { atMost, measured, type Row } from '../table.ts'

/** The summary by owner, one request at a time, each for another day. The goal is for a million items. */
export async function measureSummary(setup: Setup): Promise<Row[]> {
  await setup.ensureItems()
  setup.say('summary')
  const { items } = setup.scale
  const of = `of ${items.toLocaleString('en')} action items`
  const isMillion = items === 1_000_000
  const nextYear = new Date().getUTCFullYear() + 1
  const today = await timesOf(setup, n => `/summary?group_by=owner&as_of=${dayOf(nextYear, n)}`)
  const row = measured(`summary ${of} by owner`, 'ms', today, isMillion ? atMost(100) : undefined)
  setup.say('past days')
  await runStatements(setup.databaseUrl, ...givingPast)
  const past = await timesOf(setup, n => `/summary?group_by=owner&as_of=${dayOf(2025, n)}`)
  const page = await timesOf(setup, n => `?overdue=true&as_of=${dayOf(2025, n)}`)
  const history = await timesOf(
    setup,
    n => `/history?from=${dayOf(2025, n)}&to=${dayOf(2026, n)}&group_by=owner`,
  )
  return [
    row,
    measured(`summary ${of} of a past day`, 'ms', past),
    measured(`overdue page ${of} of a past day`, 'ms', page),
    measured(`history ${of} over a year by owner`, 'ms', history),
  ]
}

const dayOf = (year: number, n: number) => new Date(Date.UTC(year, 0, n)).toISOString().slice(0, 10)

/** What requests take, each for another day. */
async function timesOf({ service, scale }: Setup, of: (n: number) => string): Promise<number[]> {
  const times: number[] = []
  for (let n = 1; n <= 5 * scale.rounds; n++) {
    times.push(await timeOf(service, `/v1/action-items${of(n)}`))
  }
  return times
}
