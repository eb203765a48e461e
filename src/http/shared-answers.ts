import { setImmediate } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { BoundedCache } from '../kit/cache.ts'
import { etagOf } from './conditions.ts'

/** An answer that is ready to be sent to whoever asks the same. */
export interface SharedAnswer {
  /** A text: Node sends it with the headers in one write, and a buffer in two. */
  body: string
  etag: string
  link: string | undefined
}

export const sharedAnswer = (body: string, link?: string): SharedAnswer => ({
  body,
  etag: etagOf(body, null),
  link,
})

type Make = () => Promise<SharedAnswer>

/** What is asked for once is not worth a question of its own, and is cached when it is asked for again. */
type Cached = { seen: string; answer: SharedAnswer } | 'asked once'

const sizeOf = (cached: Cached): number => (cached === 'asked once' ? 0 : cached.answer.body.length)

/**
 * A cache of answers with a single flight for each: those who ask the same share one, as dashboards do that poll one
 * address. Those who come at the same time wait for the same answer; who comes while one is being made waits for the next.
 * And an answer stays in the cache for as long as the database shows the same. So none is older than its request:
 * whoever has written reads what they wrote.
 * @param snapshot names what the database shows now: the same name, the same data
 */
export function createAnswerCache(
  snapshot: () => Promise<string>,
): (key: string, make: Make) => Promise<SharedAnswer> {
  const gathering = new Map<string, Promise<SharedAnswer>>()
  const running = new Map<string, Promise<SharedAnswer>>()
  const cache = new BoundedCache<string, Cached>({ maxEntries: 100, maxSize: 32_000_000, sizeOf })

  async function answer(key: string, make: Make): Promise<SharedAnswer> {
    await running.get(key)?.catch(() => {})
    // Until all requests that have arrived are read.
    await setImmediate()
    gathering.delete(key)
    const made = cachedOrMade(key, make)
    running.set(key, made)
    try {
      return await made
    } finally {
      if (running.get(key) === made) running.delete(key)
    }
  }

  async function cachedOrMade(key: string, make: Make): Promise<SharedAnswer> {
    const cached = cache.get(key)
    const seen = cached === undefined ? undefined : await snapshot()
    const isCurrent = cached !== undefined && cached !== 'asked once' && cached.seen === seen
    const answer = isCurrent ? cached.answer : await make()
    cache.set(key, seen === undefined ? 'asked once' : { seen, answer })
    return answer
  }

  return (key, make) => {
    const joined = gathering.get(key) ?? answer(key, make)
    gathering.set(key, joined)
    return joined
  }
}

/** Sends a shared answer; one that the caller has already is 304 as any other. */
export function sendShared(reply: FastifyReply, { body, etag, link }: SharedAnswer): FastifyReply {
  if (link !== undefined) reply.header('link', link)
  return reply.header('etag', etag).type('application/json; charset=utf-8').send(body)
}
