import { showControls } from '../../postmortem/document/control-characters.ts'
import { disarmMentions, wordJoiner } from '../../postmortem/document/markdown/mentions.ts'
import type { ActionItemReminders, OwnerReminders, Reminder } from './schema.ts'

/**
 * The reminders as a message to any chat, or a mail. It has no markup: a blank line between paragraphs and a hyphen before
 * each item are the same to Slack, Mattermost, Teams and to who reads the bare text.
 */
export function toText(reminders: ActionItemReminders): string {
  const { as_of, count, owners, more_owners } = reminders
  const within = `due within ${daysOf(reminders.within)}`
  const untouched = `untouched for ${daysOf(reminders.untouched)}`
  if (owners.length === 0) return `Nothing is overdue, ${within}, or ${untouched} on ${as_of}.\n`
  const kinds = [`${count.overdue} overdue`, `${count.due} ${within}`, `${count.untouched} ${untouched}`]
  const paragraphs = [
    `Action items on ${as_of}: ${kinds.join(', ')}.`,
    ...owners.map(ownerText),
    ...(more_owners > 0 ? [`And those of ${more_owners} more owners.`] : []),
  ]
  return `${paragraphs.join('\n\n')}\n`
}

function ownerText({ owner, owner_name, overdue, due, untouched, more }: OwnerReminders): string {
  const lines = [
    ...overdue.map(item => lineOf(item, `overdue for ${days(item.days_overdue)}, since ${item.due_on}`)),
    ...due.map(item => lineOf(item, `due on ${item.due_on}`)),
    ...untouched.map(item =>
      lineOf(item, `untouched for ${days(item.days_untouched)}, due on ${item.due_on}`),
    ),
    ...(more > 0 ? [`- and ${more} more of ${owner}`] : []),
  ]
  return `${inert(owner_name)} (${owner}):\n\n${lines.join('\n')}`
}

const lineOf = (
  { id, incident_id, incident_title, title, priority, page }: Reminder,
  standing: string,
): string =>
  `- ${standing}: ${inert(title)} (${priority}, ${id} of ${inert(incident_title)}, ${incident_id})${page === null ? '' : ` ${page}`}`

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`)
const daysOf = (span: string): string => days(Number.parseInt(span, 10))

/** A text that calls nobody, leads nowhere but where it shows, and stays on its line, in whatever chat it is shown. */
const inert = (text: string): string =>
  disarmMentions(
    showControls(text).replace(/\s+/g, ' ').replaceAll('<', '‹').replaceAll('>', '›'),
  ).replaceAll('](', `]${wordJoiner}(`)
