import { timeOf } from '../measure.ts'
import type { Stage } from '../stage.ts'
import { atMost, measured, type Row } from '../table.ts'

/** The summary by owner, one query at a time, no two for the same day. The goal is one for a million items. */
export async function summary(stage: Stage): Promise<Row[]> {
  await stage.needItems()
  stage.say('summary')
  const { rounds, items } = stage.scale
  const times: number[] = []
  for (let n = 1; n <= 5 * rounds; n++) {
    const as_of = new Date(Date.UTC(2027, 0, n)).toISOString().slice(0, 10)
    times.push(await timeOf(stage.service, `/v1/action-items/summary?group_by=owner&as_of=${as_of}`))
  }
  const what = `summary of ${items.toLocaleString('en')} action items by owner`
  return [measured(what, 'ms', times, items === 1_000_000 ? atMost(100) : undefined)]
}
