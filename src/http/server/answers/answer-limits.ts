import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Limits } from '../../../config.ts'
import { DebriefError } from '../../problem.ts'
import { routeOf } from '../route.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer is a stream of a known length that is read as fast as it is taken, and so holds little. */
    readAsTaken?: true
  }
  interface FastifyReply {
    /** Aborted when nobody waits for this answer any more: it was given, by a time limit too, or the connection broke. */
    gone: AbortSignal
    /** Until when the answer must have begun, in `performance.now()`. */
    deadline: number
    /** The index among the open answers; -1 while it is none of them. */
    place: number
  }
}

/**
 * Limits the time from a request's whole body to its answer, the time that a body may go on after the answer, and the time
 * for which a client may take nothing of an answer. Looks at the open answers now and then, since a timer for each would
 * cost every request.
 */
export function limitTimes(app: FastifyInstance, { bodyTimeout, handlerTimeout, streamIdle }: Limits): void {
  const answers = new OpenAnswers()
  const interval = Math.min(1000, handlerTimeout / 10, streamIdle / 10)
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const reply of answers.all()) {
      if (reply.raw.closed) answers.delete(reply)
      else if (reply.raw.headersSent) {
        // One that was asked for before the end of another has no socket until it is its turn.
        if (reply.raw.socket === null) continue
        answers.delete(reply)
        cutIdleReader(reply, streamIdle)
      } else if (now >= reply.deadline) reply.send(handlerTimeoutError(handlerTimeout))
    }
  }, interval).unref()
  app.addHook('onClose', async () => clearInterval(sweep))
  app.decorateReply('deadline', 0)
  app.decorateReply('place', -1)
  app.addHook('preHandler', ({ body }, reply, done) => {
    // What comes as a stream has no end to begin from.
    reply.deadline = body instanceof Readable ? Number.POSITIVE_INFINITY : performance.now() + handlerTimeout
    answers.add(reply)
    done()
  })
  app.addHook('onResponse', ({ raw }, reply, done) => {
    answers.delete(reply)
    done()
    if (raw.complete !== false) return
    const timer = setTimeout(() => raw.destroy(), bodyTimeout).unref()
    raw.once('close', () => clearTimeout(timer))
  })
  // Made only for work that asks for it.
  app.decorateReply('gone', { getter: goneSignal })
}

/**
 * Answers that have not ended, in no order. An array, since a Map or a Set of what comes and goes keeps it alive, as
 * `PassingMap` says: for a fifth of the CPU of short requests.
 */
class OpenAnswers {
  readonly #replies: FastifyReply[] = []

  all(): FastifyReply[] {
    return [...this.#replies]
  }

  add(reply: FastifyReply): void {
    reply.place = this.#replies.push(reply) - 1
  }

  delete(reply: FastifyReply): void {
    if (reply.place === -1) return
    const last = this.#replies.pop()!
    last.place = reply.place
    if (last !== reply) this.#replies[last.place] = last
    reply.place = -1
  }
}

/**
 * Ends the connection of a client that takes nothing of its answer while bytes wait for it: by the socket's own timer, which
 * starts anew with each byte that comes or goes.
 */
function cutIdleReader({ raw }: FastifyReply, milliseconds: number): void {
  // An injected request has no socket of the network.
  if (raw.socket instanceof Socket) raw.setTimeout(milliseconds, destroyIfIdle)
}

/** While nothing waits to be taken, it is the client that waits. */
function destroyIfIdle(this: ServerResponse): void {
  if (this.socket !== null && this.socket.writableLength > 0) this.socket.destroy()
}

/** How many bytes make an answer long, and how many of long answers are held at most until their readers have taken them. */
const longAnswer = 256 * 1024
const mostHeld = 128 * 1024 * 1024

/**
 * Refuses a long answer while too much of others is held for readers who have not taken it yet: what all of them together do
 * not read would fill the memory. One alone may be of any length.
 */
export function limitUnread(app: FastifyInstance, most = mostHeld): void {
  let held = 0
  app.addHook('onSend', (_request, reply, payload, done) => {
    const bytes = bytesOf(reply, payload)
    if (bytes < longAnswer || reply.raw.closed) return done(null, payload)
    if (held > 0 && held + bytes > most) {
      reply.removeHeader('content-length')
      return done(tooMuchUnreadError())
    }
    held += bytes
    reply.raw.once('close', () => {
      held -= bytes
    })
    done(null, payload)
  })
}

/** A stream without a length is read as fast as it is taken, and holds little. */
function bytesOf(reply: FastifyReply, payload: unknown): number {
  if (payload instanceof Readable)
    return routeOf(reply.request).config.readAsTaken ? 0 : Number(reply.getHeader('content-length') ?? 0)
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0
}

const tooMuchUnreadError = () =>
  new DebriefError(
    'unavailable',
    'Too many long answers wait to be read. Try again shortly, or ask for less: a list by `limit`.',
  )

const signals = new WeakMap<FastifyReply, AbortSignal>()

function goneSignal(this: FastifyReply): AbortSignal {
  const known = signals.get(this)
  if (known !== undefined) return known
  const controller = new AbortController()
  signals.set(this, controller.signal)
  if (this.raw.closed) controller.abort(nobodyWaitsError)
  else this.raw.once('close', () => controller.abort(nobodyWaitsError))
  return controller.signal
}

const nobodyWaitsError = new DebriefError('unavailable', 'Nobody waits for this answer any more.')

const handlerTimeoutError = (milliseconds: number) =>
  new DebriefError(
    'unavailable',
    `There was no answer within ${milliseconds / 1000} seconds. Try again shortly.`,
  )
