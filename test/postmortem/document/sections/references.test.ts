import fc from 'fast-check'
import t from 'tap'
import type { Block, Inline, ListItem, Text } from '../../../../src/postmortem/document/blocks.ts'
import { postmortemDocument } from '../../../../src/postmortem/document/document.ts'
import { toHtml } from '../../../../src/postmortem/document/html/html.ts'
import { toMarkdown } from '../../../../src/postmortem/document/markdown/markdown.ts'
import type { Postmortem } from '../../../../src/postmortem/schema.ts'
import { eventId, incidentId, row } from '../../builders.ts'
import { bare, drill } from '../../drill.ts'
import { hostilePostmortem } from '../hostile.ts'

interface Found {
  ids: string[]
  references: { text: string; to: string }[]
}

/** The ids of a document, and all that leads to one. */
function foundIn(blocks: readonly Block[], found: Found = { ids: [], references: [] }): Found {
  const note = (part: { id?: string }, ...texts: Text[]) => {
    if (part.id !== undefined) found.ids.push(part.id)
    found.references.push(...texts.flat().filter(isReference))
  }
  const noteItem = (item: ListItem) => {
    note(item, item.text, ...item.details)
    foundIn(item.body, found)
  }
  for (const block of blocks) {
    if (block.type === 'heading' || block.type === 'paragraph') note(block, block.text)
    else if (block.type === 'list') block.items.forEach(noteItem)
    else if (block.type === 'quote') foundIn(block.blocks, found)
    else if (block.type === 'table')
      for (const one of block.rows) 'cells' in one ? note(one, ...one.cells) : note({}, one.heading)
  }
  return found
}

const isReference = (inline: Inline): inline is { text: string; to: string } =>
  typeof inline === 'object' && 'to' in inline

function isSound(data: Postmortem): boolean {
  const { ids, references } = foundIn(postmortemDocument(data))
  const unique = new Set(ids)
  if (unique.size < ids.length) throw new Error(`an id twice: ${ids}`)
  for (const { text, to } of references)
    if (!unique.has(to)) throw new Error(`“${text}” leads to ${to}, which is not there`)
  const inHtml = [...toHtml(data).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  if (new Set(inHtml).size < inHtml.length) throw new Error(`an id twice in HTML: ${inHtml}`)
  return true
}

const pointers = [
  ...['/title', '/summary/what_broke', '/impact/description', '/review/decisions/0/text', '/nothing'],
  ...[
    '/factors/1/statement',
    '/factors/9/counterfactual',
    '/action_items/AI-1/title',
    '/action_items/AI-9/x',
  ],
  ...['/went_well/0', '/went_poorly/7', '/got_lucky/x', '/sections/0/body', '/sections/5/body', '/changes/1'],
  ...[`/events/${eventId(2)}/description`, `/events/${eventId(99)}/description`],
]

/** Hostile documents in each state, with events retracted and of low relevance, and with parts taken out. */
const documents = fc
  .tuple(
    hostilePostmortem,
    fc.record({
      status: fc.constantFrom('draft', 'in_review', 'final'),
      low: fc.subarray(drill().events.map((_, n) => n)),
      retracted: fc.subarray(drill().events.map((_, n) => n)),
      dropped: fc.subarray(['events', 'factors', 'action_items', 'changes', 'waivers'] as const, {
        maxLength: 2,
      }),
      spelled: fc.boolean(),
    }),
  )
  .map(([data, { status, low, retracted, dropped, spelled }]) => {
    Object.assign(data.incident, { status })
    for (const n of low) data.events[n]!.relevance = 'low'
    for (const n of retracted)
      data.events[n]!.retraction = { reason: 'Wrong.', at: '2026-06-18T09:00:00.000Z' }
    if (spelled) data.events[13]!.corrected_at = '2026-06-19T10:00:00.000Z'
    for (const name of dropped) data[name] = []
    const findings = pointers.map(pointer => ({ pointer, text_sha256: 'a'.repeat(64) }))
    const waiver = { incident_id: incidentId, ...row, code: 'BLAME_LANGUAGE', reason: 'Quoted.', findings }
    data.waivers.push(waiver)
    data.redactions.push(
      ...(['factor', 'change', 'waiver', 'incident', 'review'] as const).map(resource => ({
        ...{ resource, id: '7', pointers: [], reason: 'Secret.', by: 'ana', at: '2026-06-18T09:00:00.000Z' },
      })),
    )
    return data
  })

t.test('each reference leads to what is there, and no id is there twice', async t => {
  t.doesNotThrow(() => fc.assert(fc.property(documents, isSound), { numRuns: 150 }))
  for (const data of [drill(), bare()]) t.ok(isSound(data))
})

const leading = (data: Postmortem) => {
  const { references } = foundIn(postmortemDocument(data))
  return (text: string) => [...new Set(references.filter(one => one.text === text).map(({ to }) => to))]
}
const reviewed = () => {
  const data = drill()
  data.incident.status = 'in_review'
  return data
}

t.test('one can walk the thread from the event to the change, and back', async t => {
  const data = reviewed()
  const to = leading(data)
  t.same(to('14:08'), [`event-${eventId(4)}`], 'what a factor rests on')
  t.same(to('detected 14:08'), [`event-${eventId(4)}`], 'and what a duration is measured by')
  t.same(to('3'), ['factor-3'], 'what an item addresses')
  t.same(to('change 1'), ['change-1'], 'what it led to')
  t.same(to('factor 3'), ['factor-3'], 'what that is because of')
  t.same(to('AI-4'), ['AI-4', 'AI-4-details'], 'and what of it is to be done')
  t.same(to('query 1'), ['note-1'])
})

t.test('an event that is not in the table is led to where it is, if anywhere', async t => {
  const data = reviewed()
  data.events[4]!.retraction = { reason: 'Another page.', at: '2026-06-18T09:00:00.000Z' }
  data.events[2]!.relevance = 'low'
  const to = leading(data)
  t.same(to('14:14'), [`event-${eventId(5)}`], 'the retracted one is listed below')
  t.same(to('14:04'), [], 'one of low relevance is only counted')
  t.match(toHtml(data), `<li id="event-${eventId(5)}">14:14 `)
})

t.test('in Markdown what can be reached is a link, and all else the same words', async t => {
  const text = toMarkdown(postmortemDocument(reviewed()))
  t.match(text, '- AI-4: accepted, [change 1](#change-1-alert-rule-paymenterrorratehigh)\n')
  t.match(text, '- Because of: AI-4, factor 3\n')
  t.match(text, 'rests on 14:08, 14:14; effect')
})

t.test('a draft names a change that it does not show', async t => {
  t.match(toMarkdown(postmortemDocument(drill())), '- AI-4: accepted, change 1\n')
  t.same(leading(drill())('change 1'), [])
})

t.test('a waiver that was sealed with the texts that it is of names each place once', async t => {
  const named = ['/factors/1/statement', '/went_well/0', '/went_well/0', '/went_well', '/nowhere']
  const findings = named.map(pointer => ({ pointer, text_sha256: 'a'.repeat(64) }))
  const data = reviewed()
  data.waivers = [{ incident_id: incidentId, ...row, code: 'BLAME_LANGUAGE', reason: 'Quoted.', findings }]
  const [, places] = /- BLAME_LANGUAGE of (.*): Quoted\./.exec(toMarkdown(postmortemDocument(data)))!
  t.equal(places, 'factor 1; [went well, point 1](#what-went-well); /went_well; /nowhere')
})
