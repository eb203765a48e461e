import fc from 'fast-check'
import type { Request } from '../generate/request.ts'
import type { World } from '../generate/world.ts'
import { type Broken, type Fault, isBatch, ofRequest } from './fault.ts'

/** Faults that no schema shows: broken rules between fields, and references to what does not exist. */

type Body = Record<string, any>
type Rule = [
  operations: string[],
  pointer: string,
  broken: (body: Body, world: World, request: Request) => Body,
]

const incidents = ['createIncident', 'patchIncident']
const events = ['createEvent', 'patchEvent']
const factors = ['createFactor', 'patchFactor']
const changes = ['createChange', 'patchChange']
const items = ['createActionItem', 'patchActionItem']
/** Of a new item, which would be done or proposed otherwise, and of a patch, which might make it proposed. */
const open = { status: 'open', closure: undefined }
const cancellation = { outcome: 'cancelled', reason: 'Not worth it.' }
const redactions = [
  ...['redactEvent', 'redactIncident', 'redactFactor', 'redactActionItem', 'redactChange', 'redactReview'],
]

const commander = { role: 'incident_commander', person: 'priya', from: '2026-06-17T14:00:00Z', to: null }
const cited = { kind: 'log', system: 'ci', excerpt: 'seen' }

const plainLink = { source: 'alertmanager', mapping: undefined, signing_secret: undefined }

const verifiedBy = (source: Body) => ({ status: 'verified', verified_by_source: source })

const whole = { occurred_at: '2026-06-17T14:02:00Z', precision: 'exact' }

const between: Rule[] = [
  [events, '/occurred_at', () => ({ occurred_at: '2026-06-19T09:00:00.001Z' })],
  [events, '/occurred_at', () => ({ occurred_at: '9998-12-31T23:59:59Z' })],
  [events, '/occurred_at', () => ({ occurred_at: '2026-06-17T14Z', precision: 'minute' })],
  [events, '/occurred_at', () => ({ occurred_at: '2026-06-17', precision: 'approximate' })],
  [events, '/occurred_until', () => ({ ...whole, occurred_until: null, between: true })],
  [events, '/occurred_until', () => ({ ...whole, occurred_until: '2026-06-16T00:00:00Z', between: false })],
  [
    events,
    '/milestones',
    () => ({
      ...whole,
      occurred_until: '2026-06-17T15:00:00Z',
      between: false,
      milestone: undefined,
      milestones: ['impact_started', 'resolved'],
    }),
  ],
  [events, '/milestone', () => ({ milestone: 'resolved', milestones: ['mitigated'] })],
  [events, '/sources/1', () => ({ sources: [cited, { kind: 'log', system: 'ci', query: 'up == 0' }] })],
  [events, '/sources/0/system', () => ({ sources: [{ kind: 'log', excerpt: 'seen' }] })],
  [events, '/sources/0/stated_by', () => ({ sources: [{ kind: 'statement', excerpt: 'seen' }] })],
  [
    incidents,
    '/roles/1',
    () => ({ roles: [commander, { ...commander, person: 'sam', from: '2026-06-17T15:00:00Z' }] }),
  ],
  [incidents, '/roles/0/to', () => ({ roles: [{ ...commander, to: '2026-06-17T13:00:00Z' }] })],
  [incidents, '/severity', () => ({ severity: null, nature: 'exercise' })],
  [incidents, '/external_refs/1', () => ({ external_refs: Array(2).fill({ system: 'jira', id: 'CHK-1' }) })],
  [
    incidents,
    '/related',
    () => ({
      related: Array(2).fill({ incident_id: 'PM-2026-06-17-search-is-slow', relation: 'related_to' }),
    }),
  ],
  [['createIncident'], '/id', () => ({ id: 'PM-2026-06-17-x', occurred_on: '2026-06-18' })],
  [['createIncident'], '/id', () => ({ id: 'PM-2026-02-30-x', occurred_on: undefined })],
  [
    ['patchIncident'],
    '/related/0/incident_id',
    (_, __, { params }) => ({
      related: [{ incident_id: params.incident_id, relation: 'related_to' }],
    }),
  ],
  [factors, '/disposition_reason', () => ({ disposition: 'accepted_risk', disposition_reason: null })],
  [
    factors,
    '/recurs/incident_id',
    (_, __, { params }) => ({ recurs: { incident_id: params.incident_id, number: 1 } }),
  ],
  [changes, '/factors', () => ({ action_item: null, factors: [] })],
  [changes, '/after', () => ({ before: 'a', after: 'a' })],
  [changes, '/verified_by_source', () => ({ status: 'verified', verified_by_source: null })],
  [changes, '/verified_by_source', () => ({ status: 'applied', verified_by_source: cited })],
  [changes, '/verified_by_source', () => verifiedBy({ ...cited, excerpt: null, url: null })],
  [['createChange'], '/verified_by_source/system', () => verifiedBy({ kind: 'log', excerpt: 'seen' })],
  [['patchChange'], '/verified_by_source/system', () => verifiedBy({ ...cited, system: null })],
  [
    changes,
    '/verified_by_source/stated_by',
    () => verifiedBy({ ...cited, kind: 'statement', stated_by: null }),
  ],
  [['closeActionItem'], '/evidence_urls', () => ({ outcome: 'done', evidence_urls: [] })],
  [['closeActionItem'], '/reason', () => ({ outcome: 'cancelled', done_on: null, reason: null })],
  [['closeActionItem'], '/done_on', () => ({ outcome: 'done', done_on: '2026-06-16' })],
  [['closeActionItem'], '/done_on', () => ({ outcome: 'done', done_on: '2026-06-19' })],
  [['closeActionItem'], '/done_on', () => ({ outcome: 'cancelled', reason: 'No.', done_on: '2026-06-18' })],
  [items, '/owner', () => ({ ...open, owner: null })],
  [items, '/due_on', () => ({ ...open, due_on: null })],
  [items, '/priority', () => ({ ...open, priority: null, factors: [] })],
  [items, '/factors', () => ({ ...open, priority: null, factors: [] })],
  [['createActionItem'], '/closure', () => ({ status: 'done', closure: null })],
  [['createActionItem'], '/status', () => ({ status: 'open', closure: cancellation })],
  [['createActionItem'], '/closure/evidence_urls', () => ({ status: 'done', closure: {} })],
  [
    ['createActionItem'],
    '/closure/done_on',
    () => ({ status: undefined, closure: { ...cancellation, done_on: '2026-06-18' } }),
  ],
  [['acceptActionItem'], '/by', () => ({ by: 'sam' })],
  [
    ['acceptActionItems'],
    '/acceptances/1/by',
    () => ({ acceptances: ['AI-1', 'AI-2'].map(action_item => ({ action_item, by: 'priya' })) }),
  ],
  [
    ['acceptActionItems'],
    '/acceptances/1/action_item',
    () => ({ acceptances: Array(2).fill({ action_item: 'AI-1', by: 'priya' }) }),
  ],
  [['createActionItems'], '/action_items/0/due_on', () => ({ action_items: [{ title: 'Retry' }] })],
  [['acceptActionItem'], '/by', () => ({ by: null })],
  [['putWaiver'], '/reason', () => ({ reason: '…' })],
  [['redactEvent'], '/pointers/1', () => ({ pointers: ['/description', '/kind'] })],
  [['redactEvent'], '/pointers/0', () => ({ pointers: ['/sources/0/stated_by'] })],
  [redactions, '/pointers/0', () => ({ pointers: ['/version'] })],
  [['deferActionItem'], '/to', () => ({ to: '2026-06-24' })],
  [['createToken', 'createLink', 'patchLink'], '/expires_at', () => ({ expires_at: '2026-06-18T09:00:00Z' })],
  [['createLink'], '/mapping', () => ({ source: 'generic', mapping: null })],
  [['createLink'], '/mapping', () => ({ source: 'github', mapping: { system: 'x', text: ['/a'] } })],
  [['createLink'], '/source', () => ({ source: undefined })],
  [['createLink'], '/source', () => ({ feed: 'action_items_csv' })],
  [['createLink', 'patchLink'], '/filter', () => ({ filter: { overdue: true } })],
  [['patchLink'], '/mapping', () => ({ mapping: null })],
  [['patchLink'], '/signing_secret', () => ({ signing_secret: 's' })],
  [['patchLink'], '/draft_severity', () => ({ unknown: 'inbox', draft_severity: 'SEV1' })],
  [['createLink'], '/signing_secret', () => ({ ...plainLink, signing_secret: 's' })],
  [['createLink'], '/draft_severity', () => ({ ...plainLink, unknown: 'inbox', draft_severity: 'SEV1' })],
  [
    ['createLink'],
    '/unknown',
    (_, { incidents }) => ({ ...plainLink, incident_id: incidents[0], unknown: 'draft' }),
  ],
  [items, '/owner', (_, { left }) => ({ ...open, owner: left })],
  [items, '/owner', (_, { teams }) => ({ ...open, owner: teams[0] })],
]

const references: Rule[] = [
  [['createLink'], '/incident_id', () => ({ incident_id: 'PM-2026-06-17-nothing', unknown: 'inbox' })],
  [items, '/owner', () => ({ ...open, owner: 'nobody' })],
  [items, '/factors/1', () => ({ ...open, factors: [1, 2_147_483_647] })],
  [incidents, '/authors/1', () => ({ authors: ['priya', 'constructor'] })],
  [incidents, '/authors/0', (_, { teams }) => ({ authors: [teams[0]] })],
  [incidents, '/roles/0/person', () => ({ roles: [{ ...commander, person: 'nobody' }] })],
  [
    incidents,
    '/related/0/incident_id',
    () => ({
      related: [{ incident_id: 'PM-2026-06-17-nothing', relation: 'related_to' }],
    }),
  ],
  [
    events,
    '/sources/0/stated_by',
    () => ({ sources: [{ kind: 'statement', excerpt: 'seen', stated_by: 'nobody' }] }),
  ],
  [events, '/sources/0/evidence', () => ({ sources: [{ ...cited, evidence: 'f'.repeat(64) }] })],
  [changes, '/verified_by_source/evidence', () => verifiedBy({ ...cited, evidence: 'f'.repeat(64) })],
  [changes, '/verified_by_source/stated_by', () => verifiedBy({ ...cited, stated_by: 'nobody' })],
  [changes, '/verified_by_source/stated_by', (_, { teams }) => verifiedBy({ ...cited, stated_by: teams[0] })],
  [changes, '/action_item', () => ({ action_item: 'AI-999999999' })],
  [changes, '/factors/1', () => ({ factors: [1, 2_147_483_647] })],
  [factors, '/events/0', () => ({ events: ['019785b0-5c00-7000-8000-00000000abcd'] })],
  [factors, '/recurs', (_, { earlier }) => ({ recurs: { ...earlier, number: 999 } })],
  [['disputeEvent'], '/raised_by', () => ({ raised_by: 'nobody' })],
  [['redactEvent'], '/pointers/1', () => ({ pointers: ['/description', '/dispute/statement'] })],
  [['redactEvent'], '/pointers/0', () => ({ pointers: ['/sources/99/excerpt'] })],
  [redactions, '/versions/0', () => ({ versions: [2_147_483_647] })],
  [['createToken'], '/person', () => ({ person: 'nobody' })],
  [['createToken'], '/person', (_, { teams }) => ({ person: teams[0] })],
  [['putPerson', 'patchPerson'], '/team', () => ({ team: 'no-team' })],
  [['putPerson', 'patchPerson'], '/team', () => ({ team: 'priya' })],
  [
    ['acceptActionItems'],
    '/acceptances/0/action_item',
    () => ({ acceptances: [{ action_item: 'AI-999999999', by: 'priya' }] }),
  ],
  [
    ['createActionItems'],
    '/action_items/0/owner',
    () => ({ action_items: [{ title: 'Retry', status: 'proposed', owner: 'nobody' }] }),
  ],
  [['putPeople'], '/people/0/team', body => ({ people: [{ ...body.people[0], team: 'no-team' }] })],
]

const broken = (name: string, rules: Rule[]): Fault => {
  const of = ({ id }: { id: string }) => rules.filter(([operations]) => operations.includes(id))
  return ofRequest(
    name,
    operation => of(operation).length > 0,
    (request, world) =>
      fc.constantFrom(...of(request.operation)).map(([, pointer, fields]): Broken => {
        const body = { ...(request.body as Body), ...fields(request.body as Body, world, request) }
        return { request: { ...request, body, ...strictly(request) }, status: [422], pointer }
      }),
  )
}

/** Makes a batch atomic, so that one refused entry refuses it. */
const strictly = ({ operation }: Request): Partial<Request> =>
  isBatch(operation) ? { query: [['atomic', 'true']] } : {}

export const ruleFaults: Fault[] = [
  broken('a rule between fields that is broken', between),
  broken('a name of something that is not there', references),
]
