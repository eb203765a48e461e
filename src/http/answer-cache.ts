import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import { BoundedCache } from '../kit/cache.ts'
import { PassingMap } from '../kit/passing-map.ts'
import { etagOf } from './conditions.ts'

/** A serialized answer, to be sent to all who ask the same. */
export interface CachedAnswer {
  /** Bytes, since a text would be encoded anew for each who asks. */
  body: Buffer
  etag: string
  link: string | undefined
  /** The same bytes compressed, once somebody has asked for them so. */
  gzipped?: Promise<Buffer>
}

export function cachedAnswer(text: string, link?: string): CachedAnswer {
  const body = Buffer.from(text)
  return { body, etag: etagOf(body, null), link }
}

type Make = () => Promise<CachedAnswer>

/** A first request costs no snapshot query: only its key is remembered, and a second one caches the answer. */
type Entry = { snapshot: string; answer: CachedAnswer } | 'asked once'

const sizeOf = (cached: Entry): number => (cached === 'asked once' ? 0 : cached.answer.body.length)

/**
 * A cache of answers with single flight, for dashboards that poll one address. Simultaneous requests share one answer; a
 * request that arrives while an answer is being made waits for the next one, and a cached answer is valid only for its
 * database snapshot. So no answer is older than its request, and writers read their own writes.
 * @param currentSnapshot names the database's snapshot: the same name, the same data
 */
export function createAnswerCache(
  currentSnapshot: () => Promise<string>,
): (key: string, make: Make) => Promise<CachedAnswer> {
  const waiting = new PassingMap<Promise<CachedAnswer>>()
  const running = new PassingMap<Promise<CachedAnswer>>()
  const cache = new BoundedCache<string, Entry>({ maxEntries: 100, maxSize: 32_000_000, sizeOf })

  async function answer(key: string, make: Make): Promise<CachedAnswer> {
    await running.get(key)?.catch(() => {})
    // Lets the requests that have arrived already join this one: those that wait to be read, in a second turn.
    await setImmediate()
    await setImmediate()
    waiting.delete(key)
    const made = cachedOrMade(key, make)
    running.set(key, made)
    try {
      return await made
    } finally {
      if (running.get(key) === made) running.delete(key)
    }
  }

  async function cachedOrMade(key: string, make: Make): Promise<CachedAnswer> {
    const cached = cache.get(key)
    const snapshot = cached === undefined ? undefined : await currentSnapshot()
    const isCurrent = cached !== undefined && cached !== 'asked once' && cached.snapshot === snapshot
    const answer = isCurrent ? cached.answer : await make()
    cache.set(key, snapshot === undefined ? 'asked once' : { snapshot, answer })
    return answer
  }

  return (key, make) => {
    const shared = waiting.get(key) ?? answer(key, make)
    waiting.set(key, shared)
    return shared
  }
}

const compress = promisify(gzip)

const acceptsGzip = ({ request }: FastifyReply): boolean =>
  request.headers['accept-encoding'] !== undefined && request.encoding(['gzip', 'identity']) === 'gzip'

/** Shorter answers fit into a packet or two as they are. */
const shortest = 1024

/**
 * Sends a cached answer, compressed once for all who ask for that; the ETag hook answers 304 where the caller has it already.
 */
export function sendCached(
  reply: FastifyReply,
  answer: CachedAnswer,
  type = 'application/json; charset=utf-8',
): FastifyReply | Promise<FastifyReply> {
  const { body, etag, link } = answer
  if (link !== undefined) reply.header('link', link)
  reply.header('etag', etag).type(type)
  if (body.length < shortest || !acceptsGzip(reply)) return reply.send(body)
  answer.gzipped ??= compress(body)
  const vary = [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', ')
  reply.headers({ 'content-encoding': 'gzip', vary })
  return answer.gzipped.then(bytes => reply.send(bytes))
}
