import t from 'tap'
import type { Block } from '../../../src/postmortem/document/blocks.ts'
import { postmortemDocument, templateDocument } from '../../../src/postmortem/document/document.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { actionItem, at, change, event, eventId, factor, milestonesOf } from '../builders.ts'
import { bare, drill, drillWith } from '../drill.ts'
import { saidByBlocks } from './read-back.ts'

const render = (data: Postmortem): string => toMarkdown(postmortemDocument(data))
const lineWith = (markdown: string, words: string) =>
  markdown.split('\n').find(line => line.includes(words)) ?? ''

const headings = (blocks: readonly Block[]) =>
  saidByBlocks(blocks.filter(block => block.type === 'heading')).blocks.map(said =>
    (said as string[]).join(' '),
  )

const sections = [
  'h2 Summary',
  'h2 Timeline (UTC)',
  'h2 Analysis',
  'h2 What went well',
  'h2 Action items',
  'h2 Changes',
  'h2 Review record',
]
const fixedSentence = '\n\nWe do not name a single root cause. Contributing factors:\n\n'

t.test('the headings stand in the template’s order, with subsections only for what is stored', async t => {
  t.same(headings(postmortemDocument(bare())), ['h1 Postmortem: Something broke', ...sections])
  t.same(headings(templateDocument()), ['h1 Postmortem: <title>', ...sections])
  const whole = drillWith(([first, ...rest]) => [
    { ...first!, retraction: { reason: 'Another cluster.', at: '2026-06-18T09:00:00.000Z' } },
    ...rest,
  ])
  t.same(
    headings(postmortemDocument(whole)).filter(words => words.startsWith('h3')),
    [
      'h3 Impact',
      'h3 Roles and handoffs',
      'h3 Retracted and disputed claims',
      'h3 What went poorly',
      'h3 Where we got lucky',
    ],
  )
})

t.test('sections of its own stand before the action items, under their headings', async t => {
  const data = drill()
  data.incident.sections = [
    {
      heading: 'Disclosure',
      body: 'We told the vendor on the same day.\nThey answered.\n\n\nThe fix came later.',
    },
    { heading: 'What * we # asked', body: '# no heading\n- no list' },
  ]
  const [before, after] = [sections.slice(0, 4), sections.slice(4)]
  t.same(
    headings(postmortemDocument(data)).filter(words => words.startsWith('h2')),
    [...before, 'h2 Disclosure', 'h2 What * we # asked', ...after],
  )
  t.match(
    render(data),
    '## Disclosure\n\nWe told the vendor on the same day.  \nThey answered.\n\nThe fix came later.',
  )
})

t.test('the line below the title has the id, status, severity and authors', async t => {
  const data = drill()
  t.match(
    render(data),
    '\n\nID: PM-2026-06-17-payments-drill   Status: Draft   Severity: SEV2   Authors: Ana Duarte, Priya Raman\n\n',
  )
  data.incident.status = 'in_review'
  t.match(render(data), 'Status: In review   ')
  Object.assign(data.incident, { status: 'final', amending: true })
  t.match(render(data), 'Status: Final (being corrected)   ')
  t.match(render(bare()), 'Authors: —\n')
})

t.test('a person without a name is called by the handle', async t => {
  const data = drill()
  data.people = {}
  data.incident.authors = ['constructor']
  t.match(render(data), 'Authors: constructor\n')
  t.match(render(data), '| AI-1 · open | Add retry-with-backoff to the checkout payments call | priya |')
})

t.test('the fixed sentence stands in every document', async t => {
  for (const blocks of [postmortemDocument(drill()), postmortemDocument(bare()), templateDocument()])
    t.match(toMarkdown(blocks), fixedSentence)
})

t.test('what is not stored yet is said in words in brackets, and not in an empty table', async t => {
  const markdown = render(bare())
  for (const sentence of [
    'What broke: [not written yet]\n',
    'Who was affected: [not written yet]\n',
    'How long: not known: no event is marked as the start of the impact.',
    '\n\n[no events yet]\n',
    '\n\n[no contributing factors yet]\n',
    '\n\n[nothing written yet]\n',
    '\n\n[no action items yet]\n',
    '\n\n[no changes yet]\n',
    '- Date: [not held yet]\n- Attendees: —\n- Decisions: —\n- Status: Draft\n',
  ])
    t.match(markdown, sentence)
  t.notMatch(markdown, /\|/)
})

t.test('the template has every column and placeholder', async t => {
  const markdown = toMarkdown(templateDocument())
  t.match(
    markdown,
    'ID: PM-\\<date>-\\<slug>   Status: Draft|In review|Final   Severity: SEV\\<n>   Authors: …',
  )
  t.match(markdown, '| Time | Event | Source |')
  t.match(markdown, 'Detection time: —   Mitigation time: —')
  t.match(markdown, '1. [technical|process|detection] \\<factor>')
  t.match(markdown, 'counterfactual: if \\<X> had \\<Y>, the incident would have \\<Z>.')
  t.match(markdown, '| ID | Action | Owner | Due | Priority | Factor |')
})

t.test('how long is computed from the milestones', async t => {
  const until = (time: string) =>
    drillWith(events => events.map(one => (one.corrected_at > at(time) ? { ...one, milestones: [] } : one)))
  t.equal(
    lineWith(render(drill()), 'How long'),
    'How long: 31 min, from 14:02 to 14:33 UTC on 2026-06-17; resolved at 14:52.',
  )
  t.equal(
    lineWith(render(until('14:40')), 'How long'),
    'How long: 31 min, from 14:02 to 14:33 UTC on 2026-06-17; not yet resolved.',
  )
  t.equal(
    lineWith(render(until('14:20')), 'How long'),
    'How long: since 14:02 UTC on 2026-06-17; not yet mitigated.',
  )
  const backwards = drillWith(() => [
    event(1, '14:30', 'It broke.', { milestones: ['impact_started'] }),
    event(2, '14:10', 'It was well.', { milestones: ['resolved'] }),
  ])
  t.equal(
    lineWith(render(backwards), 'How long'),
    'How long: not known: resolved (14:10 UTC on 2026-06-17) is before the start of the impact (14:30 UTC on 2026-06-17).',
  )
})

t.test('how long gives the date once: not again where times carry it', async t => {
  const overnight = drillWith(() => [
    event(1, '23:50', 'It broke.', { milestones: ['impact_started'] }),
    event(2, '00:10', 'It was well.', { milestones: ['resolved'], corrected_at: '2026-06-18T00:10:00.000Z' }),
  ])
  t.equal(
    lineWith(render(overnight), 'How long'),
    'How long: 20 min, from 2026-06-17 23:50 to 2026-06-18 00:10 UTC.',
  )
  const ongoing = drillWith(() => [
    event(1, '00:10', 'x', { milestones: ['impact_started'], corrected_at: '2026-06-18T00:10:00.000Z' }),
  ])
  t.equal(lineWith(render(ongoing), 'How long'), 'How long: since 2026-06-18 00:10 UTC; not yet mitigated.')
})

t.test('long stored text keeps its paragraphs', async t => {
  const data = drill()
  data.incident.summary.what_broke = 'One.\r\n\r\n  \nTwo,\ntwo and a half.\n'
  t.match(render(data), '\n\nWhat broke: One.\n\nTwo,  \ntwo and a half.\n\nWho was')
})

t.test('the longest gap between status updates is measured against the cadence', async t => {
  const status = (data: Postmortem) => lineWith(render(data), 'Status updates')
  t.equal(
    status(drill()),
    'Status updates: the longest gap was 20 min (14:15 → 14:35), within the 20 min promised.',
  )
  const late = drillWith(events => events.filter(one => one.corrected_at !== at('14:35')))
  t.equal(status(late), 'Status updates: one every 20 min was promised; there is one in 50 min.')
  const unpromised = { ...late, milestones: milestonesOf(late.events, null) }
  unpromised.incident.status_update_cadence_minutes = null
  t.match(status(unpromised), 'the longest gap was 37 min (14:15 → resolved 14:52); no cadence was promised.')
  const rounded = drillWith(events =>
    events.map(one =>
      one.corrected_at === at('14:35') ? { ...one, precision: 'minute', corrected_at: at('14:34:40') } : one,
    ),
  )
  t.match(status(rounded), 'the longest gap was 20 min (14:15 → 14:34), within', 'in whole minutes')
  t.match(
    status(drillWith(events => events.slice(0, 6))),
    'one every 20 min was promised; fewer than two are stored, so no gap can be measured.',
  )
})

t.test('roles name their holders in turn, with the handoff', async t => {
  t.match(
    render(drill()),
    '- Incident commander: Sam Okoro from 14:14 to 14:31, then Ana Duarte from 14:31\n- Operations lead: Sam Okoro from 14:31\n',
  )
})

t.test('a factor has its counterfactual as a sentence, and what it rests on', async t => {
  t.match(
    render(drill()),
    '2. [technical] The checkout payments call had no retries, so every failed call reached a customer.  \n   counterfactual: if the checkout payments call had retried with backoff, the incident would have failed 6 % of payments instead of 38 %.  \n   rests on 14:02, 14:19; effect: would have reduced its impact; addressed by AI-1\n',
  )
  const data = drill()
  data.factors = [
    factor(1, 'A.'),
    factor(3, 'C.', {
      events: [eventId(5), eventId(4)],
      counterfactual: { if: 'x', had: 'y', would_have: 'ended.' },
      ...{ disposition: 'accepted_risk', disposition_reason: 'Rare and cheap.' },
      recurs: { incident_id: 'PM-2025-01-01-x', number: 2 },
    }),
  ]
  data.action_items = []
  t.match(
    render(data),
    '1. [technical] A.  \n   counterfactual: [not written yet]  \n   rests on [no event yet]\n\nFactor 2 was removed.\n\n3. [technical] C.  \n   counterfactual: if x had y, the incident would have ended.  \n   rests on 14:08, 14:14  \n   accepted risk: Rare and cheap.  \n   recurs: factor 2 of PM-2025-01-01-x\n',
    'and keeps its number after a deleted one',
  )
})

t.test('a gap in the factors’ numbers says which were removed', async t => {
  const analysis = (...numbers: number[]) => {
    const factors = numbers.map(number => factor(number, 'A factor.'))
    return /Contributing factors:\n\n([\s\S]*?)\n\n## /
      .exec(render({ ...drill(), factors }))![1]!
      .replace(/ *\n {3}.*/g, '')
  }
  t.equal(analysis(1, 2), '1. [technical] A factor.\n2. [technical] A factor.')
  t.equal(analysis(2), 'Factor 1 was removed.\n\n2. [technical] A factor.')
  t.equal(
    analysis(1, 4, 8),
    [
      ...['1. [technical] A factor.', 'Factors 2 and 3 were removed.', '4. [technical] A factor.'],
      ...['Factors 5 to 7 were removed.', '8. [technical] A factor.'],
    ].join('\n\n'),
  )
})

t.test('what a factor’s counterfactual would have changed stays a supposition', async t => {
  const effects = ['prevented', 'detected_sooner', 'impact_reduced', 'recovered_sooner'] as const
  const factors = effects.map((effect, index) => factor(index + 1, 'A factor.', { effect }))
  t.same(render({ ...drill(), factors, action_items: [] }).match(/effect: .*/g), [
    'effect: would have prevented it',
    'effect: would have shown it sooner',
    'effect: would have reduced its impact',
    'effect: would have shortened recovery',
  ])
})

t.test('an item that is closed says whether it was accepted, and not that it is not yet', async t => {
  const acceptance = { at: at('16:00'), by: 'priya' }
  const data = drill()
  data.action_items = [
    actionItem(1, 'a', { status: 'done', acceptance }),
    actionItem(2, 'b', { status: 'done' }),
    actionItem(3, 'c', { status: 'cancelled' }),
    actionItem(4, 'd', { status: 'in_progress' }),
  ]
  data.changes = [change(1)]
  t.match(
    render(data),
    [
      '| AI-1 · done | a | Priya Raman | 2026-06-24 | P1 | 2 |',
      '| AI-2 · done | b | Priya Raman | 2026-06-24 | P1 | 2 |',
      '| AI-3 · cancelled | c | Priya Raman | 2026-06-24 | P1 | 2 |',
      '| AI-4 · in progress | d | Priya Raman | 2026-06-24 | P1 | 2 |',
      '',
      '- AI-1: accepted\n- AI-4: not accepted yet, change 1\n',
    ].join('\n'),
  )
  data.incident.status = 'final'
  t.match(render(data), '\n- AI-1: accepted\n- AI-4: not accepted, [change 1](#')
})

t.test('an action item stands in the table, and below it how it stands', async t => {
  const data = drill()
  data.action_items = [
    actionItem(7, 'Retry', {
      factors: [2, 4],
      status: 'done',
      done_when: 'It retries.',
      tracker: { system: 'jira', key: 'CHK-1', url: 'https://jira.example/CHK-1' },
      deferrals: [{ from: '2026-06-20', to: '2026-06-24', reason: 'A holiday.', at: at('16:00') }],
      closure: {
        outcome: 'done',
        done_on: '2026-06-23',
        at: '2026-06-25T08:00:00.000Z',
        evidence_urls: ['https://git.example/1'],
        reason: null,
      },
      effectiveness: { review_on: '2026-09-24', result: 'pending', note: null },
    }),
  ]
  const markdown = render(data)
  t.match(markdown, '| ID | Action | Owner | Due | Priority | Factor |\n')
  t.match(markdown, '| AI-7 · done | Retry | Priya Raman | 2026-06-24 | P1 | 2, 4 |\n')
  t.match(
    markdown,
    '- AI-7: tracked as [CHK-1](https://jira.example/CHK-1) in jira  \n  done when: It retries.  \n  moved from 2026-06-20 to 2026-06-24: A holiday.  \n  done 2026-06-23: [evidence](https://git.example/1)  \n  effectiveness: pending, to be looked at on 2026-09-24\n',
  )
})

t.test(
  'whether an item is overdue does not change the document: it depends on the day it is read',
  async t => {
    const data = drill()
    for (const item of data.action_items) Object.assign(item, { overdue: true, days_overdue: 9 })
    t.equal(render(data), render(drill()))
  },
)

t.test('impact is given with its figures', async t => {
  t.match(
    render(drill()),
    '### Impact\n\nOrders were kept and paid later; no order was lost.\n\n- Users affected: 1,840\n- Requests failed: 2,310\n',
  )
})
