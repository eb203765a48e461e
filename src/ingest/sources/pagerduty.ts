import { isObject } from '../../kit/json.ts'
import type { EventInput } from '../../timeline/schema.ts'
import {
  type JsonObject,
  onOneLine,
  requireObject,
  requireWord,
  sentenceOf,
  sourceOf,
  textAt,
  timeOf,
  titleOf,
  urlAt,
  valueAt,
  wordAt,
} from './reading.ts'
import { hmacOf, isSignature } from './signatures.ts'
import type { Delivery, IngestSource, Reading } from './source.ts'

/** What an event of PagerDuty means for a timeline. */
interface Meaning {
  kind: EventInput['kind']
  milestone?: 'detected' | 'acknowledged' | 'resolved'
  isLow?: boolean
  isFiring?: boolean
  opensSpell?: boolean
  /** What happened, without names. */
  told: (data: JsonObject) => string
}

const incident = 'A PagerDuty incident'
const asked = { pending: 'is asked for help', accepted: 'comes to help', declined: 'cannot help' }

const meanings: Record<string, Meaning> = {
  triggered: {
    kind: 'alert',
    milestone: 'detected',
    isFiring: true,
    told: about(`${incident} is triggered`),
  },
  acknowledged: {
    kind: 'acknowledgement',
    milestone: 'acknowledged',
    told: about(`${incident} is acknowledged`),
  },
  unacknowledged: { kind: 'action', told: about(`${incident} is no longer acknowledged`) },
  escalated: { kind: 'handoff', told: about(`${incident} is escalated`) },
  delegated: { kind: 'handoff', told: about(`${incident} is handed to another escalation policy`) },
  reassigned: { kind: 'handoff', told: about(`${incident} is handed to another responder`) },
  resolved: { kind: 'recovery', milestone: 'resolved', told: about(`${incident} is resolved`) },
  reopened: {
    kind: 'alert',
    milestone: 'detected',
    isFiring: true,
    opensSpell: true,
    told: about(`${incident} is reopened`),
  },
  annotated: { kind: 'note', told: data => `A note is added: ${textAt(data, 'content') ?? 'it is empty'}` },
  status_update_published: {
    kind: 'status_update',
    told: data => `A status update is published: ${textAt(data, 'message') ?? 'it is empty'}`,
  },
  priority_updated: {
    kind: 'note',
    isLow: true,
    told: data => about(`The priority becomes ${textAt(data, 'priority', 'summary') ?? 'unset'}`)(data),
  },
  'responder.added': { kind: 'action', isLow: true, told: about('A responder is asked for help') },
  'responder.replied': {
    kind: 'action',
    isLow: true,
    told: data => about(`A responder ${asked[stateOf(data)]}`)(data),
  },
}

/** A merge moves the incident's alerts to another one: nothing has recovered by it. */
const merged: Meaning = { kind: 'action', told: about(`${incident} is merged into another one`) }

function about(what: string): Meaning['told'] {
  return data => [what, titleIn(data)].filter(text => text !== null).join(': ')
}

function stateOf(data: JsonObject): keyof typeof asked {
  const state = textAt(data, 'state') ?? ''
  return Object.hasOwn(asked, state) ? (state as keyof typeof asked) : 'pending'
}

/** Of an incident itself, or of the one that a note, a responder or a status update belongs to. */
const incidentIn = (data: JsonObject): JsonObject => (isObject(data.incident) ? data.incident : data)

const pageOf = (data: JsonObject): unknown => data.html_url ?? incidentIn(data).html_url

const titleIn = (data: JsonObject): string | null =>
  textAt(incidentIn(data), 'title') ?? textAt(incidentIn(data), 'summary')

/** Takes the events of incidents; of a type that is new to this list, the words of the type. */
function meaningOf(type: string, data: JsonObject): Meaning {
  if (type === 'resolved' && textAt(data, 'resolve_reason', 'type') === 'merge_resolve_reason') return merged
  if (Object.hasOwn(meanings, type)) return meanings[type]!
  return { kind: 'note', isLow: true, told: about(`PagerDuty tells “${type.replace(/[._]+/g, ' ')}”`) }
}

function read({ body, receivedAt }: Delivery): Reading {
  const event = requireObject(valueAt(body, 'event'), '/event')
  const id = requireWord(body, 'event', 'id')
  const type = onOneLine(requireWord(body, 'event', 'event_type'))
  if (!type.startsWith('incident.')) return { events: [], ignored: ignoring(type) }
  const data = requireObject(event.data, '/event/data')
  const of = isObject(data.incident) ? ['incident', 'id'] : ['id']
  const incidentId = requireWord(body, 'event', 'data', ...of)
  const meaning = meaningOf(type.slice('incident.'.length), data)
  const { kind, milestone, isLow = false, isFiring = false, opensSpell = false, told } = meaning
  const { timeSource, ...time } = timeOf(event.occurred_at, receivedAt)
  const url = urlAt(incidentIn(data), 'html_url')
  return {
    events: [
      {
        key: onOneLine(id),
        series: null,
        event: {
          ...time,
          kind,
          milestones: milestone === undefined ? [] : [milestone],
          relevance: isLow ? 'low' : 'normal',
          description: sentenceOf(told(data)),
          role: textAt(event, 'agent', 'type') === 'user_reference' ? 'responder' : null,
          sources: [
            sourceOf(isFiring ? 'alert' : 'ticket', 'pagerduty', pageOf(data), excerptOf(event, data)),
          ],
        },
        timeSource,
        reference: { system: 'pagerduty', id: incidentId, url, recurs: false },
        isFiring,
        opensSpell,
        title: titleOf(titleIn(data) ?? incident),
      },
    ],
  }
}

const ignoring = (type: string): string =>
  type === 'pagey.ping'
    ? 'It is the test of a webhook, which was received.'
    : 'It is of no incident: the events incident.* are taken.'

/** Here names may stand: the source says them, and the description does not. */
function excerptOf(event: JsonObject, data: JsonObject): (string | null)[] {
  const number = wordAt(data, 'number')
  const facts: [string, string | null][] = [
    ['service', textAt(data, 'service', 'summary')],
    ['urgency', textAt(data, 'urgency')],
    ['responder', textAt(data, 'user', 'summary')],
    ['state', textAt(data, 'state')],
    ['merged into', textAt(data, 'resolve_reason', 'incident', 'summary')],
    ['by', textAt(event, 'agent', 'summary')],
  ]
  return [
    about(`${wordAt(event, 'event_type')}${number === null ? '' : ` #${number}`}`)(data),
    textAt(data, 'content'),
    textAt(data, 'message'),
    ...facts.map(([name, fact]) => (fact === null ? null : `${name}: ${fact}`)),
  ]
}

/**
 * PagerDuty's V3 webhooks: https://developer.pagerduty.com/docs/webhooks-overview, whose signatures are of
 * https://developer.pagerduty.com/docs/verifying-webhook-signatures: one for each secret while secrets are exchanged.
 */
export const pagerduty: IngestSource = {
  read,
  signature: {
    header: 'X-PagerDuty-Signature',
    isValid: (secret, body, headers) => {
      const right = `v1=${hmacOf(secret, body)}`
      const given = (headers['x-pagerduty-signature'] ?? '').split(',')
      return given.some(one => isSignature(one.trim(), right))
    },
  },
}
