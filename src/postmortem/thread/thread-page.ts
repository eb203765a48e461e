import { cut } from '../../kit/text.ts'
import { finish, mapSteps, type Steps } from '../../kit/time/steps.ts'
import type { Event } from '../../timeline/schema.ts'
import type { Source } from '../../timeline/source-schema.ts'
import {
  type Block,
  bulletList,
  heading,
  type Inline,
  item,
  joined,
  type ListItem,
  label,
  link,
  paragraph,
  reference,
  type Text,
  tag,
} from '../document/blocks.ts'
import { blocksPageSteps } from '../document/html/blocks-page.ts'
import type { Page } from '../document/html/page.ts'
import { pageAddress, pageLinks, workingAddress } from '../document/html/page-links.ts'
import { prose } from '../document/prose.ts'
import { changeReference, eventReference } from '../document/sections/references.ts'
import { eventTime } from '../document/times/time-format.ts'
import { type View, viewOf } from '../document/view.ts'
import type { Postmortem, PostmortemActionItem, PostmortemChange, PostmortemFactor } from '../schema.ts'
import type { ShownPostmortem } from '../shown.ts'
import { humanize, personName, sourceName, targetKindWords } from '../words.ts'
import { findDangling } from './dangling.ts'
import type { Dangling } from './schema.ts'

/** What the parts of the page are made of. */
interface Thread {
  view: View
  /** By the node whose thread ends. */
  gaps: ReadonlyMap<string, Dangling[]>
  /** Items and changes that are told already: what hangs on several factors is told with the first. */
  told: Set<string>
}

/**
 * The thread as a chain: from each factor to what shows it, what addresses it, and what that changed.
 * @param zone of which its times are: an IANA name
 */
export const threadPage = (data: Postmortem | ShownPostmortem, zone?: string): Page =>
  finish(threadPageSteps(data, zone))

export function* threadPageSteps(data: Postmortem | ShownPostmortem, zone?: string): Steps<Page> {
  const { id, title, lang } = data.incident
  const head = {
    ...{ kicker: 'Thread', title, lang: lang ?? 'en', footer: id },
    links: pageLinks(data.incident, 'Thread', { tz: zone }),
    refersTo: workingAddress(data.incident, zone),
  }
  return yield* blocksPageSteps(head, yield* threadBlocks(viewOf(data, zone)))
}

function* threadBlocks(view: View): Steps<Block[]> {
  const { data, timeFormat } = view
  const dangling = findDangling(data)
  const thread = { view, gaps: Map.groupBy(dangling, ({ node }) => node), told: new Set<string>() }
  return [
    paragraph(
      `What each contributing factor rests on, what addresses it, what that changed, and what shows that the change works. Times are in ${timeFormat.zone}.`,
    ),
    paragraph(...countOf(dangling.length)),
    ...(data.factors.length === 0
      ? [paragraph('No contributing factor is stored, and the thread hangs on those.')]
      : (yield* mapSteps(data.factors, factor => factorBlocks(thread, factor))).flat()),
    ...looseBlocks(thread),
  ]
}

function countOf(gaps: number): Text {
  if (gaps === 0) return ['No link is missing.']
  return [tag('missing'), gaps === 1 ? ' 1 link, marked below.' : ` ${gaps} links, marked below.`]
}

function factorBlocks(thread: Thread, factor: PostmortemFactor): Block[] {
  const { number, category, statement, recurs } = factor
  return [
    heading(2, reference(`Factor ${number}`, `factor-${number}`), ' ', tag(category)),
    paragraph(...prose(cut(statement, longest))),
    bulletList([
      branch('Rests on', restingOn(thread, factor)),
      branch('Addressed by', addressing(thread, factor)),
      ...(recurs === null
        ? []
        : [
            item([
              label('Recurs'),
              ' ',
              elsewhere(
                thread.view,
                recurs.incident_id,
                `factor-${recurs.number}`,
                `factor ${recurs.number}`,
              ),
            ]),
          ]),
    ]),
  ]
}

const branch = (name: string, items: readonly ListItem[]): ListItem => ({
  ...item([label(name)]),
  body: items.length === 0 ? [] : [bulletList(items)],
})

const restingOn = ({ view, gaps }: Thread, { number, events }: PostmortemFactor): ListItem[] => [
  ...events
    .flatMap(id => view.eventById.get(id) ?? [])
    .toSorted((a, b) => (a.corrected_at < b.corrected_at ? -1 : 1))
    .map(event => eventItem(view, event)),
  ...gapItems(gaps, `factors/${number}`, 'event'),
]

const eventItem = (view: View, event: Event): ListItem =>
  item(
    [
      eventReference(event, eventTime(view.timeFormat, event)),
      ' ',
      ...(event.retraction === null ? [] : [tag('retracted'), ' ']),
      ...prose(cut(event.description, longest)),
    ],
    [
      [
        label('shown by'),
        ' ',
        ...joined(
          event.sources.map(source => [cite(view, source)]),
          ', ',
        ),
      ],
    ],
  )

const cite = (view: View, source: Source): Inline => link(sourceName(view.data, source), source.url)

function addressing(thread: Thread, factor: PostmortemFactor): ListItem[] {
  const { number, disposition, disposition_reason, addressed_elsewhere } = factor
  const { action_items, changes } = thread.view.data
  const items = action_items.filter(({ factors }) => factors.includes(number))
  const ids = new Set(items.map(({ id }) => id))
  const alone = changes.filter(
    ({ factors, action_item }) => factors.includes(number) && !ids.has(action_item ?? ''),
  )
  return [
    ...items.map(one => actionItem(thread, one)),
    ...alone.map(change => changeItem(thread, change)),
    ...addressed_elsewhere.map(({ id, incident_id, status }) =>
      item([elsewhere(thread.view, incident_id, id), ` — ${humanize(status)}`]),
    ),
    ...(disposition === 'accepted_risk'
      ? [item(['an accepted risk: ', ...prose(disposition_reason ?? '—')])]
      : []),
    ...gapItems(thread.gaps, `factors/${number}`, 'action_item'),
  ]
}

/** A place in the document of another incident. */
const elsewhere = ({ timeFormat }: View, incidentId: string, anchor: string, name = anchor): Inline => ({
  text: `${name} of ${incidentId}`,
  url: `${pageAddress(incidentId, 'Postmortem', { tz: timeFormat.zone })}#${anchor}`,
})

function actionItem(thread: Thread, one: PostmortemActionItem): ListItem {
  const { id, title, status, owner, due_on } = one
  const { data } = thread.view
  if (isTold(thread, id)) return item([reference(id, id), ' ', title, ', as above'])
  const changes = data.changes.filter(({ action_item }) => action_item === id)
  const links = [
    ...changes.map(change => changeItem(thread, change)),
    ...gapItems(thread.gaps, `action-items/${id}`, 'change'),
  ]
  const known = [
    humanize(status),
    ...(owner === null ? [] : [personName(data, owner)]),
    ...(due_on === null || status === 'done' || status === 'cancelled' ? [] : [`due ${due_on}`]),
  ]
  return {
    ...item([reference(id, id), ' ', title, ` — ${known.join(', ')}`]),
    body: links.length === 0 ? [] : [bulletList(links)],
  }
}

function changeItem(thread: Thread, change: PostmortemChange): ListItem {
  const { view, gaps } = thread
  const { number, target_kind, target, status, verified_by_source: source } = change
  const kind = targetKindWords(target_kind)
  const name = changeReference(view, number, `Change ${number}`)
  if (isTold(thread, `change-${number}`)) return item([name, `: ${kind} ${target}, as above`])
  const shown: ListItem[] =
    source === null ? [] : [item([label('verified by'), ' ', cite(view, source), ...excerptOf(source)])]
  return {
    ...item([name, `: ${kind} ${target} — ${status}`]),
    body: [bulletList([...shown, ...gapItems(gaps, `changes/${number}`, 'verification')])],
  }
}

/** Whether it was told before; from now on it is. */
function isTold({ told }: Thread, id: string): boolean {
  const before = told.size
  return told.add(id).size === before
}

const excerptOf = ({ excerpt }: Source): Text => (excerpt === null ? [] : [`: “${cut(excerpt, longest)}”`])

/** What is missing after a node, in the sentences of `dangling`. */
const gapItems = (gaps: Thread['gaps'], node: string, missing: Dangling['missing']): ListItem[] =>
  (gaps.get(node) ?? [])
    .filter(gap => gap.missing === missing)
    .map(({ message }) => item([tag('missing'), ` ${message}`]))

/** Action items and changes that hang on no factor. */
function looseBlocks(thread: Thread): Block[] {
  const { action_items, changes } = thread.view.data
  const items = action_items.filter(({ factors }) => factors.length === 0)
  const alone = changes.filter(({ factors, action_item }) => factors.length === 0 && action_item === null)
  if (items.length + alone.length === 0) return []
  return [
    heading(2, 'Hanging on no factor'),
    bulletList([
      ...items.map(one => actionItem(thread, one)),
      ...alone.map(change => changeItem(thread, change)),
    ]),
  ]
}

/** What is longer would make the chain hard to follow; the document has it in full. */
const longest = 300
