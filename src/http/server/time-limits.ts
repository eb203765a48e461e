import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Limits } from '../../config.ts'
import { DebriefError } from '../problem.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** Aborted when nobody waits for this answer any more: it was given, by a time limit too, or the connection broke. */
    gone: AbortSignal
  }
}

/**
 * Limits the time from a request's whole body to its answer, the time that a body may go on after the answer, and the time
 * for which a client may take nothing of an answer.
 */
export function limitTimes(app: FastifyInstance, { bodyTimeout, handlerTimeout, streamIdle }: Limits): void {
  app.addHook('preHandler', ({ body }, reply, done) => {
    if (body instanceof Readable) return done()
    const timer = setTimeout(() => {
      if (!reply.raw.headersSent) reply.send(handlerTimeoutError(handlerTimeout))
    }, handlerTimeout)
    reply.raw.once('close', () => clearTimeout(timer))
    done()
  })
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    done()
    if (raw.complete !== false) return
    const timer = setTimeout(() => raw.destroy(), bodyTimeout).unref()
    raw.once('close', () => clearTimeout(timer))
  })
  cutIdleReaders(app, streamIdle)
  // Made only for work that asks for it.
  app.decorateReply('gone', { getter: goneSignal })
}

/**
 * Ends the connection of a client that takes nothing of its answer while bytes wait for it. By the socket's own timer, which
 * starts anew with each byte that comes or goes: it costs a request next to nothing.
 */
function cutIdleReaders(app: FastifyInstance, milliseconds: number): void {
  app.addHook('onRequest', ({ socket }, reply, done) => {
    // An injected request has none of the network's.
    if (socket instanceof Socket) reply.raw.setTimeout(milliseconds, destroyIfIdle)
    done()
  })
}

/** While nothing waits to be taken, it is the client that waits. */
function destroyIfIdle(this: ServerResponse): void {
  if (this.socket !== null && this.socket.writableLength > 0) this.socket.destroy()
}

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
