import { mapSteps, type Steps } from '../../../kit/time/steps.ts'
import type { Event } from '../../../timeline/schema.ts'
import { isInTable, isQuestioned } from '../../../timeline/shown/selection.ts'
import { groupThousands, humanize, personName } from '../../words.ts'
import {
  type Block,
  bulletList,
  heading,
  item,
  joined,
  type ListItem,
  label,
  paragraph,
  type Text,
  tag,
  withId,
} from '../blocks.ts'
import { prose } from '../prose.ts'
import { eventTime, zonedTimestamp } from '../times/time-format.ts'
import type { View } from '../view.ts'
import { yet } from './missing.ts'
import { eventReference, eventsCall, idOfEvent } from './references.ts'
import { type Note, notesAfter, sourceLineFor, sourcesOf } from './sources.ts'

/** The events that were retracted, disputed or redacted. */
export function* questionedClaims(view: View, notes: Note[]): Steps<Block[]> {
  const questioned = view.data.events.filter(isQuestioned)
  if (questioned.length === 0) return []
  const before = notes.length
  return [
    withId('questioned-claims', heading(3, 'Retracted and disputed claims')),
    bulletList(yield* mapSteps(questioned, event => claimItem(view, event, notes))),
    ...moreNote(view),
    ...(yield* notesAfter(notes, before)),
  ]
}

function moreNote({ data, unlisted: { questioned } }: View): Block[] {
  if (questioned === 0) return []
  const events = questioned === 1 ? 'event is' : 'events are'
  const more = `${groupThousands(questioned)} more ${events} retracted, disputed or redacted, and not listed here: `
  return [paragraph(more, ...eventsCall(data, questioned))]
}

/** The claim, and below it what was said of it. Its time leads to its row, where it has one. */
function claimItem(view: View, event: Event, notes: Note[]): ListItem {
  const time = eventTime(view.timeFormat, event)
  const said = [
    ...disputeItems(view, event, notes),
    ...retractionItems(view, event, notes),
    ...redactionItems(view, event),
  ]
  const isRow = isInTable(event)
  const claim: ListItem = {
    text: [isRow ? eventReference(event, time) : time, ' ', ...descriptionOf(view, event)],
    body: [bulletList(said)],
    details: [],
  }
  return isRow ? claim : withId(idOfEvent(event), claim)
}

/** What happened, after the milestones that it marks. */
export function descriptionOf({ data: { milestones } }: View, event: Event): Text {
  if (event.milestones.length === 0 && event.role === null) return prose(event.description)
  const of = milestones.spells.length > 1 ? `, spell ${event.spell}` : ''
  const marks: Text = event.milestones.flatMap(name => [tag(`${humanize(name)}${of}`), ' '])
  return [...marks, ...prose(event.description), ...(event.role === null ? [] : [` (${event.role})`])]
}

/** Without the times of the dispute and its resolution, which say nothing about the incident. */
function disputeItems(view: View, event: Event, notes: Note[]): ListItem[] {
  if (event.dispute === null) return []
  const { statement, raised_by, resolution } = event.dispute
  const raised = `disputed by ${personName(view.data, raised_by)}`
  if (resolution === null)
    return [item([label(`${raised}, and not resolved${yet(view)}`), ' ', ...prose(statement)])]
  const source = sourceLineFor(view, event, resolution.source, notes)
  return [
    item([label(raised), ' ', ...prose(statement)]),
    item([label('resolved'), ' ', ...prose(resolution.text)], [[label('source'), ' ', ...source]]),
  ]
}

/** With the sources: a retracted event is not in the table, which has those of the others. */
function retractionItems(view: View, event: Event, notes: Note[]): ListItem[] {
  if (event.retraction === null) return []
  const { at, reason } = event.retraction
  const sources = joined(sourcesOf(view, event, notes), '; ')
  const when = label(`retracted ${zonedTimestamp(view.timeFormat, at)}`)
  return [item([when, ' ', ...prose(reason)], [[label('source'), ' ', ...sources]])]
}

const redactionItems = (view: View, { redactions }: Event): ListItem[] =>
  redactions.map(({ by, at, reason }) =>
    item([
      label(`redacted ${zonedTimestamp(view.timeFormat, at)} by ${personName(view.data, by)}`),
      ' ',
      ...prose(reason),
    ]),
  )
