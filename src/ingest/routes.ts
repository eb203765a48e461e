import type { FastifyRequest } from 'fastify'
import type { IngestMapping, IngestSourceName } from '../access/links/mapping-schema.ts'
import { transact } from '../db/transact.ts'
import { type Caller, writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { DebriefError } from '../http/problem.ts'
import { deliver } from './deliver.ts'
import { inboxRoutes } from './inbox/routes.ts'
import { inboxSchemas } from './inbox/schema.ts'
import { readPayload } from './payload.ts'
import { type Arrival, arrivalsOf, type Sender } from './placing/arrivals.ts'
import { sources } from './registry.ts'
import * as contract from './schema.ts'
import type { Delivery } from './sources/source.ts'

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
      config: { scope: 'events:write', link: 'source', raw: true, bodyBytes: maxPayloadBytes },
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
      const { caller, params, query } = request
      const { source } = params
      requireOwnLink(caller, source)
      requireOwnIncident(caller, query.incident)
      const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
      const headers = singleHeaders(request.headers)
      requireSignature(caller, source, { bytes, headers })
      const mapping = (caller.link?.mapping ?? null) as IngestMapping | null
      const read = readPayload(bytes, source, { headers, receivedAt: now(), mapping })
      const { facts } = writeOf(request, now)
      const sender: Sender = { id: senderId(caller), source }
      const terms = { link: caller.link, asked: query.incident, timeZone, facts, payload: read.payload }
      const results: contract.IngestedResult[] = []
      for (const arrivals of inParts(arrivalsOf(app, read, { sender, facts })))
        results.push(...(await transact(db, trx => deliver(trx, sender, { ...terms, arrivals }))))
      reply.code(results.some(({ inbox_id }) => inbox_id !== null) ? 202 : 200)
      const { ignored = null, challenge } = read.reading
      return { results, ignored, ...(challenge !== undefined && { challenge }) }
    },
  )
}

function* inParts(arrivals: Iterable<Arrival>): Generator<Arrival[]> {
  let part: Arrival[] = []
  for (const arrival of arrivals) {
    part.push(arrival)
    if (part.length < eventsAtOnce) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

const singleHeaders = (headers: FastifyRequest['headers']): Delivery['headers'] =>
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
function requireSignature(
  { link }: Caller,
  source: IngestSourceName,
  { bytes, headers }: { bytes: Buffer; headers: Delivery['headers'] },
): void {
  if (!link?.signing_secret) return
  const { signature } = sources[source]
  if (signature?.isValid(link.signing_secret, bytes, headers)) return
  const detail = `The signature in ${signature?.header} is missing, or not of this body and the secret of this link: give the tool and the link the same secret.`
  throw new DebriefError('unauthenticated', detail, [], { 'www-authenticate': 'Bearer realm="Debrief"' })
}
