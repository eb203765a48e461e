import { incidentRoles } from '../../../incidents/schema.ts'
import { durationWords, humanize, personName, sentenceCase } from '../../words.ts'
import {
  type Block,
  bulletList,
  heading,
  item,
  joined,
  label,
  link,
  paragraph,
  type Text,
} from '../blocks.ts'
import { proseBlocks } from '../prose.ts'
import { cadenceWords, countWords, gapWords } from '../status-updates.ts'
import { eventTime, formatTimestamp } from '../time-format.ts'
import type { View } from '../view.ts'
import { howLong } from './how-long.ts'

/** What broke, who was affected, how long; then references, impact and roles. */
export function summarySection(view: View): Block[] {
  const { summary } = view.data.incident
  return [
    heading(2, 'Summary'),
    ...proseBlocks([label('What broke'), ' '], summary.what_broke ?? notWritten),
    ...proseBlocks([label('Who was affected'), ' '], summary.who_was_affected ?? notWritten),
    paragraph(label('How long'), ` ${howLong(view)}`),
    ...referenceBlocks(view),
    ...impactBlocks(view),
    ...rolesAndHandoffs(view),
  ]
}

const notWritten = 'not written yet.'

/** A paragraph with a line each for services, labels, references and related incidents. */
function referenceBlocks({ data: { incident } }: View): Block[] {
  const lines: [string, Text[]][] = [
    ['Services', incident.services.map(name => [name])],
    [
      'Labels',
      Object.entries(incident.labels)
        .sort(byName)
        .map(([name, value]) => [`${name} = ${value}`]),
    ],
    ['References', incident.external_refs.map(known => [link(`${known.system} ${known.id}`, known.url)])],
    ['Related', incident.related.map(other => [`${humanize(other.relation)} ${other.incident_id}`])],
  ]
  const stored = lines.filter(([, entries]) => entries.length > 0)
  if (stored.length === 0) return []
  return [
    paragraph(
      ...joined(
        stored.map(([name, entries]) => [label(name), ' ', ...joined(entries, ', ')]),
        '\n',
      ),
    ),
  ]
}

const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1)

function impactBlocks({ data: { incident } }: View): Block[] {
  const { description, users_affected, requests_failed, cost } = incident.impact
  const figures: [string, string][] = []
  if (users_affected !== null) figures.push(['Users affected', groupThousands(users_affected)])
  if (requests_failed !== null) figures.push(['Requests failed', groupThousands(requests_failed)])
  if (cost !== null) figures.push(['Cost', cost])
  if (description === null && figures.length === 0) return []
  return [
    heading(3, 'Impact'),
    ...(description === null ? [] : proseBlocks([], description)),
    ...(figures.length === 0
      ? []
      : [bulletList(figures.map(([name, value]) => item([label(name), ` ${value}`])))]),
  ]
}

/** `1840` as `1,840`, in every locale. */
const groupThousands = (count: number): string => String(count).replace(/\d(?=(?:\d{3})+$)/g, '$&,')

function rolesAndHandoffs(view: View): Block[] {
  const { incident, milestones } = view.data
  const updatesMatter =
    milestones.status_update_gap.status !== 'missing' || incident.status_update_cadence_minutes !== null
  if (incident.roles.length === 0 && !updatesMatter) return []
  return [
    heading(3, 'Roles and handoffs'),
    ...(incident.roles.length === 0 ? [] : [bulletList(roleItems(view))]),
    ...(updatesMatter ? [paragraph(label('Status updates'), ` ${longestGap(view)}`)] : []),
  ]
}

type Assignment = View['data']['incident']['roles'][number]

/** One item a role, its holders in the order of time. */
const roleItems = (view: View) =>
  incidentRoles
    .map(role => view.data.incident.roles.filter(assignment => assignment.role === role))
    .filter(holders => holders.length > 0)
    .map(holders => item([label(sentenceCase(holders[0]!.role)), ` ${holdersInTurn(view, holders)}`]))

function holdersInTurn(view: View, holders: readonly Assignment[]): string {
  const inTurn = holders.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))
  return inTurn.reduce((sentence, holder, index) => {
    const before = inTurn[index - 1]
    if (!before) return assignmentWords(view, holder)
    const handedOn = before.to !== null && Date.parse(before.to) === Date.parse(holder.from)
    return `${sentence}${handedOn ? ', then ' : '; '}${assignmentWords(view, holder)}`
  }, '')
}

function assignmentWords(view: View, { person, from, to }: Assignment): string {
  const since = formatTimestamp(view.timeFormat, from)
  const name = personName(view.data, person)
  return to === null
    ? `${name} from ${since}`
    : `${name} from ${since} to ${formatTimestamp(view.timeFormat, to)}`
}

/** The longest gap between two status updates of a spell, measured against the cadence that was promised. */
function longestGap(view: View): string {
  const { milestones } = view.data
  const { cadence_minutes, status, ...gap } = milestones.status_update_gap
  const promised = cadence_minutes === null ? '' : `one every ${cadenceWords(cadence_minutes)} was promised; `
  if (status === 'too_few') return `${promised}${countWords(milestones, view.eventById)}.`
  if (status === 'missing')
    return `${promised}fewer than two are stored${promised === '' ? '' : ', so no gap can be measured'}.`
  const [from, to] = [gap.from_event_id, gap.to_event_id].map(id => view.eventById.get(id ?? ''))
  const [start, end] = [from, to].map(event => event && eventTime(view.timeFormat, event))
  const isLast = to !== undefined && to.kind !== 'status_update'
  const between =
    start && end
      ? ` (${start} → ${isLast ? `${humanize(to.milestones.at(-1) ?? 'the end')} ` : ''}${end})`
      : ''
  return `the longest gap was ${gapWords(milestones, view.eventById)}${between}${asPromised(cadence_minutes, status)}.`
}

function asPromised(minutes: number | null, status: 'ok' | 'exceeded'): string {
  if (minutes === null) return '; no cadence was promised'
  const promised = durationWords(minutes * 60)
  return status === 'exceeded'
    ? `, longer than the ${promised} promised`
    : `, within the ${promised} promised`
}
