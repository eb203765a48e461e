import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { templateDocument } from '../../../src/postmortem/document/template.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import type { Event } from '../../../src/timeline/schema.ts'
import { event, eventId, incidentId, milestonesOf, row, source } from '../builders.ts'
import { bare, drill } from '../drill.ts'

/**
 * Whole documents, byte for byte, in each state. A change here changes what readers see and needs a new version of the
 * renderer; DEBRIEF_TEST_GOLDEN=write writes the golden files, to be reviewed as a diff.
 */

const review: Postmortem['review'] = {
  incident_id: incidentId,
  held_at: '2026-06-18T13:00:00.000Z',
  facilitator: 'mara',
  attendees: ['ana', 'mara', 'priya', 'sam'],
  decisions: [
    { text: 'Retries come before the summer sale.', action_item: 'AI-1' },
    { text: 'The rota gets a second person.', action_item: null },
  ],
  reframings: [
    {
      said: 'Sam should have seen the page sooner.',
      reframed: 'The page went to one silenced phone, and nothing escalated for six minutes.',
    },
  ],
  recording_url: 'https://meet.carta.example/r/481',
  ...row,
}

const disputed = {
  statement: 'The first failed payment was earlier than that.',
  raised_by: 'priya',
  at: '2026-06-18T12:00:00.000Z',
  resolution: null,
}
const resolution = {
  text: 'The stub’s own log has its first 503 at 14:02:04.',
  source: source('log', 'payments-stub', { excerpt: '14:02:04 POST /v1/charges 503 4ms' }),
  at: '2026-06-18T13:20:00.000Z',
}

function inState(status: 'in_review' | 'final', more: Partial<Postmortem> = {}): Postmortem {
  const data = drill()
  data.incident.status = status
  data.people.mara = 'Mara Lindqvist'
  const [, impact] = data.events
  impact!.dispute = { ...disputed, resolution: status === 'final' ? resolution : null }
  return { ...data, review, ...more }
}

const waived = (code: string, reason: string) => ({
  ...{ incident_id: incidentId, code, reason },
  ...{ ...row, changed_by: 'ana' },
})

/** Final without its impact, and with an item that nobody has accepted. */
function withWaivers(): Postmortem {
  const data = inState('final')
  data.incident.impact = { description: null, users_affected: null, requests_failed: null, cost: null }
  data.waivers = [
    waived('IMPACT_MISSING', 'All that was measured stands in the summary.'),
    waived('ACTION_UNACCEPTED', 'Ana is back on 22 June, and has said that she takes AI-3.'),
  ]
  return data
}

const amendments: Postmortem['amendments'] = [
  {
    incident_id: incidentId,
    number: 1,
    author: 'ana',
    reason: 'The second status update was missing from the timeline.',
    amended_at: '2026-06-25T09:00:00.000Z',
    amended_by: 'ana',
  },
]

function redacted(): Postmortem {
  const data = inState('final')
  const [, impact] = data.events
  impact!.sources[0]!.excerpt = '[redacted]'
  impact!.redactions = [
    {
      pointers: ['/sources/0/excerpt'],
      reason: 'The log line had a customer’s card number in it.',
      by: 'admin',
      at: '2026-06-26T09:00:00.000Z',
    },
    {
      pointers: ['/description'],
      reason: 'An earlier version of the sentence named a customer.',
      by: 'sam',
      at: '2026-06-27T10:30:00.000Z',
    },
  ]
  const by = { by: 'sam', at: '2026-06-27T10:40:00.000Z' }
  const things = [
    ['incident', incidentId, '/title'],
    ['factor', '2', '/statement'],
    ['action_item', 'AI-1', '/tracker/url'],
    ['review', incidentId, '/recording_url'],
  ] as const
  data.redactions = things.map(([resource, id, pointer]) => ({
    ...{ resource, id, pointers: [pointer], reason: 'A customer is named.', ...by },
  }))
  return data
}

/** An event on another day than that of the drill. */
function happened(n: number, time: string, description: string, more: Partial<Event>): Event {
  const at = `2026-06-${time.replace(' ', 'T')}:00.000Z`
  return event(n, '14:00', description, { occurred_at: at, corrected_at: at, ...more })
}

/** Two spells over three days, long texts, and several decisions. */
function inSpells(): Postmortem {
  const data = { ...inState('in_review'), action_items: drill().action_items.slice(0, 1), changes: [] }
  data.events = [
    happened(1, '16 00:00', 'The gateway’s certificate is renewed by hand.', { precision: 'day' }),
    happened(2, '17 22:05', 'An order fails; see [its trace](https://traces.carta.example/8f).', {
      milestones: ['detected'],
    }),
    happened(3, '17 22:10', 'Payments fail with `x509: certificate signed by unknown authority`.', {
      milestones: ['impact_started'],
    }),
    happened(4, '17 23:40', 'Payments go to the second provider.', {
      ...{ milestones: ['mitigated'], occurred_until: '2026-06-18T00:20:00.000Z' },
    }),
    happened(5, '18 09:00', 'They fail again when traffic is sent back.', {
      ...{ milestones: ['impact_started'], spell: 2 },
      ...{ between: true, occurred_until: '2026-06-18T09:30:00.000Z' },
    }),
    happened(6, '18 10:00', 'The old certificate is restored.', {
      ...{ milestones: ['mitigated', 'resolved'], spell: 2, precision: 'hour' },
    }),
    happened(7, '18 10:30', 'A health check of the gateway passes.', { relevance: 'low' }),
  ]
  data.milestones = milestonesOf(data.events)
  data.factors = data.factors.slice(0, 2).map((one, n) => ({ ...one, events: [eventId(2 + n)] }))
  data.factors[0]!.statement = long
  data.review = { ...review!, decisions: [{ text: long, action_item: 'AI-1' }, review!.decisions[1]!] }
  data.incident.roles = []
  data.incident.sections = [{ heading: 'What we told our customers', body: long }]
  return data
}
const long = `Two things stand in the way of a renewal by a machine:

- the gateway reads its certificate only when it starts,
- and \`gatewayctl reload\` drops what is open.

> Nobody restarts a gateway on a Friday.`

/** Nothing had an impact, and of most times only the day is known. */
function vulnerability(): Postmortem {
  const data = bare()
  Object.assign(data.incident, { nature: 'vulnerability', severity: null, status: 'in_review' })
  data.events = [
    happened(1, '01 00:00', 'The flaw is published.', { milestones: ['detected'], precision: 'day' }),
    happened(2, '01 12:00', 'The team lists the services that use the library.', {}),
    happened(3, '30 00:00', 'The last of them is patched.', { milestones: ['resolved'], precision: 'day' }),
  ]
  data.milestones = milestonesOf(data.events, null, false)
  return data
}

const documents = {
  template: templateDocument(),
  draft: postmortemDocument(drill()),
  'in-review': postmortemDocument(inState('in_review')),
  final: postmortemDocument(withWaivers()),
  amended: postmortemDocument(inState('final', { amendments })),
  redacted: postmortemDocument(redacted()),
  spells: postmortemDocument(inSpells()),
  vulnerability: postmortemDocument(vulnerability()),
}

for (const [name, blocks] of Object.entries(documents)) {
  t.test(`the document ${name} is written as it was`, async t => {
    const file = new URL(`golden/${name}.md`, import.meta.url)
    const markdown = toMarkdown(blocks)
    if (process.env.DEBRIEF_TEST_GOLDEN === 'write') writeFileSync(file, markdown)
    t.equal(markdown, readFileSync(file, 'utf8'))
  })
}
