import t from 'tap'
import { type BlameCheck, prepareBlameCheck } from '../../../src/language/check.ts'
import { coverageOf, findingsIn, judgedTexts } from '../../../src/postmortem/checks/judged-texts.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { actionItem, event, eventId, factor, incidentId, noRest, row, source } from '../builders.ts'
import { bare } from '../drill.ts'

/** Which texts of a postmortem are judged, and which are quotations. */

const check = prepareBlameCheck(['Sam Okoro', 'sam'])
const blaming = 'Sam should have seen the page sooner.'
const at = '2026-06-18T09:00:00.000Z'

/** A postmortem in which nothing blames, to put a sentence in. */
function plain(): Postmortem {
  const data = bare()
  data.events = [event(1, '14:02', 'Checkout fails.')]
  data.factors = [factor(1, 'The call had no retries.', { events: [eventId(1)] })]
  data.action_items = [actionItem(1, 'Add retries', { done_when: 'A drill loses no payment.' })]
  data.review = {
    ...{ incident_id: incidentId, held_at: at, facilitator: 'mara', attendees: ['mara'], ...row },
    decisions: [{ text: 'Retries come first.', action_item: 'AI-1' }],
    reframings: [{ said: 'Something.', reframed: 'The page went to one phone.' }],
    recording_url: null,
  }
  return data
}

const judge = (data: Postmortem, { judge } = check) =>
  judgedTexts(data).map(one => ({ ...one, text_sha256: '', ...judge(one.text, { field: one.field }) }))

const found = (data: Postmortem) =>
  findingsIn(judge(data)).map(({ pointer, sentence }) => `${pointer} ${sentence}`)

const judged: Record<string, (data: Postmortem) => unknown> = {
  '/title': ({ incident }) => Object.assign(incident, { title: blaming }),
  '/summary/what_broke': ({ incident }) => Object.assign(incident.summary, { what_broke: blaming }),
  '/summary/who_was_affected': ({ incident }) =>
    Object.assign(incident.summary, { who_was_affected: blaming }),
  '/impact/description': ({ incident }) => Object.assign(incident.impact, { description: blaming }),
  '/went_well/0': ({ incident }) => incident.went_well.push(blaming),
  '/went_poorly/0': ({ incident }) => incident.went_poorly.push(blaming),
  '/got_lucky/0': ({ incident }) => incident.got_lucky.push(blaming),
  '/sections/0/heading': ({ incident }) => incident.sections.push({ heading: blaming, body: 'It was so.' }),
  '/sections/1/body': ({ incident }) =>
    incident.sections.push({ heading: 'How', body: 'So.' }, { heading: 'Told', body: blaming }),
  [`/events/${eventId(1)}/description`]: ({ events }) => Object.assign(events[0]!, { description: blaming }),
  '/factors/1/statement': ({ factors }) => Object.assign(factors[0]!, { statement: blaming }),
  '/action_items/AI-1/title': ({ action_items }) => Object.assign(action_items[0]!, { title: blaming }),
  '/action_items/AI-1/done_when': ({ action_items }) =>
    Object.assign(action_items[0]!, { done_when: blaming }),
  '/review/decisions/0/text': ({ review }) => Object.assign(review!.decisions[0]!, { text: blaming }),
  '/review/reframings/0/reframed': ({ review }) =>
    Object.assign(review!.reframings[0]!, { reframed: blaming }),
}

t.test('where nothing blames, nothing is found', async t => {
  t.same(found(plain()), [])
})

for (const [pointer, put] of Object.entries(judged))
  t.test(`${pointer.replace(eventId(1), '<event>')} is judged`, async t => {
    const data = plain()
    put(data)
    t.same(found(data), [`${pointer} ${blaming}`])
  })

t.test('a counterfactual is judged as the sentence that the document makes of it', async t => {
  const data = plain()
  data.factors[0]!.counterfactual = { if: 'Sam', had: 'paid attention', would_have: 'ended sooner' }
  t.match(found(data), [/^\/factors\/1\/counterfactual If Sam had paid attention, the incident would/])
  data.factors[0]!.counterfactual = { if: 'the alert', had: 'paged two people', would_have: 'ended sooner' }
  t.same(found(data), [])
})

t.test('quotations, reasons and the texts of changes are not judged', async t => {
  const data = plain()
  const cited = source('chat', 'slack', { excerpt: blaming, query: blaming })
  data.events[0]!.sources = [cited]
  data.events[0]!.dispute = {
    ...{ statement: blaming, raised_by: 'sam', at },
    resolution: { text: blaming, source: cited, at },
  }
  data.events.push(event(2, '14:03', blaming, { retraction: { reason: blaming, at } }))
  data.review!.reframings[0]!.said = blaming
  data.factors[0]!.disposition_reason = blaming
  data.action_items[0]!.deferrals = [{ from: '2026-06-24', to: '2026-07-01', reason: blaming, at }]
  data.waivers = [{ incident_id: incidentId, code: 'FACTOR_COUNT', reason: blaming, ...row }]
  t.same(found(data), [])
})

t.test('what could not be judged is counted, with its first places', t => {
  const data = plain()
  const reasonOf = (text: string) =>
    text.startsWith('Zahlungen') ? 'another_language' : text.startsWith('kubectl') ? 'code' : null
  const unsure: BlameCheck = {
    ...check,
    judge: text => ({ unjudged: reasonOf(text), findings: check.judge(text).findings }),
  }
  const { judged } = coverageOf(judge(data, unsure), noRest)
  t.same(coverageOf(judge(data, unsure), noRest), { judged, found: 0, not_judged: [] })
  data.incident.went_well = ['kubectl rollout undo', ...Array(30).fill('Zahlungen gingen wieder.')]
  t.same(coverageOf(judge(data, unsure), noRest), {
    judged,
    found: 0,
    not_judged: [
      {
        ...{ reason: 'another_language', count: 30 },
        pointers: Array.from({ length: 20 }, (_, i) => `/went_well/${i + 1}`),
      },
      { reason: 'code', count: 1, pointers: ['/went_well/0'] },
    ],
  })
  t.end()
})

t.test('of very many sentences the first are asked about, and all are counted', async t => {
  const text = 'She forgot it. '.repeat(150)
  const at = { pointer: '/title', ids: [], field: 'title' as const, text }
  const many = { ...at, ...check.judge(text, { field: 'title' }) }
  t.equal(findingsIn([many, many]).length, 200)
  t.equal(coverageOf([many, many], noRest).found, 300)
})
