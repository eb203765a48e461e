import type { UnjudgedReason } from '../../language/codes.ts'
import type { Event } from '../../timeline/schema.ts'
import type { CheckCode } from '../../waivers/schema.ts'
import {
  type Block,
  bulletList,
  heading,
  item,
  type ListItem,
  label,
  paragraph,
  reference,
  type Text,
} from '../document/blocks.ts'
import { pointerReference } from '../document/describe-pointer.ts'
import { headOf, natureWords } from '../document/document.ts'
import { blocksPage } from '../document/html/blocks-page.ts'
import type { Page } from '../document/html/page.ts'
import { pageLinks, workingAddress } from '../document/html/page-links.ts'
import { prose } from '../document/prose.ts'
import { eventReference } from '../document/sections/references.ts'
import { eventTime } from '../document/times/time-format.ts'
import { type View, viewOf } from '../document/view.ts'
import type { Postmortem, PostmortemActionItem } from '../schema.ts'
import { groupThousands, personName } from '../words.ts'
import type { CheckInput } from './check-input.ts'
import type { FailedCheck } from './schema.ts'

/** The agenda is one page: a section lists this many entries and counts the rest. */
const mostListed = 10

/**
 * The facilitator's agenda for a blameless review: an opening, and all that is open, as questions. A pure function of
 * the postmortem and its failed checks.
 * @param zone of which its times are: an IANA name
 */
export const agendaDocument = (
  input: AgendaInput,
  checks: readonly FailedCheck[],
  zone?: string,
): Block[] => [heading(1, 'Review agenda: ', input.data.incident.title), ...agendaBody(input, checks, zone)]

type AgendaInput = Pick<CheckInput, 'language'> & { data: Postmortem | CheckInput['data'] }

/** The same as a page, which prints on one sheet and leads into the document. */
export function agendaPage(input: AgendaInput, checks: readonly FailedCheck[], zone?: string): Page {
  const { id, title, lang } = input.data.incident
  const head = {
    ...{ kicker: 'Review agenda', title, lang: lang ?? 'en', footer: id, compact: true },
    links: pageLinks(input.data.incident, 'Agenda', { tz: zone }),
    refersTo: workingAddress(input.data.incident, zone),
  }
  return blocksPage(head, agendaBody(input, checks, zone))
}

function agendaBody({ data, language }: AgendaInput, checks: readonly FailedCheck[], zone?: string): Block[] {
  const view = viewOf(data, zone)
  const points = openPoints(view, checks, language.found)
  return [...opening(view), ...(points.length > 0 ? points : nothingOpen), ...notJudged(language)]
}

/** Of a text that is too short there is nothing to say. */
const unjudgedWords: Record<Exclude<UnjudgedReason | 'not_listed', 'too_short'>, string> = {
  another_language: 'in another language than English',
  code: 'of nothing but code or quotations',
  not_listed: 'of events that are not listed',
}

/** `Not judged for blame: 3 texts in another language than English, 1 of nothing but code or quotations.` */
function notJudged({ not_judged }: CheckInput['language']): Block[] {
  const told = not_judged.flatMap(({ reason, count }) =>
    reason === 'too_short' ? [] : { count, words: unjudgedWords[reason] },
  )
  if (told.length === 0) return []
  const phrases = told.map(({ count, words }, i) => {
    const noun = count === 1 ? 'text ' : 'texts '
    return `${groupThousands(count)} ${i === 0 ? noun : ''}${words}`
  })
  return [paragraph(`Not judged for blame: ${phrases.join(', ')}.`)]
}

const nothingOpen = [
  heading(2, 'Open points'),
  paragraph('No check finds anything open. What else did this teach us about the system?'),
]

/** The sections that have something to talk about. */
function openPoints(view: View, checks: readonly FailedCheck[], found: number): Block[] {
  const { data } = view
  const timeline = data.events.filter(({ retraction }) => retraction === null)
  const open = checks.filter(({ waiver }) => waiver === null)
  const isFoundBy = (code: CheckCode) => {
    const found = new Set(open.filter(check => check.code === code).flatMap(({ ids }) => ids))
    return (id: string | number) => found.has(String(id))
  }
  const [isDisputed, isRemembered] = [isFoundBy('EVENT_DISPUTED'), isFoundBy('STATEMENT_ONLY')]
  const [isBare, isUnaccepted] = [isFoundBy('COUNTERFACTUAL_MISSING'), isFoundBy('ACTION_UNACCEPTED')]
  const isProposed = isFoundBy('ACTION_INCOMPLETE')
  return [
    ...section(
      'Open disputes',
      'Which source settles it? If there is none, retract the claim.',
      timeline.filter(({ id }) => isDisputed(id)),
      event => disputeItem(view, event),
    ),
    ...section(
      'Resting on memory alone',
      'Is there a log, a message or a metric that shows it?',
      timeline.filter(({ id }) => isRemembered(id)),
      event => item(claim(view, event)),
    ),
    ...section(
      'Factors without a counterfactual',
      'If what had been how, what would have gone differently?',
      data.factors.filter(({ number }) => isBare(number)),
      ({ number, statement }) =>
        item([reference(`Factor ${number}`, `factor-${number}`), ': ', ...prose(statement)]),
    ),
    ...section(
      'Action items that are only proposed',
      'Who takes it, and by when? If nobody does, cancel it, and say why.',
      data.action_items.filter(({ id }) => isProposed(id)),
      proposed => actionItem(data, proposed),
    ),
    ...section(
      'Action items that wait for their owners',
      'Do you take it, by that day? By what will one see that it is done?',
      data.action_items.filter(({ id }) => isUnaccepted(id)),
      unaccepted => actionItem(data, unaccepted),
    ),
    ...section(
      'Sentences to ask about',
      'Does it tell of the system, or of a person? What does the answer to its question say about the system?',
      surestFirst(open.filter(({ code }) => code === 'BLAME_LANGUAGE')),
      check => sentenceItem(view, check),
      found,
    ),
    ...section(
      'To decide',
      'What is decided goes into the record, with the action item that it becomes.',
      open.filter(isToDecide),
      ({ message }) => item([message]),
    ),
  ]
}

function opening({ data, timeFormat: { zone } }: View): Block[] {
  const head = headOf(data)
  const { id, severity, authors } = head
  return [
    paragraph(
      ...[label('ID'), ` ${id}   `, ...natureWords(head)],
      ...[label('Severity'), ` ${severity}   `, label('Authors'), ` ${authors}`],
      ...(zone === 'UTC' ? [] : ['   ', label('Times'), ` ${zone}`]),
    ),
    heading(2, 'To begin with'),
    paragraph(
      'We are here to learn how our system made this outcome possible. Everybody did what made sense to them, with what they knew, saw and had at that moment; with the same view, any of us could have done the same.',
    ),
    paragraph(
      'So we ask how and what, not who and why not. There is no single cause to find, and nobody to judge. When a sentence points at a person, we turn it back to the system together; what is said here is used to change systems, and for nothing else.',
    ),
  ]
}

/** Checks that have a section of their own in the agenda, and the review itself. */
const ownSections: readonly CheckCode[] = [
  'EVENT_DISPUTED',
  'STATEMENT_ONLY',
  'COUNTERFACTUAL_MISSING',
  'ACTION_UNACCEPTED',
  'ACTION_INCOMPLETE',
  'BLAME_LANGUAGE',
  'REVIEW_MISSING',
]

/** Warnings that the review has something to say about. */
const askedInReview: readonly CheckCode[] = ['ACTION_NONE', 'LESSON_NOT_WIRED']

const isToDecide = ({ code, level }: FailedCheck): boolean =>
  level === 'error' ? !ownSections.includes(code) : askedInReview.includes(code)

function disputeItem(view: View, event: Event): ListItem {
  const { raised_by, statement } = event.dispute!
  return item(claim(view, event), [
    [label(`disputed by ${personName(view.data, raised_by)}`), ' ', ...prose(statement)],
  ])
}

function claim(view: View, event: Event): Text {
  const time = eventReference(event, eventTime(view.timeFormat, event))
  return [time, ' ', ...prose(event.description)]
}

/** `AI-1 Add retries — Priya Raman, due 2026-06-24`, as far as it has them: one that is proposed may lack them. */
function actionItem(data: Postmortem, { id, title, owner, due_on }: PostmortemActionItem): ListItem {
  const known = [
    ...(owner === null ? [] : [personName(data, owner)]),
    ...(due_on === null ? [] : [`due ${due_on}`]),
  ]
  return item([reference(id, id), ' ', title, known.length > 0 ? ` — ${known.join(', ')}` : ''])
}

const isSure = ({ finding }: FailedCheck): boolean => finding?.level === 'sure'

const surestFirst = (checks: readonly FailedCheck[]): FailedCheck[] =>
  checks.toSorted((a, b) => Number(isSure(b)) - Number(isSure(a)))

const sentenceItem = (view: View, check: FailedCheck): ListItem => {
  const { sentence, question } = check.finding!
  const place = pointerReference(view, check.pointer)
  return item([`“${sentence}” (`, place, isSure(check) ? ')' : '; perhaps)'], [[question]])
}

function section<T>(
  title: string,
  question: string,
  all: readonly T[],
  itemOf: (one: T) => ListItem,
  count = all.length,
): Block[] {
  if (all.length === 0) return []
  const listed = all.slice(0, mostListed).map(itemOf)
  const more = count - listed.length
  return [
    heading(2, title),
    paragraph(question),
    bulletList(more > 0 ? [...listed, item([`and ${more} more`])] : listed),
  ]
}
