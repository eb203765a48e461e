import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { transact } from '../db/transact.ts'
import { type Write, writeOf } from '../http/caller.ts'
import { namesTag } from '../http/conditions.ts'
import { type App, type Context, mediaTypeOf, type Room } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { requireFound } from '../http/problem.ts'
import { requireAcceptable } from '../http/validation.ts'
import { contentDigest } from './content-digest.ts'
import { anyBytes, type DeclaredType, extensions, mediaTypes } from './media.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'
import { storeUpload } from './upload.ts'

const tag = { name: 'Evidence', description: 'Bytes that sources cite: screenshots, logs, documents.' }
const tags = [tag.name]

export const evidenceRoom: Room = { tag, schemas: contract.evidenceSchemas, routes: evidenceRoutes }

function evidenceRoutes(app: App, context: Context): void {
  uploadRoute(app, context)
  bytesRoute(app, context)
  redactionRoutes(app, context)
}

function uploadRoute(app: App, { db, now, limits }: Context): void {
  app.post(
    '/evidence',
    {
      config: {
        scope: 'events:write',
        takes: ['Content-Digest'],
        bytes: [...mediaTypes, anyBytes],
        problems: ['conflict'],
      },
      schema: {
        operationId: 'createEvidence',
        tags,
        summary: 'Store bytes, for sources to cite by their SHA-256',
        description: `The bytes themselves, 25 MiB at most. \`Content-Type\` says what they are: ${mediaTypes.map(type => `\`${type}\``).join(', ')}; and they must look like it. As \`${anyBytes}\`, what they are is found out. The same bytes again are not stored twice, and keep their first media type. What nothing cites is deleted after 24 hours; once cited, it stays. What was redacted is not stored again (409).`,
        response: { 200: ref(contract.Evidence), 201: ref(contract.Evidence) },
      },
    },
    async (request, reply) => {
      const { headers } = request
      const body: unknown = request.body
      const sent = {
        declared: mediaTypeOf(headers) as DeclaredType,
        digest: headers['content-digest'] as string | undefined,
        length: headers['content-length'],
      }
      const { evidence, isNew } = await storeUpload(
        db,
        body instanceof Readable ? body : Readable.from([]),
        sent,
        {
          facts: () => writeOf(request, now).facts,
          requireValidToken: () => request.requireValidToken(),
          idle: limits.streamIdle,
        },
      )
      const { upload: _, ...answer } = evidence
      if (isNew) reply.code(201).header('location', `/v1/evidence/${evidence.sha256}`)
      else reply.header('idempotent-replayed', 'true')
      return answer
    },
  )
}

const binary = { schema: { type: 'string', format: 'binary' }, example: '' }

function bytesRoute(app: App, { db }: Context): void {
  app.get(
    '/evidence/:sha256',
    {
      config: { scope: 'read', readAsTaken: true, problems: ['redacted'] },
      schema: {
        operationId: 'getEvidence',
        tags,
        summary: 'Read the bytes of evidence',
        description:
          'With `Content-Digest`, and the SHA-256 as the ETag. They may be kept by the reader for a day, and are not run: `nosniff`, and a policy that lets nothing load.',
        params: contract.evidenceParams,
        response: {
          200: {
            description: 'The bytes.',
            content: {
              'image/png': binary,
              'image/jpeg': binary,
              'application/pdf': binary,
              [anyBytes]: binary,
              'application/json': { schema: {}, example: { status: 'firing' } },
              'text/plain': { schema: { type: 'string' }, example: '14:02:11 503' },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const evidence = await store.getEvidence(db, request.params.sha256)
      store.requireBytes(evidence)
      requireAcceptable(request, evidence.media_type)
      reply.headers(headersOf(evidence))
      const isRead = request.method !== 'HEAD'
      return reply.send(Readable.from(isRead ? store.readChunks(db, evidence) : [], { objectMode: false }))
    },
  )
}

function headersOf({ sha256, media_type, size }: store.StoredEvidence) {
  const type = media_type as DeclaredType
  return {
    'content-type': type === 'text/plain' ? `${type}; charset=utf-8` : type,
    'content-length': size,
    'content-digest': contentDigest(sha256),
    'content-disposition': `inline; filename="${sha256.slice(0, 12)}.${extensions[type]}"`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=86400, immutable',
    etag: etagOf(sha256),
  }
}

const etagOf = (sha256: string): string => `"${sha256}"`

function redactionRoutes(app: App, { db, now }: Context): void {
  app.put(
    '/evidence/:sha256/redaction',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'redactEvidence',
        tags,
        summary: 'Take the bytes of evidence out for good',
        description:
          'They are deleted; that they were there stays on record, with who, when and why. The same again changes nothing, and another reason replaces the first. Backups, and what was downloaded, are not reached.',
        params: contract.evidenceParams,
        body: ref(contract.EvidenceRedactionInput),
        response: { 200: ref(contract.Evidence) },
      },
    },
    async request => {
      const { sha256 } = request.params
      const write = expectingBytes(request, writeOf(request, now))
      return transact(db, async trx => {
        await store.redactEvidence(trx, sha256, request.body.reason, write)
        const { upload: _, ...answer } = await store.getEvidence(trx, sha256)
        return answer
      })
    },
  )

  app.get(
    '/evidence/:sha256/redaction',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getEvidenceRedaction',
        tags,
        summary: 'Who took the bytes of evidence out, when and why',
        params: contract.evidenceParams,
        response: { 200: ref(contract.EvidenceRedaction) },
      },
    },
    async ({ params: { sha256 } }, reply) => {
      const { redaction, version } = await store.getEvidence(db, sha256)
      reply.resourceVersion = version
      return requireFound(redaction, `A redaction of evidence ${sha256}`)
    },
  )
}

/** The ETag of the bytes is that of version 1, which has them. */
function expectingBytes(
  { headers, params }: FastifyRequest<{ Params: { sha256: string } }>,
  write: Write,
): Write {
  const { expected } = write
  const isNamed = Array.isArray(expected) && namesTag(headers['if-match'], etagOf(params.sha256))
  return isNamed ? { ...write, expected: [...expected, 1] } : write
}
