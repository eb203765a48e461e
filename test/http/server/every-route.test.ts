import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { createToken } from '../../../src/access/store.ts'
import { type Scope, scopes } from '../../../src/http/api-tokens.ts'
import { arranged } from '../../contract/generate/named-values.ts'
import { type Operation, operations } from '../../contract/generate/operations.ts'
import { payloadOf, type Request, targetOf, validRequests } from '../../contract/generate/request.ts'
import { seedWorld } from '../../contract/generate/world.ts'
import { checkAnswer } from '../../help/contract-check.ts'
import { digestOf } from '../../help/digest.ts'
import { openService } from '../../help/service.ts'

/** The scope that each operation needs, by hand, so that a new operation's scope is a decision. */
const needs: Record<string, Scope | 'any' | 'public'> = {
  livez: 'public',
  getHome: 'public',
  readyz: 'public',
  getProblem: 'public',
  listProblems: 'public',
  getMetrics: 'read',
  listPeople: 'read',
  getPerson: 'read',
  putPerson: 'write',
  patchPerson: 'write',
  putPeople: 'write',
  listTeams: 'read',
  getTeam: 'read',
  putTeam: 'write',
  patchTeam: 'write',
  whoami: 'any',
  createToken: 'admin',
  listTokens: 'admin',
  getToken: 'admin',
  revokeToken: 'admin',
  createLink: 'admin',
  listLinks: 'admin',
  getLink: 'admin',
  patchLink: 'admin',
  revokeLink: 'admin',
  createIncident: 'write',
  listIncidents: 'read',
  getIncident: 'read',
  patchIncident: 'write',
  deleteIncident: 'admin',
  listHistory: 'read',
  getExternalRef: 'any',
  createEvent: 'events:write',
  createEvents: 'events:write',
  createEvidence: 'events:write',
  getEvidence: 'read',
  redactEvidence: 'admin',
  getEvidenceRedaction: 'read',
  listEvents: 'read',
  getEvent: 'read',
  patchEvent: 'write',
  deleteEvent: 'write',
  retractEvent: 'write',
  restoreEvent: 'write',
  disputeEvent: 'write',
  withdrawDispute: 'write',
  resolveDispute: 'write',
  redactEvent: 'admin',
  getRetraction: 'read',
  getDispute: 'read',
  getDisputeResolution: 'read',
  listRedactions: 'read',
  redactIncident: 'admin',
  redactFactor: 'admin',
  redactActionItem: 'admin',
  redactChange: 'admin',
  redactReview: 'admin',
  listIncidentRedactions: 'read',
  listFactorRedactions: 'read',
  listActionItemRedactions: 'read',
  listChangeRedactions: 'read',
  listReviewRedactions: 'read',
  getMilestones: 'read',
  createFactor: 'write',
  listFactors: 'read',
  getFactor: 'read',
  patchFactor: 'write',
  deleteFactor: 'write',
  listActionItems: 'read',
  readActionItemHistory: 'read',
  listActionItemsAsCsv: 'read',
  listActionItemsAsCalendar: 'read',
  readActionItemReminders: 'read',
  summarizeActionItems: 'read',
  createActionItem: 'write',
  createActionItems: 'write',
  listActionItemsOfIncident: 'read',
  getActionItem: 'read',
  patchActionItem: 'write',
  acceptActionItem: 'write',
  acceptActionItems: 'write',
  getAcceptances: 'read',
  deferActionItem: 'write',
  closeActionItem: 'write',
  reopenActionItem: 'write',
  rateActionItem: 'write',
  getAcceptance: 'read',
  getClosure: 'read',
  getEffectiveness: 'read',
  createChange: 'write',
  listChanges: 'read',
  getChange: 'read',
  patchChange: 'write',
  deleteChange: 'write',
  getReview: 'read',
  putReview: 'write',
  getWaiver: 'read',
  putWaiver: 'review',
  deleteWaiver: 'review',
  getChecks: 'read',
  getAgenda: 'read',
  getAgendaHtml: 'read',
  getReviewRequest: 'read',
  requestReview: 'write',
  withdrawReviewRequest: 'write',
  sealPostmortem: 'review',
  listRevisions: 'read',
  getRevision: 'read',
  diffRevisions: 'read',
  createAmendment: 'review',
  listAmendments: 'read',
  getAmendment: 'read',
  withdrawAmendment: 'review',
  checkLanguage: 'read',
  getPostmortem: 'read',
  getPostmortemMarkdown: 'read',
  getPostmortemHtml: 'read',
  getPostmortemJson: 'read',
  getThread: 'read',
  getThreadHtml: 'read',
  getTemplate: 'read',
  listPostmortems: 'read',
  exportPostmortems: 'read',
  getFollowUp: 'read',
  getFollowUpHtml: 'read',
  ingest: 'events:write',
  listInbox: 'read',
  getInboxEntry: 'read',
  assignInboxEntry: 'write',
  dismissInboxEntry: 'write',
  redactInboxEntry: 'admin',
  listInboxRedactions: 'read',
  getInboxAssignment: 'read',
}

/** The scopes that each scope covers. */
const covers: Record<Scope, Scope[]> = {
  admin: ['admin', 'review', 'write', 'read', 'events:write'],
  review: ['review', 'write', 'read', 'events:write'],
  write: ['write', 'read', 'events:write'],
  read: ['read'],
  'events:write': ['events:write'],
}

const service = await openService(t)
const { app, db, clock } = service
const world = await seedWorld(service)

const issue = (scope: Scope, limits: { expires_at?: string; requests_per_minute?: number } = {}) =>
  createToken(db, {
    ...{ name: scope, scope, person: null, expires_at: null, created_at: clock.now.toISOString() },
    ...limits,
  })
const good = new Map(await Promise.all(scopes.map(async scope => [scope, await issue(scope)] as const)))
/** Calls every operation, as each scope does, and has a limit that it does not reach. */
const limited = await issue('read', { requests_per_minute: 1_000_000 })
good.set('read', limited)
const admin = good.get('admin')!
const expired = await issue('admin', { expires_at: '2026-06-18T08:59:59.999Z' })
const revoked = await issue('admin')
await db
  .updateTable('tokens')
  .set({ revoked_at: clock.now.toISOString() })
  .where('id', '=', idOf(revoked))
  .execute()

/** A well-formed token with a valid checksum. */
const wellFormedToken = (id: string, secret: string) => {
  const checksum = createHash('sha256').update(`dbf_${id}${secret}`).digest('hex').slice(0, 8)
  return `dbf_${id}${secret}${checksum}`
}

const wrong: Record<string, string | undefined> = {
  'no token': undefined,
  'an empty token': 'Bearer ',
  'a malformed token': 'Bearer dbf_admin',
  'a token with a bad checksum': `Bearer ${admin.slice(0, -1)}${admin.endsWith('0') ? '1' : '0'}`,
  'an unknown token': `Bearer ${wellFormedToken('z'.repeat(12), 'A'.repeat(43))}`,
  'the right id with another secret': `Bearer ${wellFormedToken(idOf(admin), 'A'.repeat(43))}`,
  'an expired token': `Bearer ${expired}`,
  'a revoked token': `Bearer ${revoked}`,
  'a good token under another scheme': `Token ${admin}`,
}

let samples = 0

t.test('the table of scopes and the contract name the same operations', async t => {
  t.same(Object.keys(needs).sort(), operations.map(({ id }) => id).sort())
})

for (const operation of operations.filter(({ id }) => needs[id] === 'public')) {
  t.test(`${operation.id} asks nobody for a token`, async t => {
    for (const authorization of Object.values(wrong))
      t.equal((await call(sampleOf(operation), authorization)).status, 200)
  })
}

for (const operation of operations.filter(({ id }) => needs[id] !== 'public')) {
  t.test(`${operation.id} lets in only who has a good token`, async t => {
    const before = await digestOf(db)
    for (const [what, authorization] of Object.entries(wrong)) {
      const { status, code } = await call(sampleOf(operation), authorization)
      t.same([status, code], [401, 'unauthenticated'], what)
    }
    if (operation.method === 'GET')
      t.equal((await call({ ...sampleOf(operation), method: 'HEAD' }, undefined)).status, 401, 'HEAD')
    t.equal(await digestOf(db), before, 'and nothing was stored')
  })

  t.test(`${operation.id} lets in exactly the scopes that cover ${needs[operation.id]}`, async t => {
    const needed = needs[operation.id] as Scope | 'any'
    const mayCall = (scope: Scope) => needed === 'any' || covers[scope].includes(needed)
    const before = await digestOf(db)
    for (const scope of scopes.filter(scope => !mayCall(scope))) {
      const { status, code } = await call(sampleOf(operation), `Bearer ${good.get(scope)}`)
      t.same([status, code], [403, 'forbidden'], scope)
    }
    t.equal(await digestOf(db), before, 'and nothing was stored')
    for (const scope of scopes.filter(mayCall)) {
      const { status } = await call(await ready(operation), `Bearer ${good.get(scope)}`)
      t.ok(status < 300 || status === 409, `${scope}: ${status}`)
    }
  })

  t.test(`${operation.id} takes a token as a password only to read`, async t => {
    const basic = `Basic ${Buffer.from(`priya:${admin}`).toString('base64')}`
    const before = await digestOf(db)
    const { status } = await call(sampleOf(operation), basic)
    if (operation.method === 'GET') t.equal(status, 200)
    else t.equal(status, 401)
    t.equal(await digestOf(db), before, 'and nothing was stored')
  })
}

/** A valid request of an operation, which only its authorization can make fail. */
function sample(operation: Operation): Request {
  samples += 1
  return fc.sample(validRequests(operation, world), { numRuns: 1, seed: samples })[0]!
}

/** The same one again, for calls that store nothing: to make one takes longer than to refuse it. */
const kept = new Map<Operation, Request>()
function sampleOf(operation: Operation): Request {
  const request = kept.get(operation) ?? sample(operation)
  kept.set(operation, request)
  return request
}

/** A valid request whose state is prepared, where it can succeed only once. */
const ready = (operation: Operation): Promise<Request> => arranged(service, sample(operation))

let addresses = 0

/** Sends a request, each from another address, since wrong tokens are limited by address. */
async function call(request: Request, authorization: string | undefined) {
  const payload = payloadOf(request)
  const url = targetOf(request)
  addresses += 1
  const response = await app.inject({
    method: request.method as 'GET',
    url,
    remoteAddress: `10.0.${addresses >> 8}.${addresses & 255}`,
    headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(payload === undefined ? {} : { payload }),
  })
  const { statusCode: status, headers, body } = response
  checkAnswer({ method: request.method, url, status, headers, body })
  const hasLimit = headers.ratelimit !== undefined && headers['ratelimit-policy'] !== undefined
  if (hasLimit !== (authorization === `Bearer ${limited}`))
    throw new Error(`${request.method} ${url}: ${hasLimit ? 'tells of' : 'does not tell'} a limit`)
  const isProblem = status >= 400 && request.method !== 'HEAD'
  return { status, code: isProblem ? (JSON.parse(body).code as string) : undefined }
}

function idOf(token: string): string {
  return token.slice('dbf_'.length, 'dbf_'.length + 12)
}
