import t from 'tap'
import { postmortemDocument } from '../../../../src/postmortem/document/document.ts'
import { toMarkdown } from '../../../../src/postmortem/document/markdown/markdown.ts'
import type { Postmortem } from '../../../../src/postmortem/schema.ts'
import { source } from '../../builders.ts'
import { drill } from '../../drill.ts'
import { poisoned } from '../hostile.ts'

/** Which stored text is plain, which takes code spans and links, and which takes lists, too. */

const renderedWith = (store: (data: Postmortem, text: string) => unknown, text: string): string => {
  const data = poisoned(
    () => 'x',
    () => 'https://x.example/',
  )
  store(data, text)
  return toMarkdown(postmortemDocument(data))
}
const spans = 'See `it` in [the panel](https://a.example/panel).'
const list = 'Two:\n- one\n- two'
type Fields = Record<string, (data: Postmortem, text: string) => unknown>

const long: Fields = {
  'what broke': ({ incident }, text) => Object.assign(incident.summary, { what_broke: text }),
  'who was affected': ({ incident }, text) => Object.assign(incident.summary, { who_was_affected: text }),
  'the impact': ({ incident }, text) => Object.assign(incident.impact, { description: text }),
  'what went well': ({ incident }, text) => Object.assign(incident, { went_well: [text] }),
  'what went poorly': ({ incident }, text) => Object.assign(incident, { went_poorly: [text] }),
  'where we got lucky': ({ incident }, text) => Object.assign(incident, { got_lucky: [text] }),
  'a section': ({ incident }, body) => Object.assign(incident, { sections: [{ heading: 'x', body }] }),
  'a factor': ({ factors }, statement) => Object.assign(factors[0]!, { statement }),
  'a decision': ({ review }, text) =>
    Object.assign(review!, { decisions: [{ text, action_item: 'AI-1' }, ...review!.decisions] }),
}
const sentences: Fields = {
  'an event': ({ events }, description) => Object.assign(events[0]!, { description }),
  'a condition': ({ factors }, text) => Object.assign(factors[0]!.counterfactual!, { if: text }),
  'what it had': ({ factors }, text) => Object.assign(factors[0]!.counterfactual!, { had: text }),
  'what would have been': ({ factors }, text) =>
    Object.assign(factors[0]!.counterfactual!, { would_have: text }),
  'a disposition': ({ factors }, text) => Object.assign(factors[0]!, { disposition_reason: text }),
  'what “done” means': ({ action_items }, text) => Object.assign(action_items[0]!, { done_when: text }),
  'a deferral': ({ action_items }, text) => Object.assign(action_items[0]!.deferrals[0]!, { reason: text }),
  'a closure': ({ action_items }, text) => Object.assign(action_items[0]!.closure!, { reason: text }),
  'a note': ({ action_items }, text) => Object.assign(action_items[0]!.effectiveness!, { note: text }),
  'a retraction': ({ events }, text) => Object.assign(events[2]!.retraction!, { reason: text }),
  'a dispute': ({ events }, text) => Object.assign(events[3]!.dispute!, { statement: text }),
  'a resolution': ({ events }, text) => Object.assign(events[3]!.dispute!.resolution!, { text }),
  'a redaction of an event': ({ events }, text) => Object.assign(events[5]!.redactions[0]!, { reason: text }),
  'a redaction': ({ redactions }, text) => Object.assign(redactions[0]!, { reason: text }),
  'what was said': ({ review }, text) => Object.assign(review!.reframings[0]!, { said: text }),
  'a reframing': ({ review }, text) => Object.assign(review!.reframings[0]!, { reframed: text }),
  'a waiver': ({ waivers }, text) => Object.assign(waivers[0]!, { reason: text }),
  'an amendment': ({ amendments }, text) => Object.assign(amendments[0]!, { reason: text }),
}
const plain: Fields = {
  'the title': ({ incident }, text) => Object.assign(incident, { title: text }),
  'a service': ({ incident }, text) => Object.assign(incident, { services: [text] }),
  'the cost': ({ incident }, text) => Object.assign(incident.impact, { cost: text }),
  'the heading of a section': ({ incident }, text) =>
    Object.assign(incident, { sections: [{ heading: text, body: 'x' }] }),
  'a role': ({ events }, text) => Object.assign(events[0]!, { role: text }),
  'an excerpt': ({ events }, text) =>
    Object.assign(events[0]!, { sources: [source('log', 'checkout', { excerpt: text })] }),
  'an action': ({ action_items }, text) => Object.assign(action_items[0]!, { title: text }),
  'a person': ({ people }, text) => Object.assign(people, { ana: text }),
  'a tracker': ({ action_items }, text) => Object.assign(action_items[0]!.tracker!, { system: text }),
}

for (const [name, store] of Object.entries({ ...long, ...sentences }))
  t.test(`${name} has code spans and links`, async t =>
    t.match(renderedWith(store, spans), 'See `it` in [the panel](https://a.example/panel).'),
  )

for (const [name, store] of Object.entries(long))
  t.test(`${name} has lists`, async t => t.match(renderedWith(store, list), /Two:\n+( *)- one\n\1- two\n/))

/** In the text of an item, and in a cell, where nothing begins a list. */
const asLines = /Two:(?: {2}\n *\\- one {2}\n *\\- two|<br>- one<br>- two)/

for (const [name, store] of Object.entries(sentences))
  t.test(`${name} is a sentence, and has no lists`, async t => t.match(renderedWith(store, list), asLines))

for (const [name, store] of Object.entries(plain))
  t.test(`${name} is plain`, async t => {
    const text = renderedWith(store, spans)
    t.match(text, 'the panel')
    t.notMatch(text, '[the panel](https://a.example/panel)')
  })

t.test('a long decision keeps the action item that it became', async t => {
  const text = renderedWith(long['a decision']!, list)
  t.match(text, '- Decisions:\n  1. Two:\n     - one\n     - two\n\n     (AI-1)\n  2. x (AI-1)\n  3. x\n')
})

t.test('one decision has no number', async t => {
  const data = drill()
  data.review = poisoned(
    () => 'x',
    () => 'https://x.example/',
  ).review
  data.review!.decisions = [{ text: 'Retries come first.', action_item: 'AI-1' }]
  t.match(toMarkdown(postmortemDocument(data)), '- Decisions:\n  - Retries come first. (AI-1)\n')
})
