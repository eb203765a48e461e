import { canonicalJson, isObject, sha256Hex } from '../../kit/json.ts'
import { cutAtWord } from '../../kit/text.ts'
import type { EventInput } from '../../timeline/schema.ts'
import {
  type JsonObject,
  numberAt,
  onOneLine,
  requireList,
  requireObject,
  sentenceOf,
  sourceOf,
  textAt,
  timeOf,
  titleOf,
  urlAt,
  wordAt,
} from './reading.ts'
import { type Delivery, type IngestedEvent, NotTheForm, type Reading, type Reference } from './source.ts'

/** Groups of alerts, as Alertmanager sends them, and Grafana in the same form. */

export interface Alert {
  payload: JsonObject
  name: string
  labels: Record<string, string>
  isFiring: boolean
}

/** What an alert says: of whom, that it fires, that it has ended, and why it fires, where it says so. */
interface Words {
  subject: string
  fires: string
  ends: string
  summary: string | null
}

/** Where the senders of such groups differ. */
export interface AlertTool {
  system: string
  name: string
  /** Of the form, as the payload has it. */
  version: string
  groupOf: (payload: JsonObject) => string | null
  wordsOf: (alert: Alert) => Words
  /** The figures on which it fires. */
  figuresOf: (alert: Alert) => string | null
  /** What it rests on besides. */
  moreSources: (alert: Alert) => EventInput['sources']
}

/** Reads a group of alerts, an event each in the order of time. @throws NotTheForm */
export function readAlerts({ body, receivedAt }: Delivery, tool: AlertTool): Reading {
  const group = requireObject(body, 'The payload')
  if (wordAt(group, 'version') !== tool.version)
    throw new NotTheForm(`/version must be "${tool.version}", which is the form that is read here.`)
  const reference = referenceOf(group, tool)
  const events = requireList(group, 'alerts')
    .map((entry, i) => alertEvent(readAlert(entry, `/alerts/${i}`), { group, reference, receivedAt, tool }))
    .sort((a, b) => Date.parse(a.event.occurred_at) - Date.parse(b.event.occurred_at))
  const leftOut = Math.floor(numberAt(group, 'truncatedAlerts') ?? 0)
  if (leftOut > 0)
    return { events: [...events, truncation(leftOut, events, { group, reference, receivedAt, tool })] }
  if (events.length === 0) return { events, ignored: 'It has no alerts.' }
  return { events: textAt(group, 'status') === 'resolved' ? withResolution(events) : events }
}

interface Context {
  group: JsonObject
  reference: Reference | null
  receivedAt: Date
  tool: AlertTool
}

function referenceOf(group: JsonObject, { system, groupOf }: AlertTool): Reference | null {
  const id = groupOf(group)
  return id === null ? null : { system, id, url: urlAt(group, 'externalURL'), recurs: true }
}

function readAlert(entry: unknown, at: string): Alert {
  const payload = requireObject(entry, at)
  const status = textAt(payload, 'status')
  if (status !== 'firing' && status !== 'resolved')
    throw new NotTheForm(`${at}/status must be firing or resolved.`)
  const labels = labelsOf(payload.labels)
  return { payload, name: labels.alertname ?? 'An alert', labels, isFiring: status === 'firing' }
}

function labelsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(isObject(value) ? value : {}).flatMap(([name, label]) => {
    const word = wordAt(label)
    return word === null ? [] : [[onOneLine(name).toWellFormed(), onOneLine(word)] as const]
  })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function alertEvent(alert: Alert, { group, reference, receivedAt, tool }: Context): IngestedEvent {
  const { payload, isFiring } = alert
  const { timeSource, ...time } = timeOf(payload[isFiring ? 'startsAt' : 'endsAt'], receivedAt)
  const print = fingerprintOf(alert)
  const status = isFiring ? 'firing' : 'resolved'
  return {
    key: onOneLine([print, startOf(payload, receivedAt), status].join(':')),
    series: print,
    event: {
      ...time,
      kind: isFiring ? 'alert' : 'recovery',
      milestones: isFiring ? ['detected'] : [],
      description: describe(alert, tool.wordsOf(alert)),
      sources: [alertSource(alert, group, tool), ...tool.moreSources(alert)],
    },
    timeSource,
    reference,
    isFiring,
    opensSpell: false,
    title: titleOf(headline(alert, tool.wordsOf(alert))),
  }
}

const fingerprintOf = ({ payload, labels }: Alert): string =>
  onOneLine(textAt(payload, 'fingerprint') ?? sha256Hex(canonicalJson(labels)))

/** The same for the copies of a pair, whatever their time zones; as it was sent where it is no time. */
function startOf(payload: JsonObject, receivedAt: Date): string {
  const { occurred_at, timeSource } = timeOf(payload.startsAt, receivedAt)
  return timeSource === 'payload' ? occurred_at : (wordAt(payload, 'startsAt') ?? '')
}

function describe(alert: Alert, { fires, ends, summary }: Words): string {
  const what = alert.isFiring ? fires : ends
  return sentenceOf(alert.isFiring && summary !== null ? `${what}: ${summary}` : what + where(alert))
}

const headline = (alert: Alert, { subject, fires, summary }: Words): string =>
  summary === null ? fires + where(alert) : `${subject}: ${summary}`

/** Labels that say nothing of where it fires. */
const namesOfRules = ['alertname', 'rulename', 'grafana_folder', 'datasource_uid', 'ref_id']

function where({ labels }: Alert): string {
  const told = Object.entries(labels).filter(([name]) => !namesOfRules.includes(name))
  return told.length === 0 ? '' : cutAtWord(` for ${pairs(told)}`, 300)
}

const pairs = (labels: [string, string][]): string =>
  labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')

/** The first text that an alert says of itself. */
export const summaryOf = ({ payload }: Alert): string | null =>
  ['summary', 'description', 'message']
    .map(name => textAt(payload, 'annotations', name))
    .find(text => text !== null) ?? null

function alertSource(alert: Alert, group: JsonObject, tool: AlertTool): EventInput['sources'][number] {
  const { payload, name, labels, isFiring } = alert
  const generator = textAt(payload, 'generatorURL')
  const annotations = ['runbook_url', 'dashboard'].map(one => urlAt(payload, 'annotations', one))
  const addresses = [urlAt(generator), ...annotations, urlAt(group, 'externalURL')]
  const url = addresses.find(address => address !== null)
  const told = Object.entries(labels).filter(([label]) => label !== 'alertname')
  return sourceOf('alert', tool.system, url, [
    `${name}{${pairs(told)}}`,
    tool.figuresOf(alert),
    // Those of one that has ended are still of the time when it fired.
    ...(isFiring
      ? [textAt(payload, 'annotations', 'summary'), textAt(payload, 'annotations', 'description')]
      : []),
    urlAt(generator) === null ? generator : null,
  ])
}

/** The last to end marks the end of a group of which nothing fires any more. */
function withResolution(events: IngestedEvent[]): IngestedEvent[] {
  const last = events.findLastIndex(({ isFiring }) => !isFiring)
  return events.map((one, i) =>
    i === last ? { ...one, event: { ...one.event, milestones: ['resolved'] } } : one,
  )
}

/** Says that alerts are missing. Its sender's status is then of the alerts that are there, and ends no group. */
function truncation(
  leftOut: number,
  events: IngestedEvent[],
  { group, reference, receivedAt, tool }: Context,
): IngestedEvent {
  const last = events.at(-1)
  const { timeSource, ...time } = timeOf(last?.event.occurred_at, receivedAt)
  const series = `truncated:${onOneLine(reference?.id ?? '')}`
  const alerts = leftOut === 1 ? '1 more alert' : `${leftOut} more alerts`
  const description = `${tool.name} left out ${alerts} of the group: it sends no more at once (max_alerts).`
  return {
    key: [series, leftOut, events[0]?.key ?? ''].join(':'),
    series,
    event: {
      ...time,
      precision: last?.event.precision ?? time.precision,
      kind: 'note',
      relevance: 'low',
      description,
      sources: [
        sourceOf('alert', tool.system, group.externalURL, [
          `truncatedAlerts: ${leftOut}`,
          textAt(group, 'groupKey'),
        ]),
      ],
    },
    timeSource: last?.timeSource ?? timeSource,
    reference,
    isFiring: false,
    opensSpell: false,
    title: titleOf(description),
  }
}

/** The words of an alert on its rule's condition. */
export const plainWords = (alert: Alert): Words => ({
  subject: alert.name,
  fires: `${alert.name} fires`,
  ends: `${alert.name} is resolved`,
  summary: summaryOf(alert),
})

/** What the annotations of an alert that fires say of the value. */
export function annotatedValue({ payload, isFiring }: Alert): string | null {
  const value = isFiring ? wordAt(payload, 'annotations', 'value') : null
  return value === null ? null : `value: ${value}`
}
