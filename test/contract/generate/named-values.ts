import fc from 'fast-check'
import { givenEvidence } from '../../help/cast.ts'
import type { Service } from '../../help/service.ts'
import { givenReady, seal } from '../../postmortem/ready.ts'
import type { Operation } from './operations.ts'
import type { Request } from './request.ts'
import { moments, partialMoments } from './strings.ts'
import {
  addChange,
  addEvent,
  addFactor,
  addInboxEntry,
  addItem,
  addLink,
  addToken,
  idIn,
  type World,
} from './world.ts'

/** All rules for valid requests that the contract's schemas do not express. */

type Values = fc.Arbitrary<unknown>

const dayBetween = (from: string, to: string) =>
  fc
    .date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
    .map(day => day.toISOString().slice(0, 10))

const listOf = (words: string[]) => fc.subarray(words, { minLength: 1 }).map(some => some.join(','))
const freshName = fc.noShrink(fc.uuid()).map(id => `x${id}`)

/**
 * Values for fields by name: `owner` in a body, `authors[]` for a list's entries, `?owner` in the query, `{handle}` in
 * the path; with an operation before it (`putTeam {handle}`), for that operation alone.
 */
export function namedValues(world: World, incident: string): Record<string, Values> {
  const { people, teams, changeable, incidents, events, earlier, states, tokens, links } = world
  const person = fc.constantFrom(...people)
  const others = [earlier.incident_id, ...incidents].filter(id => id !== incident)
  const id = fc.tuple(dayBetween('1970-01-01', '2999-12-31'), freshName)
  return {
    owner: person,
    person: person,
    stated_by: person,
    evidence: fc.constant(world.evidence),
    raised_by: person,
    author: person,
    facilitator: person,
    'attendees[]': person,
    held_at: moments(dayBetween('1970-01-01', '2026-06-17')),
    'authors[]': person,
    tz: fc.constantFrom('UTC', 'Europe/Berlin'),
    team: fc.constantFrom(...teams),
    handle: fc.oneof(fc.constantFrom(...changeable.people), freshName),
    'createIncident id': id.map(([day, slug]) => `PM-${day}-${slug}`),
    incident_id: fc.constantFrom(...others),
    occurred_at: partialMoments(dayBetween('1970-01-02', '2026-06-17')),
    'createFactor events[]': fc.constantFrom(...events[incident]!),
    'patchFactor events[]': fc.constantFrom(...events[incident]!),
    'factors[]': fc.constantFrom(1, 2),
    'createFactor recurs': fc.constant(earlier),
    'patchFactor recurs': fc.constant(earlier),
    action_item: fc.constantFrom('AI-1', 'AI-2'),
    expires_at: moments(dayBetween('2026-06-20', '9998-12-30')),
    // Reasons that do not quote what the world has there.
    ...Object.fromEntries(
      Object.entries(redacted).flatMap(([id, pointers]) => [
        [`${id} pointers[]`, fc.constantFrom(...pointers)],
        [`${id} versions[]`, fc.constant(1)],
        [`${id} reason`, fc.constantFrom('A password.', 'It names a customer.\nShe asked.')],
      ]),
    ),
    // From the day of the world's incidents to today.
    done_on: dayBetween('2026-06-17', '2026-06-18'),
    'deferActionItem to': dayBetween('2026-06-25', '9998-12-31'),

    '?owner': listOf(people),
    'listPeople ?team': fc.constantFrom(...teams),
    '?team': listOf(teams),
    '?incident_id': listOf(incidents),
    // Greater ones are of another database.
    '?after': fc.constantFrom(0, 1),
    // With true it comes as a tar alone.
    '?evidence': fc.constant('false'),
    'readActionItemHistory ?from': dayBetween('2025-06-01', '2026-05-01'),
    'readActionItemHistory ?to': dayBetween('2026-05-01', '2026-06-17'),
    '?service': listOf(['checkout', 'search', 'no such, ünknown']),
    '?external_ref': fc.constantFrom('pagerduty:Q2R11PAY', 'a:b:c', 'jira:漢'),
    '?tz': fc.constantFrom('UTC', 'Europe/Berlin', ...Intl.supportedValuesOf('timeZone')),

    '{incident_id}': fc.constant(incident),
    'getFollowUp {incident_id}': fc.constant(world.sealed),
    'getFollowUpHtml {incident_id}': fc.constant(world.sealed),
    '{event_id}': fc.constantFrom(...events[incident]!),
    '{number}': fc.constantFrom('1', '2'),
    '{action_item_id}': fc.constantFrom('AI-1', 'AI-2'),
    'acceptActionItem {action_item_id}': fc.constant('AI-1'),
    'getPerson {handle}': fc.constantFrom(...people, world.left),
    'putPerson {handle}': fc.oneof(fc.constantFrom(...changeable.people), freshName),
    'patchPerson {handle}': fc.constantFrom(...changeable.people),
    'getTeam {handle}': fc.constantFrom(...teams),
    'putTeam {handle}': fc.oneof(fc.constantFrom(...changeable.teams), freshName),
    'patchTeam {handle}': fc.constantFrom(...changeable.teams),
    '{inbox_id}': fc.constant(world.inbox.waiting),
    'getInboxAssignment {inbox_id}': fc.constant(world.inbox.assigned),
    'ingest {source}': fc.constantFrom('alertmanager', 'grafana', 'pagerduty', 'github', 'cloudevents'),
    '{token_id}': fc.constantFrom(...tokens),
    '{link_id}': fc.constantFrom(...links),
    'patchLink {link_id}': fc.constant(links.at(-1)),
    ...Object.fromEntries(
      readsOfStates.flatMap(id => [
        [`${id} {incident_id}`, fc.constant(states.incident_id)],
        [`${id} {event_id}`, fc.constant(states.event_id)],
        [`${id} {action_item_id}`, fc.constant('AI-1')],
        [`${id} {number}`, fc.constant('1')],
        [`${id} {code}`, fc.constant('FACTOR_COUNT')],
      ]),
    ),
    'getExternalRef {system}': fc.constant('pagerduty'),
    'getExternalRef {id}': fc.constant('Q2/R11 PAY'),
    'getAmendment {incident_id}': fc.constant(world.sealed),
    'getAmendment {number}': fc.constant('1'),
    'getRevision {incident_id}': fc.constant(world.sealed),
    'getRevision {number}': fc.constant('1'),
    'diffRevisions {incident_id}': fc.constant(world.sealed),
    'diffRevisions {number}': fc.constant('1'),
    '{sha256}': fc.constant(world.evidence),
    'getEvidenceRedaction {sha256}': fc.constant(world.redactedEvidence),
    '{other}': fc.constant('1'),
    'putWaiver {code}': fc.constantFrom('IMPACT_MISSING', 'REVIEW_ALONE'),
    'deleteWaiver {code}': fc.constantFrom('FACTOR_COUNT', 'CHANGE_MISSING'),
    '{code}': fc.constantFrom('not_found', 'invalid_body', 'internal'),
  }
}

/** The operations that read what a PUT set. */
const readsOfStates = [
  ...['getRetraction', 'getDispute', 'getDisputeResolution', 'listRedactions', 'getAcceptance'],
  ...['getClosure', 'getEffectiveness', 'getWaiver', 'getReviewRequest', 'listIncidentRedactions'],
  ...['listFactorRedactions', 'listActionItemRedactions', 'listChangeRedactions', 'listReviewRedactions'],
]

/** Free texts of what the world has. */
const redacted: Record<string, string[]> = {
  redactEvent: ['/description', '/sources/0/excerpt'],
  redactIncident: ['/title', '/services/0'],
  redactFactor: ['/statement'],
  redactActionItem: ['/title'],
  redactChange: ['/target'],
  redactReview: ['/decisions/0/text', '/decisions/1/text'],
  redactInboxEntry: ['/event/sources/0/excerpt', '/event/description'],
}

/** Objects that a merge patch must contain whole, since there may be no stored one to merge with. */
export const wholeObjects = new Set([
  ...['counterfactual', 'tracker', 'verified_by_source'],
  ...['ignore', 'kind', 'milestone', 'low'],
])

type Body = Record<string, any>

/** Rules between fields, by a field or an operation: each repairs a body that has that field, or is that operation's. */
const rules: Record<string, (body: Body) => Body> = {
  id: body => (body.occurred_on === undefined ? body : { ...body, occurred_on: body.id.slice(3, 13) }),
  roles: body => ({ ...body, roles: body.roles && oneHolderEach(body.roles.map(inOrder)) }),
  external_refs: body => ({
    ...body,
    external_refs:
      body.external_refs && distinct(body.external_refs, ({ system, id }) => [system, id.trim()]),
  }),
  related: body => ({ ...body, related: body.related && distinct(body.related, Object.values) }),
  sources: body => ({ ...body, sources: body.sources.map(citing) }),
  disposition_reason: body =>
    body.disposition_reason === null ? { ...body, disposition: body.disposition ?? null } : body,
  disposition: body =>
    body.disposition === 'accepted_risk'
      ? { ...body, disposition_reason: body.disposition_reason ?? 'Rare.' }
      : body,
  createEvent: timed,
  createEvents: ({ events }) => ({ events: events.map(eventOfBatch) }),
  patchEvent: timed,
  createIncident: graded,
  patchIncident: body => ('severity' in body || 'nature' in body ? graded(body) : body),
  createChange: wiredBack,
  patchChange: wiredBack,
  acceptActionItem: () => ({ by: 'priya' }),
  resolveDispute: body => ({ ...body, source: citing(body.source) }),
  putWaiver: ({ reason }) => ({ reason: /\p{L}/u.test(reason) ? reason : 'It is a drill.' }),
  createActionItem: begun,
  createActionItems: ({ action_items }) => ({ action_items: action_items.map(begun) }),
  acceptActionItems: () => ({ acceptances: [{ action_item: 'AI-1', by: 'priya' }] }),
  patchActionItem: body => filled(body, name => name in body),
  closeActionItem: closed,
  assignInboxEntry: ({ incident_id, draft }) =>
    incident_id ? { incident_id } : { draft: draft ?? { severity: 'SEV3' } },
  createLink: linked,
  patchLink: relinked,
}

/** The body, repaired where fields contradict each other. */
export function repairRules(body: unknown, { id }: Operation): unknown {
  const applying = Object.entries(rules).filter(([name]) => name === id || Object.hasOwn(body as Body, name))
  return applying.reduce((repaired, [, repair]) => repair(repaired), body as Body)
}

/** Repairs an event whose times contradict each other, or that says its milestones twice. */
function timed({ milestone, ...body }: Body): Body {
  const { occurred_at, occurred_until, between, precision, ...rest } = body
  const marked = milestone === undefined || body.milestones ? rest : { ...rest, milestone }
  if (occurred_at === undefined) return Object.keys(marked).length > 0 ? marked : { description: 'Seen.' }
  const isWhole = /:\d\d:/.test(occurred_at)
  return {
    ...marked,
    occurred_at,
    ...(isWhole && precision !== undefined && { precision }),
    ...(occurred_until !== undefined && { occurred_until: occurred_until && occurred_at }),
    ...(between !== undefined && { between: Boolean(between && occurred_until) }),
  }
}

const eventOfBatch = (event: Body): Body => timed({ ...event, sources: event.sources.map(citing) })

/** Repairs an incident that has neither a severity nor a nature that needs none. */
function graded(body: Body): Body {
  const { severity, nature } = body
  if (severity || ['near_miss', 'false_alarm', 'vulnerability'].includes(nature)) return body
  return { ...body, severity: 'SEV3' }
}

/** A new item that has what its status needs; the status is that of its closure. */
function begun({ closure, ...body }: Body): Body {
  if (!closure) return body.status === 'proposed' ? body : filled({ ...body, status: 'open' }, () => true)
  const told = closed(closure)
  return filled(
    { ...body, ...(body.status && { status: told.outcome ?? 'done' }), closure: told },
    () => true,
  )
}

/** Fills those of the fields that an open item has which are empty. */
function filled(body: Body, isAsked: (name: string) => boolean): Body {
  const fields = { owner: 'priya', due_on: '2026-06-24', priority: 'P1', factors: [1] }
  const missing = Object.entries(fields).filter(([name]) => isAsked(name) && !body[name]?.length)
  return { ...body, ...Object.fromEntries(missing) }
}

function closed(body: Body): Body {
  if (body.outcome !== 'cancelled')
    return {
      ...body,
      evidence_urls: body.evidence_urls?.length ? body.evidence_urls : ['https://git.example/1'],
    }
  return { ...body, ...('done_on' in body && { done_on: null }), reason: body.reason ?? 'Not worth it.' }
}

const inOrder = (role: Body): Body =>
  role.to && Date.parse(role.to) < Date.parse(role.from) ? { ...role, from: role.to, to: role.from } : role

const oneHolderEach = (roles: Body[]): Body[] =>
  roles.filter(
    ({ role }, i) => role === 'subject_expert' || roles.findIndex(other => other.role === role) === i,
  )

const distinct = (entries: Body[], keyOf: (entry: Body) => unknown[]): Body[] => {
  const keys = entries.map(entry => JSON.stringify(keyOf(entry)))
  return entries.filter((_, i) => keys.indexOf(keys[i]!) === i)
}

const citing = (source: Body): Body => ({
  ...source,
  ...(source.kind === 'statement'
    ? { stated_by: source.stated_by ?? 'priya' }
    : { system: source.system ?? 'ci' }),
  ...(source.url ? {} : { excerpt: source.excerpt ?? 'seen' }),
})

/** Repairs a change so that it is valid on its own, whatever a patch of it finds stored. */
function wiredBack(body: Body): Body {
  const { target, factors, action_item, before = null, after = null } = body
  const isNew = target !== undefined && !factors && !action_item
  const loses = ('factors' in body && !factors?.length) || action_item === null
  return {
    ...verified(body),
    ...(isNew || loses ? { factors: factors?.length ? factors : [1] } : {}),
    ...('before' in body || 'after' in body ? { before: before === after ? null : before, after } : {}),
  }
}

function verified(body: Body): Body {
  const { status, verified_by_source } = body
  if (verified_by_source || status === 'verified') {
    const cited = { kind: 'log', ...verified_by_source }
    return { ...body, status: 'verified', verified_by_source: citing(cited) }
  }
  const isNamed = 'status' in body || 'verified_by_source' in body
  return isNamed ? { ...body, status: status ?? 'applied', verified_by_source: null } : body
}

/** Repairs a link that has what its source has no use for, or two places for what is unknown; without a source it is of a feed. */
function linked({ signing_secret, draft_severity, feed, filter, ...body }: Body): Body {
  if (feed && !body.source) {
    const { source: _, incident_id: __, unknown: ___, mapping: ____, ...rest } = body
    return { ...rest, feed, ...(filter && { filter: listed(filter) }) }
  }
  const source = body.mapping ? 'generic' : (body.source ?? 'alertmanager').replace('generic', 'alertmanager')
  const unknown = body.incident_id ? 'inbox' : body.unknown
  return {
    ...{ ...body, source, ...('unknown' in body && { unknown }) },
    ...(['grafana', 'pagerduty', 'github'].includes(source) && { signing_secret }),
    ...(unknown === 'draft' && { draft_severity }),
  }
}

/** A filter names several of what other bodies name one of. */
const listed = (filter: Body): Body =>
  Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [
      name,
      ['owner', 'team', 'incident_id'].includes(name) ? [value] : value,
    ]),
  )

/** Repairs a patch of a link that has a mapping, and so signs nothing. */
function relinked({ signing_secret, draft_severity, mapping, filter: _, ...body }: Body): Body {
  return {
    ...{ name: 'alerts', ...body },
    ...(mapping && { mapping }),
    ...(body.unknown === 'draft' && { draft_severity }),
  }
}

/** Prepares the stored state that a request needs, made just for it, and points the request to that. */
export async function arranged(service: Service, request: Request): Promise<Request> {
  const { params, headers, ...more } = (await arrange[request.operation.id]?.(service, request)) ?? {}
  return {
    ...request,
    ...more,
    params: { ...request.params, ...params },
    headers: { ...request.headers, ...headers },
  }
}

const arrange: Record<
  string,
  (service: Service, request: Request) => Promise<Partial<Pick<Request, 'params' | 'headers' | 'body'>>>
> = {
  deleteIncident: async ({ call }) => {
    const { body } = await call('POST', '/v1/incidents', { body: { title: 'Doomed', severity: 'SEV5' } })
    return { params: { incident_id: body.id } }
  },
  deleteEvent: async ({ call }, { params }) => {
    const { body } = await addEvent(call, `/v1/incidents/${params.incident_id}`, {})
    return { params: { event_id: body.id } }
  },
  deleteFactor: async ({ call }, { params }) => {
    const { body } = await addFactor(call, `/v1/incidents/${params.incident_id}`, {})
    return { params: { number: String(body.number) } }
  },
  deleteChange: async ({ call }, { params }) => {
    const { body } = await addChange(call, `/v1/incidents/${params.incident_id}`, {})
    return { params: { number: String(body.number) } }
  },
  redactEvidence: async ({ db }) => ({ params: { sha256: await givenEvidence(db, 'Doomed.') } }),
  revokeToken: async ({ call }) => ({ params: { token_id: await addToken(call) } }),
  assignInboxEntry: async ({ call }) => ({ params: { inbox_id: await addInboxEntry(call) } }),
  dismissInboxEntry: async ({ call }) => ({ params: { inbox_id: await addInboxEntry(call) } }),
  revokeLink: async ({ call }) => ({ params: { link_id: await addLink(call) } }),
  acceptActionItem: newItem,
  deferActionItem: newItem,
  acceptActionItems: async (service, request) => {
    const { params } = await newItem(service, request)
    return { body: { acceptances: [{ action_item: params.action_item_id, by: 'priya' }] } }
  },
  resolveDispute: async ({ call }, { params }) => {
    const event = `/v1/incidents/${params.incident_id}/events/${params.event_id}`
    await call('PUT', `${event}/dispute`, { body: { statement: 'It was earlier.', raised_by: 'priya' } })
    return {}
  },
  putReview: async () => ({ headers: { 'if-match': '*' } }),
  deleteWaiver: async ({ call }, { params }) => {
    const body = { reason: 'It is a drill.' }
    await call('PUT', `/v1/incidents/${params.incident_id}/checks/${params.code}/waiver`, { body })
    return {}
  },
  sealPostmortem: async service => {
    const incident = await givenReady(service)
    const { headers } = await service.call('GET', `${incident}/checks`)
    return { params: { incident_id: idIn(incident) }, headers: { 'if-match': headers.etag! } }
  },
  createAmendment: async service => ({ params: { incident_id: idIn(await givenFinal(service)) } }),
  withdrawAmendment: async service => {
    const incident = await givenFinal(service)
    await service.call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A figure.' } })
    return { params: { incident_id: idIn(incident) } }
  },
}

async function givenFinal(service: Service): Promise<string> {
  const incident = await givenReady(service)
  await seal(service, incident)
  return incident
}

async function newItem({ call }: Service, { params }: Request) {
  const { body } = await addItem(call, `/v1/incidents/${params.incident_id}`, 'priya')
  return { params: { action_item_id: body.id } }
}

/** The values for a field of an operation; undefined where any value of the schema is valid. */
export const lookup = (values: Record<string, Values>, { id }: Operation, name: string): Values | undefined =>
  values[`${id} ${name}`] ?? values[name]
