import type { Event } from '../../timeline/schema.ts'
import type { CheckCode } from '../../waivers/schema.ts'
import { type Block, bulletList, heading, item, type ListItem, label, paragraph } from '../document/blocks.ts'
import { describePointer } from '../document/describe-pointer.ts'
import { headOf, natureWords } from '../document/document.ts'
import { eventTime } from '../document/time-format.ts'
import { type View, viewOf } from '../document/view.ts'
import type { Postmortem, PostmortemActionItem } from '../schema.ts'
import { personName } from '../words.ts'
import type { CheckInput } from './check-input.ts'
import type { FailedCheck } from './schema.ts'

/** The agenda is one page: a section lists this many entries and counts the rest. */
const mostListed = 10

/**
 * The facilitator's agenda for a blameless review: an opening, and all that is open, as questions. A pure function of
 * the postmortem and its failed checks.
 * @param zone of which its times are: an IANA name
 */
export function agendaDocument(
  { data }: Pick<CheckInput, 'data'>,
  checks: readonly FailedCheck[],
  zone?: string,
): Block[] {
  const view = viewOf(data, zone)
  const timeline = view.data.events.filter(({ retraction }) => retraction === null)
  const open = checks.filter(({ waiver }) => waiver === null)
  const isFoundBy = (code: CheckCode) => {
    const found = new Set(open.filter(check => check.code === code).flatMap(({ ids }) => ids))
    return (id: string | number) => found.has(String(id))
  }
  const [isDisputed, isRemembered] = [isFoundBy('EVENT_DISPUTED'), isFoundBy('STATEMENT_ONLY')]
  const [isBare, isUnaccepted] = [isFoundBy('COUNTERFACTUAL_MISSING'), isFoundBy('ACTION_UNACCEPTED')]
  const isProposed = isFoundBy('ACTION_INCOMPLETE')
  return [
    ...opening(view),
    ...section(
      'Open disputes',
      'Which source settles it? If there is none, retract the claim.',
      timeline.filter(({ id }) => isDisputed(id)).map(event => disputeItem(view, event)),
    ),
    ...section(
      'Resting on memory alone',
      'Is there a log, a message or a metric that shows it?',
      timeline
        .filter(({ id }) => isRemembered(id))
        .map(event => item([`${eventTime(view.timeFormat, event)} ${event.description}`])),
    ),
    ...section(
      'Factors without a counterfactual',
      'If what had been how, what would have gone differently?',
      data.factors
        .filter(({ number }) => isBare(number))
        .map(({ number, statement }) => item([`Factor ${number}: ${statement}`])),
    ),
    ...section(
      'Action items that are only proposed',
      'Who takes it, and by when? If nobody does, cancel it, and say why.',
      data.action_items.filter(({ id }) => isProposed(id)).map(proposed => actionItem(data, proposed)),
    ),
    ...section(
      'Action items that wait for their owners',
      'Do you take it, by that day? By what will one see that it is done?',
      data.action_items.filter(({ id }) => isUnaccepted(id)).map(unaccepted => actionItem(data, unaccepted)),
    ),
    ...section(
      'Sentences to turn back to the system',
      'Ask the question, and write down what the answer says about the system.',
      open.filter(({ code }) => code === 'BLAME_LANGUAGE').map(check => sentenceItem(view, check)),
    ),
    ...section(
      'To decide',
      'What is decided goes into the record, with the action item that it becomes.',
      open.filter(isToDecide).map(({ message }) => item([message])),
    ),
  ]
}

function opening({ data, timeFormat: { zone } }: View): Block[] {
  const head = headOf(data)
  const { title, id, severity, authors } = head
  return [
    heading(1, 'Review agenda: ', title),
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
  return item(
    [`${eventTime(view.timeFormat, event)} ${event.description}`],
    [[label(`disputed by ${personName(view.data, raised_by)}`), ` ${statement}`]],
  )
}

/** `AI-1 Add retries — Priya Raman, due 2026-06-24`, as far as it has them: one that is proposed may lack them. */
function actionItem(data: Postmortem, { id, title, owner, due_on }: PostmortemActionItem): ListItem {
  const known = [
    ...(owner === null ? [] : [personName(data, owner)]),
    ...(due_on === null ? [] : [`due ${due_on}`]),
  ]
  return item([`${id} ${title}${known.length > 0 ? ` — ${known.join(', ')}` : ''}`])
}

const sentenceItem = (view: View, { pointer, finding }: FailedCheck): ListItem =>
  item([`“${finding!.sentence}” (${describePointer(view, pointer)})`], [[finding!.question]])

function section(title: string, question: string, items: readonly ListItem[]): Block[] {
  if (items.length === 0) return []
  const more = items.length - mostListed
  const listed = more > 0 ? [...items.slice(0, mostListed), item([`and ${more} more`])] : items
  return [heading(2, title), paragraph(question), bulletList(listed)]
}
