import { incidentRoles } from '../../../incidents/schema.ts'
import { durationWords, groupThousands, humanize, personName, sentenceCase } from '../../words.ts'
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
  withId,
} from '../blocks.ts'
import { proseBlocks } from '../prose.ts'
import { cadenceWords, countWords, gapWords } from '../times/status-updates.ts'
import { eventTime, formatTimestamp } from '../times/time-format.ts'
import type { View } from '../view.ts'
import { howLong } from './how-long.ts'
import { missing, waived } from './missing.ts'
import { eventReference } from './references.ts'

/** What broke, who was affected, how long; then references, impact and roles. */
export function summarySection(view: View): Block[] {
  const { what_broke, who_was_affected } = view.data.incident.summary
  const reason = waived(view, 'SUMMARY_MISSING') ?? []
  return [
    withId('summary', heading(2, 'Summary')),
    ...answerBlocks(view, 'What broke', what_broke, reason),
    ...answerBlocks(view, 'Who was affected', who_was_affected, what_broke === null ? [] : reason),
    paragraph(label('How long'), ` ${howLong(view)}`),
    ...referenceBlocks(view),
    ...impactBlocks(view),
    ...rolesAndHandoffs(view),
  ]
}

/** Where it is not written, the reason for which that is waived. */
const answerBlocks = (view: View, name: string, stored: string | null, reason: Text): Block[] =>
  stored === null
    ? [
        paragraph(
          label(name),
          ' ',
          missing(view, 'not written'),
          ...(reason.length > 0 ? [' ', ...reason] : []),
        ),
      ]
    : proseBlocks([label(name), ' '], stored)

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

function impactBlocks(view: View): Block[] {
  const { description, users_affected, requests_failed, cost } = view.data.incident.impact
  const figures: [string, string][] = []
  if (users_affected !== null) figures.push(['Users affected', groupThousands(users_affected)])
  if (requests_failed !== null) figures.push(['Requests failed', groupThousands(requests_failed)])
  if (cost !== null) figures.push(['Cost', cost])
  const title = withId('impact', heading(3, 'Impact'))
  if (description === null && figures.length === 0) {
    const reason = waived(view, 'IMPACT_MISSING')
    return reason ? [title, paragraph(...reason)] : []
  }
  return [
    title,
    ...(description === null ? [] : proseBlocks([], description)),
    ...(figures.length === 0
      ? []
      : [bulletList(figures.map(([name, value]) => item([label(name), ` ${value}`])))]),
  ]
}

function rolesAndHandoffs(view: View): Block[] {
  const { incident, milestones } = view.data
  const updatesMatter =
    milestones.status_update_gap.status !== 'missing' || incident.status_update_cadence_minutes !== null
  if (incident.roles.length === 0 && !updatesMatter) return []
  return [
    withId('roles', heading(3, 'Roles and handoffs')),
    ...(incident.roles.length === 0 ? [] : [bulletList(roleItems(view))]),
    ...(updatesMatter ? [paragraph(label('Status updates'), ' ', ...longestGap(view))] : []),
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
function longestGap(view: View): Text {
  const { data, eventById: byId } = view
  const { milestones } = data
  const { cadence_minutes, status, updates } = milestones.status_update_gap
  const promised = cadence_minutes === null ? '' : `one every ${cadenceWords(cadence_minutes)} was promised; `
  if (status === 'too_few') return [`${promised}${countWords(milestones, byId)}.`]
  if (status === 'missing' && updates !== null)
    return [`${promised}more than ${groupThousands(updates)} are stored, of which no gap is measured.`]
  if (status === 'missing')
    return [`${promised}fewer than two are stored${promised === '' ? '' : ', so no gap can be measured'}.`]
  const length = `the longest gap was ${gapWords(milestones, byId)}`
  return [length, ...endsOfGap(view), `${asPromised(cadence_minutes, status)}.`]
}

/** ` (14:15 → 14:35)`; a spell may end it: ` (14:35 → resolved 14:52)`. */
function endsOfGap({ data, eventById, timeFormat }: View): Text {
  const { from_event_id, to_event_id } = data.milestones.status_update_gap
  const [from, to] = [from_event_id, to_event_id].map(id => eventById.get(id ?? ''))
  if (!from || !to) return []
  const end = to.kind === 'status_update' ? '' : `${humanize(to.milestones.at(-1) ?? 'the end')} `
  return [
    ...[' (', eventReference(from, eventTime(timeFormat, from)), ' → '],
    ...[eventReference(to, `${end}${eventTime(timeFormat, to)}`), ')'],
  ]
}

function asPromised(minutes: number | null, status: 'ok' | 'exceeded'): string {
  if (minutes === null) return '; no cadence was promised'
  const promised = durationWords(minutes * 60)
  return status === 'exceeded'
    ? `, longer than the ${promised} promised`
    : `, within the ${promised} promised`
}
