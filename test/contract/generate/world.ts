import { givenEvidence, openIncident } from '../../help/cast.ts'
import type { Service } from '../../help/service.ts'
import { givenReady, seal } from '../../postmortem/ready.ts'

/** Stored resources that generated requests refer to. Valid requests never delete or rename them. */
export interface World {
  /** Active people, never changed. */
  people: string[]
  /** A person who is no longer active. */
  left: string
  teams: string[]
  /** People and teams that requests may change. */
  changeable: { people: string[]; teams: string[] }
  incidents: string[]
  /** The events of each incident. */
  events: Record<string, string[]>
  /** A factor of an incident before all others. */
  earlier: { incident_id: string; number: number }
  /** An incident in review, of whose event, AI-1 and check FACTOR_COUNT each state is set. */
  states: { incident_id: string; event_id: string }
  /** An incident whose postmortem is final. */
  sealed: string
  /** The SHA-256 of stored evidence, and of some that was taken out. */
  evidence: string
  /** Ids of entries of the inbox: one that waits, and of which one text is taken out, and one that is assigned. */
  inbox: { waiting: string; assigned: string }
  redactedEvidence: string
  /** Ids of API tokens. */
  tokens: string[]
  /** Ids of capability links, the last of which has a mapping. */
  links: string[]
  /** An `Idempotency-Key` that has been used. */
  key: string
  /** A cursor of the list of people. */
  cursor: string
}

const service = 'payments-stub'
const source = { kind: 'log', system: service, excerpt: 'ERROR authorise: ENOSPC -> 503' }

/** Stores the world through the API. The service's clock says 2026-06-18T09:00Z. */
export async function seedWorld({ call, db }: Service): Promise<World> {
  const teams = ['payments-team', 'platform-team']
  const changeable = { people: ['kim', 'noor'], teams: ['search-team', 'web-team'] }
  for (const team of [...teams, ...changeable.teams])
    await call('PUT', `/v1/teams/${team}`, { body: { name: team } })
  const people = ['priya', 'sam', 'ana']
  const everybody = [...people, ...changeable.people, 'mara', 'leo'].map(handle => ({ handle, name: handle }))
  await call('POST', '/v1/people/batch?atomic=true', { body: { people: everybody } })
  await call('PATCH', '/v1/people/leo', { body: { active: false } })
  const before = await openIncident({ call } as Service, { occurred_on: '2026-01-05', title: 'Earlier' })
  await addFactor(call, before, {})
  const earlier = { incident_id: idIn(before), number: 1 }
  const incidents = ['Payments drill', 'Search is slow']
  const events: World['events'] = {}
  for (const [i, title] of incidents.entries()) {
    const path = await openIncident({ call } as Service, { title, services: ['checkout', 'search'] })
    incidents[i] = idIn(path)
    events[incidents[i]] = await fill(call, path, earlier)
  }
  const states = await givenStates({ call } as Service)
  const ready = await givenReady({ call } as Service, 'Final')
  await seal({ call } as Service, ready)
  await call('POST', `${ready}/amendments`, { body: { author: 'ana', reason: 'A figure was wrong.' } })
  await seal({ call } as Service, ready)
  const tokens = [await addToken(call), await addToken(call)]
  const evidence = await givenEvidence(db, 'checkout 503')
  const inbox = { waiting: await addInboxEntry(call), assigned: await addInboxEntry(call) }
  await call('PUT', `/v1/inbox/${inbox.waiting}/redaction`, {
    body: { pointers: ['/event/sources/0/excerpt'], reason: 'A password.' },
  })
  const [incident_id] = incidents
  await call('PUT', `/v1/inbox/${inbox.assigned}/assignment`, { body: { incident_id } })
  const links = [await addLink(call), await addLink(call, { source: 'generic', mapping })]
  const redactedEvidence = await givenEvidence(db, 'a password')
  await call('PUT', `/v1/evidence/${redactedEvidence}/redaction`, { body: { reason: 'A password.' } })
  const key = 'used-before'
  const headers = { 'idempotency-key': key }
  await call('POST', '/v1/incidents', { headers, body: { title: 'Sent with a key', severity: 'SEV4' } })
  const { body } = await call('GET', '/v1/people?limit=2')
  return {
    people,
    left: 'leo',
    teams,
    changeable,
    incidents,
    events,
    earlier,
    states,
    sealed: idIn(ready),
    evidence,
    inbox,
    redactedEvidence,
    tokens,
    links,
    key,
    cursor: body.next_cursor,
  }
}

export const idIn = (path: string) => path.split('/').at(-1)!

/** Three events, two of them milestones; factors and changes 1 and 2; AI-1 of Priya and AI-2 of Sam; a review and two waivers. Returns the events' ids. */
async function fill(call: Service['call'], path: string, recurs: World['earlier'] | null): Promise<string[]> {
  const events: string[] = []
  for (const milestone of ['impact_started', 'detected', null]) {
    const { body } = await addEvent(call, path, { description: `The ${milestone}.`, milestone })
    events.push(body.id)
  }
  await addFactor(call, path, { events: events.slice(0, 1) })
  await addFactor(call, path, { recurs })
  await addItem(call, path, 'priya')
  await addItem(call, path, 'sam')
  for (const code of ['FACTOR_COUNT', 'CHANGE_MISSING'])
    await call('PUT', `${path}/checks/${code}/waiver`, { body: { reason: 'It is a drill.' } })
  const decisions = [{ text: 'Retries come first.' }, { text: 'The rota gets a second person.' }]
  const review = { held_at: '2026-06-17T20:00:00Z', facilitator: 'ana', attendees: ['ana', 'sam'], decisions }
  await call('PUT', `${path}/review`, { body: review, headers: { 'if-none-match': '*' } })
  await addChange(call, path, {})
  await addChange(call, path, { action_item: 'AI-1' })
  return events
}

/** An incident on which each PUT of a state was called once. */
async function givenStates({ call }: Service): Promise<World['states']> {
  const path = await openIncident({ call } as Service, {
    title: 'States',
    occurred_on: '2026-01-06',
    external_refs: [{ system: 'pagerduty', id: 'Q2/R11 PAY' }],
  })
  const events = await fill(call, path, null)
  const [item, event] = [`${path}/action-items/AI-1`, `${path}/events/${events[2]}`]
  await call('PUT', `${event}/retraction`, { body: { reason: 'It was elsewhere.' } })
  await call('PUT', `${event}/dispute`, { body: { statement: 'It was earlier.', raised_by: 'priya' } })
  await call('PUT', `${event}/dispute/resolution`, { body: { text: 'The log says so.', source } })
  const redacted = [
    [event, '/description'],
    [path, '/title'],
    [`${path}/factors/1`, '/statement'],
    [item, '/title'],
    [`${path}/changes/1`, '/target'],
    [`${path}/review`, '/decisions/0/text'],
  ]
  for (const [resource, pointer] of redacted)
    await call('PUT', `${resource}/redaction`, { body: { pointers: [pointer], reason: 'A password.' } })
  await call('PUT', `${item}/acceptance`, { body: { by: 'priya' } })
  await call('PUT', `${item}/closure`, {
    body: { outcome: 'done', evidence_urls: ['https://git.example/1'] },
  })
  await call('PUT', `${item}/effectiveness`, { body: { result: 'effective' } })
  await call('PUT', `${path}/review-request`)
  return { incident_id: idIn(path), event_id: events[2]! }
}

export const addEvent = (call: Service['call'], path: string, fields: object) =>
  call('POST', `${path}/events`, {
    body: {
      occurred_at: '2026-06-17T14:02:00Z',
      kind: 'note',
      description: 'Of another service.',
      sources: [source],
      ...fields,
    },
  })

/** A delivery that no incident is known for. Returns the id of its entry in the inbox. */
export async function addInboxEntry(call: Service['call']): Promise<string> {
  const body = { specversion: '1.0', id: crypto.randomUUID(), source: '/checkout', type: 'failed' }
  const headers = { 'content-type': 'application/cloudevents+json' }
  const answer = await call('POST', '/v1/ingest/cloudevents', { body, headers })
  return answer.body.results[0].inbox_id
}

export const addFactor = (call: Service['call'], path: string, fields: object) =>
  call('POST', `${path}/factors`, { body: { category: 'technical', statement: 'No retries.', ...fields } })

export async function addToken(call: Service['call']): Promise<string> {
  const { body } = await call('POST', '/v1/tokens', { body: { name: 'pager', scope: 'read' } })
  return body.id
}

const mapping = { system: 'statuspage', text: ['/incident/name'] }

export async function addLink(call: Service['call'], fields: object = {}): Promise<string> {
  const body = { name: 'alerts', source: 'alertmanager', ...fields }
  const { body: made } = await call('POST', '/v1/links', { body })
  return made.id
}

export const addItem = (call: Service['call'], path: string, owner: string) =>
  call('POST', `${path}/action-items`, {
    body: { title: 'Add retries', owner, due_on: '2026-06-24', priority: 'P1', factors: [1, 2] },
  })

export const addChange = (call: Service['call'], path: string, fields: object) =>
  call('POST', `${path}/changes`, {
    body: { target_kind: 'slo', target: 'Checkout', factors: [1], ...fields },
  })
