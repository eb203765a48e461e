import { isObject } from '../../kit/json/json.ts'
import type { EventInput } from '../../timeline/schema.ts'
import {
  type JsonObject,
  listAt,
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
import { headerIn, hmacOf, isSignature } from './signatures.ts'
import type { Delivery, Reading, SigningSource } from './source.ts'

/** What an event of PagerDuty means for a timeline. */
interface Meaning {
  kind: EventInput['kind']
  milestone?: 'detected' | 'acknowledged' | 'resolved'
  isLow?: boolean
  isFiring?: boolean
  opensSpell?: boolean
  /** Whether it is over, for whatever reason. */
  endsSeries?: boolean
  /** What happened, without names. */
  told: (data: JsonObject) => string
}

const asked = { pending: 'is asked for help', accepted: 'comes to help', declined: 'cannot help' }

const meanings: Record<string, Meaning> = {
  triggered: { kind: 'alert', milestone: 'detected', isFiring: true, told: withTitle('is triggered') },
  acknowledged: { kind: 'acknowledgement', milestone: 'acknowledged', told: withNumber('is acknowledged') },
  unacknowledged: { kind: 'action', told: withNumber('is no longer acknowledged') },
  escalated: { kind: 'handoff', told: withTeams('is escalated') },
  delegated: { kind: 'handoff', told: withTeams('is handed to another escalation policy') },
  reassigned: { kind: 'handoff', told: withTeams('is handed to another responder') },
  resolved: { kind: 'recovery', milestone: 'resolved', endsSeries: true, told: withNumber('is resolved') },
  reopened: {
    kind: 'alert',
    milestone: 'detected',
    isFiring: true,
    opensSpell: true,
    told: withTitle('is reopened'),
  },
  annotated: { kind: 'note', told: data => textAt(data, 'content') ?? 'An empty note is added' },
  status_update_published: {
    kind: 'status_update',
    told: data => textAt(data, 'message') ?? 'An empty status update is published',
  },
  priority_updated: {
    kind: 'note',
    isLow: true,
    told: data => {
      const priority = textAt(data, 'priority', 'summary')
      return withNumber(priority === null ? 'has no priority any more' : `has the priority ${priority}`)(data)
    },
  },
  'responder.added': {
    kind: 'action',
    isLow: true,
    told: data => `A responder is asked for help${teamsOf(data)}`,
  },
  'responder.replied': {
    kind: 'action',
    isLow: true,
    told: data => `A responder ${asked[stateOf(data)]}${teamsOf(data)}`,
  },
}

/** A merge moves the incident's alerts to another one: nothing has recovered by it. */
const merged: Meaning = {
  kind: 'action',
  endsSeries: true,
  told: data => {
    const other = textAt(data, 'resolve_reason', 'incident', 'summary')
    return withNumber(`is merged into ${other === null ? 'another one' : `“${onOneLine(other)}”`}`)(data)
  },
}

function withNumber(what: string): Meaning['told'] {
  return data => {
    const number = wordAt(data, 'number')
    return `${number === null ? 'The PagerDuty incident' : `PagerDuty incident #${number}`} ${what}`
  }
}

function withTitle(what: string): Meaning['told'] {
  return data => [withNumber(what)(data), titleIn(data)].filter(text => text !== null).join(': ')
}

function withTeams(what: string): Meaning['told'] {
  return data => withNumber(what)(data) + teamsOf(data)
}

/** The escalation policy and the teams that are asked. Their names are no person's. */
function teamsOf(data: JsonObject): string {
  const policy = textAt(data, 'escalation_policy', 'summary')
  const teams = listAt(data, 'teams').flatMap(team => textAt(team, 'summary') ?? [])
  const those = [policy && `policy ${policy}`, teams.length > 0 && `team ${teams.join(', ')}`].filter(Boolean)
  return those.length === 0 ? '' : ` (${those.join(', ')})`
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
  return { kind: 'note', isLow: true, told: withNumber(`tells “${type.replace(/[._]+/g, ' ')}”`) }
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
  const { kind, milestone, isLow = false, isFiring = false, opensSpell = false } = meaning
  const description = sentenceOf(meaning.told(data))
  const { timeSource, ...time } = timeOf(event.occurred_at, receivedAt)
  const url = urlAt(incidentIn(data), 'html_url')
  return {
    events: [
      {
        key: onOneLine(id),
        series: isFiring || meaning.endsSeries ? incidentId : null,
        event: {
          ...time,
          kind,
          milestones: milestone === undefined ? [] : [milestone],
          relevance: isLow ? 'low' : 'normal',
          description,
          role: textAt(event, 'agent', 'type') === 'user_reference' ? 'responder' : null,
          sources: [
            sourceOf(
              isFiring ? 'alert' : 'ticket',
              'pagerduty',
              pageOf(data),
              excerptOf(event, data, description),
            ),
          ],
        },
        timeSource,
        reference: { system: 'pagerduty', id: incidentId, url, recurs: false },
        isFiring,
        opensSpell,
        title: titleOf(titleIn(data) ?? '') || 'A PagerDuty incident',
      },
    ],
  }
}

const ignoring = (type: string): string =>
  type === 'pagey.ping'
    ? 'It is the test of a webhook, which was received.'
    : 'It is of no incident: the events incident.* are taken.'

/** Here names may stand: the source says them, and the description does not. */
function excerptOf(event: JsonObject, data: JsonObject, description: string): (string | null)[] {
  const number = wordAt(data, 'number')
  const people = listAt(data, 'assignees').flatMap(one => textAt(one, 'summary') ?? [])
  const facts: [string, string | null][] = [
    ['service', textAt(data, 'service', 'summary')],
    ['urgency', textAt(data, 'urgency')],
    ['assigned to', people.join(', ') || null],
    ['responder', textAt(data, 'user', 'summary')],
    ['state', textAt(data, 'state')],
    ['by', textAt(event, 'agent', 'summary')],
  ]
  const texts = [textAt(data, 'content'), textAt(data, 'message')]
  return [
    `${wordAt(event, 'event_type')}${number === null ? '' : ` #${number}`}`,
    ...texts.filter(text => text !== null && !description.includes(onOneLine(text))),
    ...facts.map(([name, fact]) => (fact === null ? null : `${name}: ${fact}`)),
  ]
}

const signatureHeader = 'X-PagerDuty-Signature'

/**
 * PagerDuty's V3 webhooks: https://developer.pagerduty.com/docs/webhooks-overview, whose signatures are of
 * https://developer.pagerduty.com/docs/verifying-webhook-signatures: one for each secret while secrets are exchanged.
 */
export const pagerduty: SigningSource = {
  read,
  signature: {
    header: signatureHeader,
    isValid: (secret, body, headers) => {
      const right = `v1=${hmacOf(secret, body)}`
      const given = headerIn(headers, signatureHeader).split(',')
      return given.some(one => isSignature(one.trim(), right))
    },
  },
}
