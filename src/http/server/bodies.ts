import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Limits } from '../../config.ts'
import { isObject } from '../../kit/json/json.ts'
import { parseStrictJson } from '../../kit/json/strict-json.ts'
import { mediaTypeOf, ndjson } from '../context.ts'
import { DebriefError, fieldError } from '../problem.ts'
import { problemCodes } from '../problem-codes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The most bytes of a body of JSON, where it is not the limit of all. */
    bodyBytes?: number
    /** The pointer of the list whose entries are refused one by one, also for a text that cannot be stored. */
    entriesAt?: string
    /** The route takes the bytes of a body, whatever they are. */
    raw?: boolean
  }
}

const mergePatchType = 'application/merge-patch+json'
/** The media types that PATCH takes, for `Accept-Patch` (RFC 5789). */
export const acceptPatch = `${mergePatchType}, application/json`

/** Parses the JSON content types. A route without a body schema takes none, or `{}`. Lines are left to the route to read. */
export function registerJsonBodies(app: FastifyInstance, limits: Limits): void {
  app.removeAllContentTypeParsers()
  const types = ['application/json', mergePatchType]
  app.addContentTypeParser(types, async (request: FastifyRequest, payload: Readable) => {
    requireReadable(request)
    if (takesBytes(request)) return payload
    const { config, schema } = request.routeOptions
    const bytes = await readBody(request, payload, limitsOf(request, limits))
    if (config.raw) return bytes
    if (schema?.body) return parseStrictJson(bytes, config.entriesAt)
    // Many clients send an empty object with every call.
    if (bytes.length === 0 || emptyObject.test(bytes.toString())) return undefined
    throw fieldError('', 'unexpected', 'This call takes no body, or an empty object: leave it out.')
  })
  app.addContentTypeParser(ndjson, async (request: FastifyRequest, payload: Readable) => {
    if (!request.routeOptions.config.lines) return readUnparsed(request, payload)
    requireReadable(request)
    return payload
  })
  app.addContentTypeParser('*', readUnparsed)

  async function readUnparsed(request: FastifyRequest, payload: Readable): Promise<Buffer | Readable> {
    const isStream = takesBytes(request)
    if (!isStream && !request.routeOptions.config.raw) throw unknownMediaTypeError(request)
    requireReadable(request)
    return isStream ? payload : readBody(request, payload, limitsOf(request, limits))
  }
}

function takesBytes({ headers, routeOptions: { config } }: FastifyRequest): boolean {
  return config.bytes?.includes(mediaTypeOf(headers)) ?? false
}

const limitsOf = ({ routeOptions: { config } }: FastifyRequest, limits: Limits): Limits => ({
  ...limits,
  ...(config.bodyBytes && { bodyBytes: config.bodyBytes }),
})

const emptyObject = /^[ \t\r\n]*\{[ \t\r\n]*\}[ \t\r\n]*$/

/** Refuses charsets other than UTF-8 (RFC 8259) and compressed bodies, whose unpacked size has no limit. */
function requireReadable({ headers, routeOptions }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1]
  const coding = headers['content-encoding']
  if (charset !== undefined && !/^utf-?8$/i.test(charset) && !routeOptions.config.raw)
    throw mediaTypeError(`The charset is ${charset}: send UTF-8.`)
  if (coding !== undefined && !/^identity$/i.test(coding))
    throw mediaTypeError(`The body is compressed (Content-Encoding: ${coding}): send it as it is.`)
}

const mediaTypeError = (detail: string) => new DebriefError('unsupported_media_type', detail)

/** Says which media type was sent, and which to send. `curl -d` sends that of a form unless it is told another. */
export function unknownMediaTypeError({ method, headers, routeOptions }: FastifyRequest): DebriefError {
  const given = headers['content-type']
  const { lines, bytes } = routeOptions.config
  const others = method === 'PATCH' ? [mergePatchType] : lines ? [ndjson] : []
  const taken = (bytes ?? [...others, 'application/json']).join(' or ')
  return mediaTypeError(`The Content-Type is ${given ?? 'missing'}: send Content-Type: ${taken}.`)
}

/** Reads a whole body within the limits of size and time. The rest of a refused one is read and dropped. */
function readBody(
  { headers }: FastifyRequest,
  payload: Readable,
  { bodyBytes, bodyTimeout }: Limits,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(headers['content-length']) > bodyBytes) return reject(tooLargeError(bodyBytes))
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(() => settle(() => reject(bodyTimeoutError(bodyTimeout))), bodyTimeout)
    const settle = (settlePromise: () => void) => {
      clearTimeout(timer)
      payload.off('data', onData)
      settlePromise()
    }
    const onData = (chunk: Buffer) => {
      length += chunk.length
      if (length > bodyBytes) settle(() => reject(tooLargeError(bodyBytes)))
      else chunks.push(chunk)
    }
    payload.on('data', onData)
    payload.once('end', () => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))))
    payload.once('error', () => settle(() => reject(connectionEndedError)))
  })
}

const tooLargeError = (bytes: number) =>
  new DebriefError('too_large', `The body may have ${bytes} bytes at most: send less at a time.`)

const bodyTimeoutError = (milliseconds: number) =>
  new DebriefError(
    'request_timeout',
    `The body did not arrive within ${milliseconds / 1000} seconds: send it again.`,
    [],
    {
      connection: 'close',
    },
  )

const connectionEndedError = new DebriefError(
  'malformed_request',
  'The connection ended before the body did: send it again.',
)

/** Refuses a body with a root-cause field, in any usual spelling, and explains that Debrief has none. */
export function refuseRootCause(
  request: FastifyRequest,
  _reply: unknown,
  done: (error?: Error) => void,
): void {
  done(rootCauseIn(request.body))
}

function rootCauseIn(body: unknown): Error | undefined {
  const names = isObject(body) ? Object.keys(body) : []
  const name = names.find(candidate => /^(the[_ -]?)?root[_ -]?causes?$/i.test(candidate))
  if (name === undefined) return undefined
  return fieldError(`/${name}`, 'root_cause', problemCodes.root_cause_refused.meaning, 'root_cause_refused')
}
