import type { Incident } from '../../incidents/schema.ts'
import {
  type Block,
  heading,
  type Inline,
  joined,
  link,
  paragraph,
  reference,
  row,
  type Text,
  table,
  tag,
} from '../document/blocks.ts'
import { blocksPage } from '../document/html/blocks-page.ts'
import type { Page } from '../document/html/page.ts'
import { pageLinks, workingAddress } from '../document/html/page-links.ts'
import { prose } from '../document/prose.ts'
import { humanize, personName, targetKindWords } from '../words.ts'
import type { FollowUp } from './schema.ts'

interface Followed {
  incident: Incident
  /** Names by handle. */
  people: Record<string, string>
  followUp: FollowUp
}

type Item = FollowUp['action_items'][number]
type Change = FollowUp['changes'][number]

/** Everybody who owns an action item, or did when it was sealed. */
export const handlesIn = ({ action_items }: FollowUp): string[] =>
  action_items.flatMap(({ at_sealing, now }) => [at_sealing?.owner ?? [], now.owner ?? []].flat())

/** What was promised and what is so today, side by side. */
export function followUpPage(followed: Followed): Page {
  const { id, title, lang } = followed.incident
  const head = {
    ...{ kicker: 'Follow-up', title, lang: lang ?? 'en', footer: id },
    links: pageLinks(followed.incident, 'Follow-up'),
    refersTo: workingAddress(followed.incident),
  }
  return blocksPage(head, followUpBlocks(followed))
}

const followUpBlocks = (followed: Followed): Block[] => [
  ...opening(followed.followUp),
  heading(2, 'Action items'),
  ...itemsTable(followed),
  heading(2, 'Changes'),
  ...changesTable(followed.followUp),
]

function opening({ action_items, revision, sealed_at, ...followUp }: FollowUp): Block[] {
  const { open, overdue, as_of, tz } = followUp
  return [
    paragraph(
      `What the postmortem promised, and what became of it. The last revision is ${revision}, sealed on ${sealed_at.slice(0, 10)}; each promise is told as in the first revision that has it.`,
    ),
    paragraph(
      `As of ${as_of} in ${tz}, ${open} of ${countOf(action_items.length)} open`,
      ...(overdue === 0 ? ['; none is overdue.'] : [`, and ${overdue} `, tag('overdue'), '.']),
    ),
  ]
}

const countOf = (items: number): string => (items === 1 ? '1 action item is' : `${items} action items are`)

function itemsTable({ people, followUp: { action_items } }: Followed): Block[] {
  if (action_items.length === 0) return [paragraph('No action item was promised, and none was added since.')]
  const nameOf = (handle: string) => personName({ people }, handle)
  return [
    table(
      ['Action item', 'Promised', 'Today', 'What became of it'],
      action_items.map(item =>
        row([
          [reference(item.id, item.id), ' ', item.title],
          item.at_sealing === null ? ['—'] : [stateWords(item.at_sealing, nameOf)],
          [stateWords(item.now, nameOf)],
          joined(itemOutcome(item), '\n'),
        ]),
      ),
    ),
  ]
}

/** Its owner, its date and its status, a line each. */
function stateWords(
  { owner, due_on, status }: Pick<Item['now'], 'owner' | 'due_on' | 'status'>,
  nameOf: (handle: string) => string,
): string {
  const who = owner === null ? 'no owner' : nameOf(owner)
  return [who, due_on === null ? 'no date' : `due ${due_on}`, humanize(status)].join('\n')
}

function itemOutcome(item: Item): Text[] {
  const { became, now, deferrals_since } = item
  const { overdue, days_overdue, closure, effectiveness } = now
  const times = deferrals_since === 1 ? '' : ` ${deferrals_since} times`
  return [
    ...(overdue ? [[tag('overdue'), ` by ${days_overdue === 1 ? '1 day' : `${days_overdue} days`}`]] : []),
    ...(closure === null ? wordsOfOutcome(became, overdue) : [closureWords(closure)]),
    ...(deferrals_since > 0 ? [[`its date was moved${times}`]] : []),
    ...(effectiveness === null ? [] : [effectivenessWords(effectiveness)]),
  ]
}

/** What is late is not as promised, also where nothing was changed. */
const wordsOfOutcome = (became: Item['became'], overdue: boolean): Text[] =>
  overdue && became === 'unchanged' ? [] : [[outcomeWords[became]]]

const outcomeWords: Record<Item['became'], string> = {
  new: 'added since',
  reopened: 'opened again',
  deferred: 'deferred',
  rescheduled: 'has another date',
  reassigned: 'has another owner',
  proposed: 'proposed',
  open: 'open now',
  in_progress: 'begun',
  done: 'done',
  cancelled: 'cancelled',
  unchanged: 'as promised',
}

function closureWords({
  outcome,
  done_on,
  at,
  evidence_urls,
  reason,
}: NonNullable<Item['now']['closure']>): Text {
  const links = evidence_urls.map(
    (url, n): Text => [link(evidence_urls.length === 1 ? 'evidence' : `evidence ${n + 1}`, url)],
  )
  return [
    `${outcome} on ${done_on ?? at.slice(0, 10)}`,
    ...(links.length === 0 ? [] : [': ', ...joined(links, ', ')]),
    ...(reason === null ? [] : ['; ', ...prose(reason)]),
  ]
}

const effectivenessWords = ({ result, review_on, note }: NonNullable<Item['now']['effectiveness']>): Text => [
  `whether it helps: ${result}${review_on === null ? '' : `, to be looked at on ${review_on}`}`,
  ...(note === null ? [] : ['; ', ...prose(note)]),
]

function changesTable({ changes }: FollowUp): Block[] {
  if (changes.length === 0) return [paragraph('No change was promised, and none was added since.')]
  return [
    table(
      ['Change', 'Promised', 'Today', 'What became of it'],
      changes.map(change =>
        row([
          [nameOf(change), `: ${targetKindWords(change.target_kind)} ${change.target}`],
          [change.at_sealing?.status ?? '—'],
          [change.now?.status ?? '—'],
          changeOutcome(change),
        ]),
      ),
    ),
  ]
}

/** Leads nowhere where it was deleted since. */
const nameOf = ({ number, now }: Change): Inline =>
  now === null ? `Change ${number}` : reference(`Change ${number}`, `change-${number}`)

function changeOutcome({ became, now }: Change): Text {
  const source = now?.verified_by_source
  if (!source) return [changeWords[became]]
  const named = link(`${source.system} ${humanize(source.kind)}`, source.url)
  return [`${changeWords[became]}, verified by `, named]
}

const changeWords: Record<Change['became'], string> = {
  new: 'added since',
  deleted: 'deleted',
  proposed: 'proposed',
  applied: 'applied',
  verified: 'shown to work',
  edited: 'worded anew',
  unchanged: 'as promised',
}
