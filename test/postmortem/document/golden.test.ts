import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { templateDocument } from '../../../src/postmortem/document/template.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { incidentId, row, source } from '../builders.ts'
import { drill } from '../drill.ts'

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

const waivers: Postmortem['waivers'] = [
  {
    incident_id: incidentId,
    code: 'IMPACT_MISSING',
    reason: 'A drill has no customers, so nobody was affected.',
    findings: [],
    ...row,
  },
]
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

const documents = {
  template: templateDocument(),
  draft: postmortemDocument(drill()),
  'in-review': postmortemDocument(inState('in_review')),
  final: postmortemDocument(inState('final', { waivers })),
  amended: postmortemDocument(inState('final', { amendments })),
  redacted: postmortemDocument(redacted()),
}

for (const [name, blocks] of Object.entries(documents)) {
  t.test(`the document ${name} is written as it was`, async t => {
    const file = new URL(`golden/${name}.md`, import.meta.url)
    const markdown = toMarkdown(blocks)
    if (process.env.DEBRIEF_TEST_GOLDEN === 'write') writeFileSync(file, markdown)
    t.equal(markdown, readFileSync(file, 'utf8'))
  })
}
