import { canonicalJson, isObject, sha256Hex } from '../../kit/json/json.ts'
import { cut, cutAtWord } from '../../kit/text.ts'
import {
  firstOf,
  type JsonObject,
  numberAt,
  onOneLine,
  readEach,
  requireList,
  requireObject,
  type SourceInput,
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

/** What an alert says: of whom, that it fires, that it has ended, and why it fires, where it says so. All on one line. */
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
  moreSources: (alert: Alert) => SourceInput[]
  /** Whether somebody tries out the webhook with it. */
  isTest?: (alert: Alert) => boolean
}

/** Reads a group of alerts, an event each in the order of time. @throws NotTheForm */
export function readAlerts({ body, receivedAt }: Delivery, tool: AlertTool): Reading {
  const group = requireObject(body, 'The payload')
  if (wordAt(group, 'version') !== tool.version)
    throw new NotTheForm(`/version must be "${tool.version}", which is the form that is read here.`)
  const { read: alerts, ...faults } = readEach(requireList(group, 'alerts'), readAlert)
  const context = {
    group,
    tellsApart: labelsThatTell(group, alerts),
    reference: referenceOf(group, tool),
    receivedAt,
    tool,
  }
  const events = alerts
    .map(alert => alertEvent(alert, context))
    .sort((a, b) => Date.parse(a.event.occurred_at) - Date.parse(b.event.occurred_at))
  const leftOut = Math.floor(numberAt(group, 'truncatedAlerts') ?? 0)
  if (leftOut > 0) return { events: [...events, truncation(leftOut, events, context)], ...faults }
  if (events.length === 0) return { events, ignored: 'It has no alerts.' }
  if (alerts.every(alert => tool.isTest?.(alert)))
    return { events: [], ignored: `It is ${tool.name}’s own test, which was received.` }
  return { events: textAt(group, 'status') === 'resolved' ? withResolution(events) : events, ...faults }
}

interface Context {
  group: JsonObject
  /** What tells an alert from the others of its group. */
  tellsApart: (alert: Alert) => [name: string, value: string][]
  reference: Reference | null
  receivedAt: Date
  tool: AlertTool
}

function referenceOf(group: JsonObject, { system, groupOf }: AlertTool): Reference | null {
  const id = groupOf(group)
  return id === null ? null : { system, id, url: urlAt(group, 'externalURL'), recurs: true }
}

function readAlert(entry: unknown, i: number): Alert {
  const at = `/alerts/${i}`
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

function alertEvent(alert: Alert, context: Context): IngestedEvent {
  const { reference, receivedAt, tool } = context
  const { payload, isFiring } = alert
  const words = tool.wordsOf(alert)
  const where = whereOf(context.tellsApart(alert))
  const description = describe(alert, words, where)
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
      description,
      sources: [alertSource(alert, description, context), ...tool.moreSources(alert)],
    },
    timeSource,
    reference,
    isFiring,
    opensSpell: false,
    title: titleOf(words.summary === null ? words.fires + where : `${words.subject}: ${words.summary}`),
  }
}

const fingerprintOf = ({ payload, labels }: Alert): string =>
  onOneLine(textAt(payload, 'fingerprint') ?? sha256Hex(canonicalJson(labels)))

/** The same for the copies of a pair, whatever their time zones; as it was sent where it is no time. */
function startOf(payload: JsonObject, receivedAt: Date): string {
  const { occurred_at, timeSource } = timeOf(payload.startsAt, receivedAt)
  return timeSource === 'payload' ? occurred_at : (wordAt(payload, 'startsAt') ?? '')
}

/** The most that the description of an alert has, which is read in a table. */
const descriptionMost = 300

function describe({ isFiring }: Alert, { fires, ends, summary }: Words, where: string): string {
  const what = (isFiring ? fires : ends) + where
  return sentenceOf(cutAtWord(isFiring && summary !== null ? `${what}: ${summary}` : what, descriptionMost))
}

/** Labels that say nothing of where it fires, such as those that Grafana keeps for itself. */
const saysNothing = (label: string): boolean =>
  ['alertname', 'rulename', 'grafana_folder', 'datasource_uid', 'ref_id'].includes(label) ||
  /^__.*__$/.test(label)

const tellingLabels = (labels: Record<string, string>) =>
  Object.entries(labels).filter(([name]) => !saysNothing(name))

/** Labels that come first, and that an alert is told by which has no others beside it. */
const places = ['service', 'pod', 'instance']

function labelsThatTell(group: JsonObject, alerts: readonly Alert[]): Context['tellsApart'] {
  const common = labelsOf(group.commonLabels)
  const isPlace = ([name]: [string, string]) => places.includes(name)
  if (alerts.length === 1)
    return alert =>
      tellingLabels(alert.labels).filter(label => isPlace(label) && !isInSummary(alert, label[1]))
  return ({ labels }) => {
    const own = tellingLabels(labels).filter(([name, value]) => common[name] !== value)
    return [...own.filter(isPlace), ...own.filter(label => !isPlace(label))].slice(0, 3)
  }
}

/** Of one that has ended the summary is not told. */
const isInSummary = (alert: Alert, value: string): boolean =>
  alert.isFiring && summaryOf(alert)?.includes(value) === true

function whereOf(labels: [name: string, value: string][]): string {
  const told = labels.map(([name, value]) => `${name}=${cut(value, 60)}`)
  return told.length === 0 ? '' : ` for ${told.join(', ')}`
}

/** The first text that an alert says of itself. */
function summaryOf({ payload }: Alert): string | null {
  const texts = ['summary', 'description', 'message'].map(name => textAt(payload, 'annotations', name))
  return onOneLine(firstOf(texts) ?? '') || null
}

function alertSource(alert: Alert, description: string, { group, tool }: Context): SourceInput {
  const { payload, name, labels, isFiring } = alert
  const generator = textAt(payload, 'generatorURL')
  const annotations = ['runbook_url', 'dashboard'].map(one => urlAt(payload, 'annotations', one))
  const addresses = [urlAt(generator), ...annotations, urlAt(group, 'externalURL')]
  const told = tellingLabels(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  // Those of one that has ended are still of the time when it fired.
  const texts = isFiring ? ['summary', 'description'].map(one => textAt(payload, 'annotations', one)) : []
  return sourceOf('alert', tool.system, firstOf(addresses), [
    cutAtWord(told.length === 0 ? name : `${name}{${told.join(', ')}}`, 500),
    tool.figuresOf(alert),
    ...texts.filter(text => text !== null && !description.includes(onOneLine(text))),
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
  const alerts = leftOut === 1 ? '1 more alert' : `${leftOut} more alerts`
  const description = `${tool.name} left out ${alerts} of the group: it sends no more at once (max_alerts).`
  return {
    key: ['truncated', onOneLine(reference?.id ?? ''), leftOut, events[0]?.key ?? ''].join(':'),
    series: null,
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
