import { setImmediate } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
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

const mostKept = 100

/**
 * Lets those who ask the same share one answer, as dashboards do that poll one address.
 * Those who come at the same time wait for the same answer; who comes while one is being made waits for the next one.
 * And an answer is kept for as long as the database shows the same. So none is older than its request: whoever has
 * written reads what they wrote.
 * @param snapshot names what the database shows now: the same name, the same data
 */
export function createSharer(
  snapshot: () => Promise<string>,
): (key: string, make: Make) => Promise<SharedAnswer> {
  const gathering = new Map<string, Promise<SharedAnswer>>()
  const running = new Map<string, Promise<SharedAnswer>>()
  const kept = new Map<string, { seen: string; answer: SharedAnswer } | undefined>()

  async function answer(key: string, make: Make): Promise<SharedAnswer> {
    await running.get(key)?.catch(() => {})
    // Until all requests that have arrived are read.
    await setImmediate()
    gathering.delete(key)
    const made = keptOrMade(key, make)
    running.set(key, made)
    try {
      return await made
    } finally {
      if (running.get(key) === made) running.delete(key)
    }
  }

  async function keptOrMade(key: string, make: Make): Promise<SharedAnswer> {
    const isAskedAgain = kept.has(key)
    const known = kept.get(key)
    // What is asked for once is not worth a question of its own.
    const seen = isAskedAgain ? await snapshot() : undefined
    const answer = known !== undefined && known.seen === seen ? known.answer : await make()
    kept.delete(key)
    kept.set(key, seen === undefined ? undefined : { seen, answer })
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
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
