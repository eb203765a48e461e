import type { FastifyInstance } from 'fastify'
import { DebriefError } from '../problem.ts'

/** The URL of routes, and their methods. */
interface Address {
  pattern: RegExp
  methods: Set<string>
}

/**
 * Answers requests without a route: OPTIONS with `Allow`, another method of a known URL with 405, the rest with 404. Must
 * be called before the routes are registered, since its onRoute hook collects them.
 */
export function answerOtherMethods(app: FastifyInstance): void {
  const addresses = new Map<string, Address>()
  app.addHook('onRoute', ({ url, method }) => {
    const address = addresses.get(url) ?? { pattern: patternOf(url), methods: new Set(['OPTIONS']) }
    for (const name of [method].flat()) address.methods.add(name)
    addresses.set(url, address)
  })
  // Of files that a route does not have.
  app.setNotFoundHandler(({ method, url }) => {
    throw noRouteError(method, url.split('?')[0]!)
  })
  // In onRequest, so that no body is read.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    const path = request.url.split('?')[0]!
    const allow = allowedAt(path, [...addresses.values()])
    if (allow === undefined) return done(noRouteError(request.method, path))
    if (request.method !== 'OPTIONS') return done(methodNotAllowedError(request.method, allow))
    reply.code(204).header('allow', allow).send()
  })
}

/** Builds a regular expression from a route's URL, never from a request's. */
function patternOf(url: string): RegExp {
  const parts = url.split(/(:[A-Za-z_]+|\*)/).map(part => {
    if (part.startsWith(':')) return '[^/]+'
    return part === '*' ? '.*' : RegExp.escape(part)
  })
  return new RegExp(`^${parts.join('')}$`)
}

function allowedAt(path: string, addresses: Address[]): string | undefined {
  const matching = path === '*' ? addresses : addresses.filter(({ pattern }) => pattern.test(path))
  const methods = new Set(matching.flatMap(({ methods }) => [...methods]))
  return methods.size === 0 ? undefined : [...methods].sort().join(', ')
}

const noRouteError = (method: string, path: string) =>
  new DebriefError('not_found', `There is no ${method} ${path}; /docs says what there is.`)

const methodNotAllowedError = (method: string, allow: string) =>
  new DebriefError('method_not_allowed', `This address takes ${allow}, and not ${method}.`, [], { allow })
