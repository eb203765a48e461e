import type { FastifyRequest } from 'fastify'
import type { IngestMapping } from '../access/links/mapping-schema.ts'
import { transact } from '../db/transact.ts'
import { anyBytes } from '../evidence/media.ts'
import { type Caller, writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { DebriefError } from '../http/problem.ts'
import { sha256Hex } from '../kit/json.ts'
import { deliver } from './deliver.ts'
import { inboxRoutes } from './inbox/routes.ts'
import { inboxSchemas } from './inbox/schema.ts'
import { type Arrival, arrivalOf, type Sender, unreadableArrival } from './placing/arrivals.ts'
import { type Payload, readPayload } from './placing/payload.ts'
import { sources } from './registry.ts'
import * as contract from './schema.ts'
import { NotTheForm, type Reading } from './sources/source.ts'

const tag = {
  name: 'Ingest',
  description: 'What tools send by themselves, in their own words, and where it went.',
}

export const ingestRoom: Room = {
  tag,
  schemas: [...contract.ingestSchemas, ...inboxSchemas],
  routes: (app, context) => {
    ingestRoute(app, context)
    inboxRoutes(app, context)
  },
}

const maxPayloadBytes = 4 * 1024 * 1024
/** Stored in one transaction. A payload of more is stored part by part: nobody waits long, and what is sent again goes on. */
const eventsAtOnce = 200

function ingestRoute(app: App, { db, now, timeZone }: Context): void {
  app.post(
    '/ingest/:source',
    {
      config: { scope: 'events:write', link: true, raw: true, bodyBytes: maxPayloadBytes },
      schema: {
        operationId: 'ingest',
        tags: [tag.name],
        summary: 'Take what a tool sends, as it sends it',
        description:
          'Safe to send again: each event is known by the tool’s own key. It goes to the link’s incident, that of `?incident=`, the one that the tool’s reference is bound to, a new draft where the link says so, or to the inbox: 202. The payload, of whatever media type, is kept as evidence.',
        params: contract.ingestParams,
        querystring: contract.ingestQuery,
        response: { 200: ref(contract.IngestResult), 202: ref(contract.IngestResult) },
      },
    },
    async (request, reply) => {
      const { source } = request.params
      requireOwnLink(request.caller, source)
      requireOwnIncident(request.caller, request.query.incident)
      const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
      requireSignature(request, bytes)
      const { reading, payload, fault } = read(request, bytes)
      const { facts } = writeOf(request, now)
      const sender: Sender = { id: senderId(request.caller), source }
      const receipt = { sender, payload, evidence: sha256Hex(bytes), facts }
      const { link } = request.caller
      const terms = { link, asked: request.query.incident, timeZone, facts, payload }
      const store = (arrivals: Arrival[]) => transact(db, trx => deliver(trx, sender, { ...terms, arrivals }))
      const results = fault === undefined ? [] : await store([unreadableArrival(receipt, fault)])
      for (let n = 0; n < reading.events.length; n += eventsAtOnce) {
        const part = reading.events.slice(n, n + eventsAtOnce)
        results.push(...(await store(part.map(event => arrivalOf(app, event, receipt)))))
      }
      reply.code(results.some(({ inbox_id }) => inbox_id !== null) ? 202 : 200)
      const { ignored = null, challenge } = reading
      return { results, ignored, ...(challenge !== undefined && { challenge }) }
    },
  )

  /** What the tool says, or why that cannot be told. */
  function read(
    { params, headers, caller }: FastifyRequest<{ Params: { source: keyof typeof sources } }>,
    bytes: Buffer,
  ): { reading: Reading; payload: Payload; fault?: string } {
    let payload: Payload = { bytes, mediaType: anyBytes, body: '' }
    try {
      payload = readPayload(bytes, headers['content-type'])
      const mapping = (caller.link?.mapping ?? null) as IngestMapping | null
      const delivery = { body: payload.body, headers: singleHeaders(headers), receivedAt: now(), mapping }
      return { reading: sources[params.source].read(delivery), payload }
    } catch (error) {
      if (!(error instanceof NotTheForm)) throw error
      return { reading: { events: [] }, payload, fault: error.message }
    }
  }
}

const singleHeaders = (headers: FastifyRequest['headers']) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()]))

const senderId = ({ id, link }: Caller): string => (link === undefined ? `token:${id}` : id)

function requireOwnLink({ link }: Caller, source: string): void {
  if (link === undefined && source === 'generic') {
    const detail =
      'generic needs a link, whose mapping says how to read what is sent: POST /v1/links makes one.'
    throw new DebriefError('invalid_query', detail, [{ parameter: 'link', code: 'required', detail }])
  }
  if (link === undefined || link.source === source) return
  throw new DebriefError(
    'forbidden',
    `This link takes what ${link.source} sends, at /v1/ingest/${link.source}.`,
  )
}

function requireOwnIncident({ link }: Caller, asked: string | undefined): void {
  if (!link?.incident_id || asked === undefined || asked === link.incident_id) return
  throw new DebriefError('forbidden', 'This link is of another incident than ?incident= names: leave it out.')
}

/** @throws 401 where the tool signs with the link's secret, and this was not signed so */
function requireSignature({ params, headers, caller }: FastifyRequest, bytes: Buffer): void {
  const secret = caller.link?.signing_secret
  if (!secret) return
  const { signature } = sources[(params as { source: keyof typeof sources }).source]
  if (signature?.isValid(secret, bytes, singleHeaders(headers))) return
  const detail = `The signature in ${signature?.header} is missing, or not of this body and the secret of this link: give the tool and the link the same secret.`
  throw new DebriefError('unauthenticated', detail, [], { 'www-authenticate': 'Bearer realm="Debrief"' })
}
