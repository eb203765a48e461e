import t from 'tap'
import { writePage } from '../../src/action-items/list-json.ts'
import { itemColumns } from '../../src/action-items/list-query.ts'

const day = { as_of: '2026-06-25', tz: 'UTC' }

/** A stored item with this title, as PostgreSQL writes it. */
function rowOf(title: string) {
  const stored: Record<string, string> = {
    incident_id: 'PM-2026-06-17-payments',
    number: '1',
    title,
    status: 'open',
    owner: 'priya',
    due_on: '2026-06-24',
    priority: 'P1',
    type: 'prevent',
    factors: '{1}',
    deferrals: '[]',
    version: '1',
    created_at: '2026-06-17 15:00:00+00',
    changed_at: '2026-06-17 15:00:00.5+00',
    changed_by: 'token:ci "main"',
  }
  return itemColumns.map(name => stored[name] ?? null)
}

t.test('a text is written as JSON writes it, whatever is in it', async t => {
  const letters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
  for (let from = 0; from < letters.length; from += 64) {
    const titles = letters.slice(from, from + 64).map(letter => `a${letter}b`)
    const json = writePage({ items: titles.map(rowOf), next_cursor: null }, day)
    const wrong = titles.filter(title => !json.includes(`,"title":${JSON.stringify(title)},`))
    t.same(wrong, [])
    t.same(
      JSON.parse(json).items.map((item: { title: string }) => item.title),
      titles,
    )
  }
})

t.test('an item has its words, its times and how late it is', async t => {
  const [item] = JSON.parse(writePage({ items: [rowOf('Add retries')], next_cursor: null }, day)).items
  t.match(item, {
    incident_id: 'PM-2026-06-17-payments',
    id: 'AI-1',
    owner: 'priya',
    due_on: '2026-06-24',
    factors: [1],
    tracker: null,
    created_at: '2026-06-17T15:00:00.000Z',
    changed_at: '2026-06-17T15:00:00.500Z',
    changed_by: 'token:ci "main"',
    overdue: true,
    days_overdue: 1,
  })
})
