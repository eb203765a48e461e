import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isObject } from '../../../kit/json/json.ts'
import { takeTurns } from '../../../kit/time/turns.ts'
import { etagOfHash } from '../../conditions.ts'
import { hasEtag } from './etags.ts'

const factory = SerializerSelector()

/**
 * Compiles each answer's serializer lazily, and with only the components that it refers to: every compilation goes through
 * all that it is given, which made a start that compiles all of them slow.
 */
export const buildSerializer: typeof factory = (components, options) => route => {
  let serialize: ReturnType<ReturnType<typeof factory>> | undefined
  return answer => {
    serialize ??= factory(referredIn(route.schema, components as Components), options)(route)
    return serialize(answer)
  }
}

type Components = Record<string, unknown>

/** The components that a schema refers to, directly or not, by their ids. */
function referredIn(schema: unknown, components: Components, found: Components = {}): Components {
  for (const [, id = ''] of JSON.stringify(schema).matchAll(/"\$ref":"([^"#]+)/g)) {
    if (id in found || !Object.hasOwn(components, id)) continue
    found[id] = components[id]
    referredIn(components[id], components, found)
  }
  return found
}

/** How many characters of text make an answer long, and how many of them are serialized at once. */
const longText = 256 * 1024
const textAtOnce = 64 * 1024

/**
 * Serializes a long answer in turns, since to do it at once would hold up all others, and sends it as fast as its reader
 * takes it. It has the bytes, the length and the ETag that it would have otherwise.
 */
export function serializeInTurns(app: FastifyInstance): void {
  app.addHook('preSerialization', (_request, reply, payload, done) => {
    if (!isObject(payload) || textIn(payload, longText) < longText) return done(null, payload)
    // Once a time limit has answered in its place, nothing more is sent.
    longAnswer(payload, reply).then(
      answer => reply.sent || done(null, answer),
      error => reply.sent || done(error),
    )
  })
}

async function longAnswer(payload: Record<string, unknown>, reply: FastifyReply): Promise<Readable> {
  const turns = takeTurns(reply.gone)
  const hash = createHash('sha256')
  const pieces: Buffer[] = []
  let length = 0
  for (const text of textsOf(payload, serializerOf(reply))) {
    if (turns.areOver()) await turns.next()
    const piece = Buffer.from(text)
    hash.update(piece)
    length += piece.length
    pieces.push(piece)
  }
  if (hasEtag(reply.request, reply) && !reply.hasHeader('etag'))
    reply.header('etag', etagOfHash(hash.digest('hex'), reply.resourceVersion))
  reply.header('content-length', length).serializer((answer: unknown) => answer as string)
  return Readable.from(pieces)
}

type Serialize = (payload: Record<string, unknown>) => string

function serializerOf(reply: FastifyReply): Serialize {
  const status = String(reply.statusCode)
  const mediaType = String(reply.getHeader('content-type')).split(';')[0]!
  const byType = reply.getSerializationFunction(status, mediaType) ?? reply.getSerializationFunction(status)
  return typeof byType === 'function' ? byType : JSON.stringify
}

/**
 * The text of an answer, bit by bit: what it is without the items of its lists, and where these belong in it, the items. The
 * place of a list is where the text differs once it has one.
 */
function* textsOf(payload: Record<string, unknown>, serialize: Serialize): Generator<string> {
  const lists = Object.entries(payload).filter((member): member is [string, unknown[]] => isList(member[1]))
  const bare = { ...payload, ...Object.fromEntries(lists.map(([name]) => [name, []])) }
  const frame = serialize(bare)
  const placed = lists.map(([name, items]) => {
    const place = firstDifference(frame, serialize({ ...bare, [name]: items.slice(0, 1) }))
    return { name, items, place }
  })
  let written = 0
  // The schema may leave a list out.
  const listed = placed.filter(({ place }) => place < frame.length)
  for (const { name, items, place } of listed.sort((a, b) => a.place - b.place)) {
    yield frame.slice(written, place)
    written = place
    let separator = ''
    for (const slice of slicesOf(items)) {
      const text = serialize({ ...bare, [name]: slice })
      yield separator + text.slice(place, place + text.length - frame.length)
      separator = ','
    }
  }
  yield frame.slice(written)
}

const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0

function firstDifference(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return at
}

function* slicesOf(items: readonly unknown[]): Generator<unknown[]> {
  let [start, text] = [0, 0]
  for (const [i, item] of items.entries()) {
    text += textIn(item, textAtOnce)
    if (text < textAtOnce && i < items.length - 1) continue
    yield items.slice(start, i + 1)
    start = i + 1
    text = 0
  }
}

/** About how many characters a value has as JSON; it stops counting at `most`. */
function textIn(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 4
  let text = 0
  for (const name in value) {
    text += name.length + textIn((value as Record<string, unknown>)[name], most - text)
    if (text >= most) break
  }
  return text
}
