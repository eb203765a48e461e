import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import { mediaTypesOf } from '../../contract/problem-responses.ts'
import { type DebriefError, notAcceptableError } from '../../problem.ts'
import { routeOf } from '../route.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The one media type of the route's answer, by its schema; undefined where it has none, or negotiates among several. */
    answers?: string | undefined
    /**
     * Further media types as which the route answers, by `Accept`. The contract has them in words, as `x-by-accept`: of an
     * answer of several types generators make clients of which each call has to find out what came.
     */
    byAccept?: readonly string[]
  }
}

/**
 * Refuses requests whose `Accept` excludes the one media type that their route answers, before anything is done. Must be
 * called before the routes are registered. Problems are problem+json whatever `Accept` says.
 */
export function refuseUnservable(app: FastifyInstance): void {
  app.addHook('onRoute', route => {
    const answers = route.config?.byAccept ? undefined : onlyMediaOf(route.schema ?? {})
    route.config = { answers, ...route.config }
  })
  app.addHook('preValidation', (request, _reply, done) => done(unservableError(request)))
}

/** The media type of all successful answers; undefined where they have none, or several. */
function onlyMediaOf(schema: FastifySchema): string | undefined {
  const media = mediaTypesOf(schema)
  return media.length === 1 ? media[0] : undefined
}

function unservableError(request: FastifyRequest): DebriefError | undefined {
  const media = routeOf(request).config.answers
  const { accept } = request.headers
  if (media === undefined || accept === undefined || accept === '*/*' || accept === media) return undefined
  if (isAcceptable(accept, media)) return undefined
  return notAcceptableError(
    `Accept excludes ${media}, and this answer comes as nothing else: send Accept: ${media}, or none.`,
  )
}

/**
 * Whether an `Accept` takes a media type: the most specific range that names it decides (RFC 9110, 12.5.1). Parameters
 * such as charset are not negotiated.
 */
export function isAcceptable(accept: string, media: string): boolean {
  if (accept.trim() === '') return true
  const ranges = accept.split(',').map(range => {
    const [name = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
    return { name, isRefused: parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter)) }
  })
  const type = media.split('/')[0]
  for (const wanted of [media, `${type}/*`, '*/*']) {
    const named = ranges.filter(({ name }) => name === wanted)
    if (named.length > 0) return named.some(({ isRefused }) => !isRefused)
  }
  return false
}
