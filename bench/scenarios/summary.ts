import { timeOf } from '../measure.ts'
import type { Setup } from '../setup.ts'
import { atMost, measured, type Row } from '../table.ts'

/** The summary by owner, one request at a time, each for another day. The goal is for a million items. */
export async function measureSummary(setup: Setup): Promise<Row[]> {
  await setup.ensureItems()
  setup.say('summary')
  const { rounds, items } = setup.scale
  const times: number[] = []
  for (let n = 1; n <= 5 * rounds; n++) {
    const as_of = new Date(Date.UTC(2027, 0, n)).toISOString().slice(0, 10)
    times.push(await timeOf(setup.service, `/v1/action-items/summary?group_by=owner&as_of=${as_of}`))
  }
  const what = `summary of ${items.toLocaleString('en')} action items by owner`
  return [measured(what, 'ms', times, items === 1_000_000 ? atMost(100) : undefined)]
}
