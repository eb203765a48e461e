import fc from 'fast-check'
import t from 'tap'
import { natureNames } from '../../../../src/incidents/natures.ts'
import { postmortemDocument } from '../../../../src/postmortem/document/document.ts'
import { toHtml } from '../../../../src/postmortem/document/html/html.ts'
import { toMarkdown } from '../../../../src/postmortem/document/markdown/markdown.ts'
import type { Postmortem } from '../../../../src/postmortem/schema.ts'
import type { CheckCode } from '../../../../src/waivers/schema.ts'
import { event, factor, incidentId, milestonesOf, row } from '../../builders.ts'
import { bare, drill } from '../../drill.ts'

const render = (data: Postmortem): string => toMarkdown(postmortemDocument(data))

/** What a document may lack, each with the check that has to be waived for it, if there is one. */
const lacks: [CheckCode | null, (data: Postmortem) => void][] = [
  ['SUMMARY_MISSING', ({ incident }) => Object.assign(incident.summary, { what_broke: null })],
  ['SUMMARY_MISSING', ({ incident }) => Object.assign(incident.summary, { who_was_affected: null })],
  ['IMPACT_MISSING', ({ incident }) => Object.assign(incident, { impact: bare().incident.impact })],
  ['TIMELINE_EMPTY', data => Object.assign(data, { events: [] })],
  ['MILESTONE_MISSING', without('impact_started')],
  ['MILESTONE_MISSING', without('detected')],
  ['MILESTONE_MISSING', without('mitigated')],
  ['MILESTONE_MISSING', without('resolved')],
  ['EVENT_DISPUTED', dispute],
  ['FACTOR_COUNT', data => Object.assign(data, { factors: [] })],
  ['FACTOR_UNCITED', ({ factors }) => Object.assign(factors[0] ?? {}, { events: [] })],
  ['COUNTERFACTUAL_MISSING', ({ factors }) => Object.assign(factors[0] ?? {}, { counterfactual: null })],
  ['ACTION_UNACCEPTED', ({ action_items }) => Object.assign(action_items[0] ?? {}, { acceptance: null })],
  [null, data => Object.assign(data, { action_items: [] })],
  ['CHANGE_MISSING', data => Object.assign(data, { changes: [] })],
  ['WENT_WELL_EMPTY', ({ incident }) => Object.assign(incident, { went_well: [] })],
  [null, data => Object.assign(data, { review: null })],
  [null, ({ incident }) => Object.assign(incident, { authors: [], roles: [] })],
  [null, secondSpell],
]

function without(milestone: string) {
  return ({ events }: Postmortem) => {
    for (const one of events) one.milestones = one.milestones.filter(name => name !== milestone)
  }
}

function dispute({ events }: Postmortem): void {
  const at = '2026-06-18T12:00:00.000Z'
  if (events[1])
    events[1].dispute = { statement: 'It was earlier.', raised_by: 'priya', at, resolution: null }
}

function secondSpell({ events }: Postmortem): void {
  events.push(event(90, '18:00', 'It is down again.', { milestones: ['impact_started'], spell: 2 }))
}

function lacking(which: typeof lacks, isWaived: boolean): Postmortem {
  const data = drill()
  for (const [, take] of which) take(data)
  data.milestones = milestonesOf(data.events)
  const codes = new Set(which.flatMap(([code]) => code ?? []))
  if (isWaived)
    data.waivers = [...codes].map(code => ({
      ...{ incident_id: incidentId, code, ...row },
      reason: `There is a reason for ${code}.`,
    }))
  return data
}

const documents = fc
  .record({
    which: fc.subarray(lacks),
    isWaived: fc.boolean(),
    nature: fc.constantFrom(...natureNames),
    amending: fc.boolean(),
  })
  .map(({ which, isWaived, nature, amending }) => {
    const data = lacking(which, isWaived)
    Object.assign(data.incident, { nature, amending, status: 'final' })
    return data
  })

t.test('a final document never says “yet”, whatever it lacks', async t => {
  const property = fc.property(documents, data => !/\byet\b/i.test(render(data)))
  t.doesNotThrow(() => fc.assert(property, { numRuns: 400 }))
  for (const lack of lacks) {
    const data = lacking([lack], true)
    t.ok(render(data).length > 0)
    data.incident.status = 'final'
    t.notMatch(render(data), /\byet\b/i)
  }
})

t.test('the reason of each waiver is told once', async t => {
  const property = fc.property(documents, data => {
    const text = render(data)
    return data.waivers.every(({ reason }) => text.split(reason).length === 2)
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 200 }))
})

const final = (change: (data: Postmortem) => void, ...codes: CheckCode[]): Postmortem => {
  const data = drill()
  data.incident.status = 'final'
  change(data)
  data.milestones = milestonesOf(data.events)
  data.waivers = codes.map(code => ({
    ...{ incident_id: incidentId, code, ...row, changed_by: 'ana' },
    reason: 'We had no time.',
  }))
  return data
}
const told = (code: string) => `Waived: We had no time. (${code}, Ana Duarte, 2026-06-18 09:00 UTC)\n`

t.test('what is empty by a waiver says in its place why', async t => {
  const { summary, impact, went_well } = bare().incident
  const nothing = final(
    data => {
      Object.assign(data.incident, { summary, impact, went_well })
      Object.assign(data, { events: [], factors: [], changes: [] })
    },
    ...(['SUMMARY_MISSING', 'IMPACT_MISSING', 'TIMELINE_EMPTY'] as const),
    ...(['FACTOR_COUNT', 'CHANGE_MISSING', 'WENT_WELL_EMPTY'] as const),
  )
  const text = render(nothing)
  for (const place of [
    `\nWhat broke: [not written] ${told('SUMMARY_MISSING')}`,
    '\nWho was affected: [not written]\n',
    `\n### Impact\n\n${told('IMPACT_MISSING')}`,
    `\n## Timeline (UTC)\n\n${told('TIMELINE_EMPTY')}`,
    `Contributing factors:\n\n${told('FACTOR_COUNT')}`,
    `\n## What went well\n\n${told('WENT_WELL_EMPTY')}`,
    `\n## Changes\n\n${told('CHANGE_MISSING')}`,
  ])
    t.match(text, place)
  t.notMatch(text, '### Waivers')
})

t.test('a summary that lacks one answer says why there', async t => {
  const half = final(({ incident }) => {
    incident.summary.who_was_affected = null
  }, 'SUMMARY_MISSING')
  t.match(render(half), `\nWho was affected: [not written] ${told('SUMMARY_MISSING')}`)
})

t.test('a waiver whose place is not empty stands with the review record', async t => {
  const one = final(
    data => {
      data.factors = [factor(1, 'The cable is old.')]
      data.changes[0]!.status = 'proposed'
    },
    ...(['FACTOR_COUNT', 'CHANGE_MISSING'] as const),
  )
  t.match(
    render(one),
    '### Waivers\n\n- FACTOR_COUNT: We had no time. (Ana Duarte, 2026-06-18 09:00 UTC)\n- CHANGE_MISSING: We',
  )
  t.notMatch(render(one), 'Waived:')
})

t.test('a final document without a waiver says plainly what there is none of', async t => {
  const data = final(one =>
    Object.assign(one, { ...bare(), incident: { ...bare().incident, status: 'final' } }),
  )
  const text = render(data)
  for (const sentence of ['No events.', 'No contributing factors.', 'Nothing written.', 'No action items.'])
    t.match(text, `\n\n${sentence}\n`)
  t.match(text, '## Changes\n\nNo changes.\n')
  t.match(text, '- Date: —\n')
})

t.test('what has not ended is not stored in a final document', async t => {
  const howLong = (data: Postmortem) => render(data).match(/How long: (.*)/)?.[1]
  const status = (data: Postmortem, name: 'draft' | 'final') => {
    data.incident.status = name
    return howLong(data)
  }
  const ongoing = lacking([lacks[6]!, lacks[7]!], false)
  t.equal(status(ongoing, 'draft'), 'since 14:02 UTC on 2026-06-17; not yet mitigated.')
  t.equal(status(ongoing, 'final'), 'since 14:02 UTC on 2026-06-17; when it was mitigated is not stored.')
  const mitigated = lacking([lacks[7]!], false)
  t.match(status(mitigated, 'draft'), /; not yet resolved\.$/)
  t.match(status(mitigated, 'final'), /; when it was resolved is not stored\.$/)
  const again = lacking([[null, secondSpell]], false)
  t.match(status(again, 'draft'), /; spell 2 is not yet mitigated\.$/)
  t.match(status(again, 'final'), /; when spell 2 was mitigated is not stored\.$/)
})

t.test('the words for what is missing are no stored text', async t => {
  const data = bare()
  t.match(toHtml(data), '<span class="placeholder">[no events yet]</span>')
  data.incident.went_well = ['[nothing written yet]']
  t.notMatch(toHtml(data), '<span class="placeholder">[nothing written yet]</span>')
})

t.test('the figures above the document are those that there can be', async t => {
  const figures = (nature: string, ...milestones: string[]) => {
    const data = drill()
    Object.assign(data.incident, { nature })
    for (const one of data.events) one.milestones = one.milestones.filter(name => milestones.includes(name))
    data.milestones = milestonesOf(data.events, null, nature === 'incident')
    const html = toHtml(data)
    t.notMatch(html, nature === 'incident' ? 'Known for' : /ongoing/i)
    return [...html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, name, value]) => [name, value])
  }
  t.same(figures('incident', 'impact_started', 'detected'), [
    ['Phase', 'Ongoing'],
    ['Detection time', '6 min'],
    ['Mitigation time', '—'],
    ['Resolution time', '—'],
  ])
  t.same(figures('near_miss', 'detected'), [
    ['Impact', 'none'],
    ['Noticed', '14:08 UTC on 2026-06-17'],
  ])
  t.same(figures('near_miss'), [['Impact', 'none']])
  t.same(figures('false_alarm', 'detected', 'resolved'), [
    ['Impact', 'none'],
    ['Noticed', '14:08 UTC on 2026-06-17'],
    ['Looked into for', '44 min'],
  ])
  t.same(figures('vulnerability', 'detected', 'resolved'), [['Known for', '44 min']])
  t.same(figures('vulnerability', 'detected'), [['Known since', '14:08 UTC on 2026-06-17']])
  t.same(figures('vulnerability'), [['Known for', '—']])
})
