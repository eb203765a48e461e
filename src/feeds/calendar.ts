import {
  escape as escapeText,
  foldLines,
  ICalCalendar,
  ICalEvent,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator'
import { type TextRow, utcTimestamp } from '../db/open.ts'
import { showControls } from '../postmortem/document/control-characters.ts'
import type { About, FileFormat } from './file-format.ts'
import { column, itemId, member, pageOf } from './item-row.ts'

/** How often a calendar is to ask again, in seconds. Many ask when they like. */
const refreshed = 3600

const emptyCalendar = (title: string) =>
  new ICalCalendar({
    prodId: '//Debrief//Action items//EN',
    // The library escapes the texts of an event, and not this one.
    name: escapeText(showControls(title), false),
    ttl: refreshed,
  })
const end = 'END:VCALENDAR'

/**
 * RFC 5545. Events and no VTODO, which Google Calendar and Outlook leave out of a calendar that is subscribed to. Only what
 * is stored counts, and no clock: the same items give the same bytes.
 */
export const calendar: FileFormat = {
  media: 'text/calendar',
  parameters: 'charset=utf-8',
  fileName: 'action-items.ics',
  // What is done or cancelled leaves a calendar; what is overdue was open on that day, whatever it is today.
  filtered: filter =>
    filter.overdue === true ? filter : { ...filter, status: filter.status ?? ['open', 'in_progress'] },
  head: ({ title }) => emptyCalendar(title).toString().slice(0, -end.length),
  rows: (rows, about) => {
    const parent = emptyCalendar('')
    return rows
      .filter(row => column(row, 'due_on') !== null)
      .map(row => foldLines(eventOf(row, about, parent).toString()))
      .join('')
  },
  end: `${end}\r\n`,
}

function eventOf(row: TextRow, { publicUrl }: About, parent: ICalCalendar): ICalEvent {
  const changedAt = utcTimestamp(column(row, 'changed_at')!)
  const status = column(row, 'status')!
  const dueOn = column(row, 'due_on')!
  return new ICalEvent(
    {
      id: `${itemId(row).toLowerCase()}.${column(row, 'incident_id')}@debrief`,
      sequence: Number(column(row, 'version')) - 1,
      stamp: changedAt,
      created: utcTimestamp(column(row, 'created_at')!),
      lastModified: changedAt,
      start: dueOn,
      // The day after, which Outlook needs for an event of a whole day.
      end: new Date(Date.parse(dueOn) + 86_400_000),
      allDay: true,
      summary: showControls(summaryOf(row, status)),
      description: showControls(descriptionOf(row)),
      status: statuses[status] ?? ICalEventStatus.CONFIRMED,
      transparency: ICalEventTransparency.TRANSPARENT,
      url: pageOf(column(row, 'incident_id')!, publicUrl),
    },
    parent,
  )
}

const statuses: Record<string, ICalEventStatus> = {
  proposed: ICalEventStatus.TENTATIVE,
  cancelled: ICalEventStatus.CANCELLED,
}

const words: Record<string, string> = { proposed: 'Proposed', done: 'Done', cancelled: 'Cancelled' }

const summaryOf = (row: TextRow, status: string): string =>
  `${words[status] ?? 'Due'}: ${column(row, 'title')} (${column(row, 'owner_name') ?? 'nobody yet'})`

function descriptionOf(row: TextRow): string {
  const details = [column(row, 'priority'), column(row, 'status')?.replace('_', ' ')]
  const doneWhen = column(row, 'done_when')
  const tracker = [member(row, 'tracker', 'key'), member(row, 'tracker', 'url')]
  return [
    `${itemId(row)} of ${column(row, 'incident_title')} (${column(row, 'incident_id')})`,
    present(details).join(', '),
    ...(doneWhen === null ? [] : [`Done when: ${doneWhen}`]),
    present(tracker).join(' '),
  ]
    .filter(line => line !== '')
    .join('\n')
}

const present = (texts: (string | null | undefined)[]) => texts.filter(text => text != null)
