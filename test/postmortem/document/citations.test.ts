import fc from 'fast-check'
import t from 'tap'
import type { CheckInput } from '../../../src/postmortem/checks/check-input.ts'
import { checksOf } from '../../../src/postmortem/checks/checks.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { shownOf } from '../../../src/postmortem/shown.ts'
import type { Source } from '../../../src/timeline/source-schema.ts'
import { sourceKinds } from '../../../src/timeline/source-schema.ts'
import { source } from '../builders.ts'
import { drill } from '../drill.ts'

/** Adding sources, links or claims to a postmortem never makes a check fail. */

const input = (data: Postmortem): CheckInput => ({
  now: '2026-07-01T09:00:00.000Z',
  data: shownOf(data),
  size: { count: data.events.length, octets: 0, largest: 0 },
  timeline: data.events.filter(({ retraction }) => retraction === null),
  inactive: new Set(),
  findings: [],
  language: { judged: 0, found: 0, not_judged: [] },
})

const failing = (data: Postmortem): string[] =>
  checksOf(input(data)).map(({ code, pointer }) => `${code} ${pointer}`)

const citation = fc.record({
  kind: fc.constantFrom(...sourceKinds),
  system: fc.constantFrom('checkout', 'person', 'prometheus'),
  excerpt: fc.string({ minLength: 1 }),
})
const cited = ({ kind, system, excerpt }: { kind: Source['kind']; system: string; excerpt: string }) =>
  source(kind, system, { excerpt, stated_by: kind === 'statement' ? 'sam' : null })

/** The drill without some of its sources, links and claims. */
const postmortems = fc
  .record({
    remembered: fc.subarray(drill().events.map((_, i) => i)),
    uncited: fc.subarray(drill().factors.map((_, i) => i)),
    retracted: fc.subarray(drill().events.map((_, i) => i)),
  })
  .map(({ remembered, uncited, retracted }) => {
    const data = drill()
    for (const i of remembered)
      data.events[i]!.sources = [source('statement', 'person', { stated_by: 'ana' })]
    for (const i of uncited) data.factors[i]!.events = []
    for (const i of retracted)
      data.events[i]!.retraction = { reason: 'Wrong.', at: data.events[i]!.changed_at }
    return data
  })

t.test('adding a source to an event never adds a finding', async t => {
  const property = fc.property(postmortems, citation, fc.nat(), (data, more, place) => {
    const before = new Set(failing(data))
    data.events[place % data.events.length]!.sources.push(cited(more))
    return failing(data).every(found => before.has(found))
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
})

t.test('adding an event to a factor never adds a finding', async t => {
  const property = fc.property(postmortems, fc.nat(), fc.nat(), (data, one, other) => {
    const before = new Set(failing(data))
    data.factors[one % data.factors.length]!.events.push(data.events[other % data.events.length]!.id)
    return failing(data).every(found => before.has(found))
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
})

t.test('and what is there takes some away', async t => {
  const data = drill()
  for (const event of data.events) event.sources = [source('statement', 'person', { stated_by: 'ana' })]
  const before = failing(data).length
  data.events[0]!.sources.push(source('log', 'checkout', { excerpt: 'seen' }))
  t.equal(failing(data).length, before - 1)
})
