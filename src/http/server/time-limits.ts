import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Limits } from '../../config.ts'
import { DebriefError } from '../problem.ts'

/**
 * Limits the time from a request's whole body to its answer, and the time that a body may go on after the answer. Streams
 * have their own limit once they have begun.
 */
export function limitTimes(app: FastifyInstance, { bodyTimeout, handlerTimeout }: Limits): void {
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
}

const handlerTimeoutError = (milliseconds: number) =>
  new DebriefError(
    'unavailable',
    `There was no answer within ${milliseconds / 1000} seconds. Try again shortly.`,
  )
