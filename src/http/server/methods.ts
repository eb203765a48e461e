import type { FastifyInstance } from 'fastify'
import { DebriefError } from '../problem.ts'
import { acceptPatch } from './bodies.ts'
import { routeOf } from './route.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route only says what to do instead, so that `Allow` and the contract do not have its method. */
    isRefusal?: true
  }
}

/** The URL of routes, and their methods. */
interface Address {
  url: string
  pattern: RegExp
  /** Sorts a fixed part of a URL before a parameter, and that before a wildcard, as the router prefers them. */
  rank: string
  methods: Set<string>
}

/**
 * Answers requests without a route: OPTIONS with `Allow`, another method of a known URL with 405, the rest with 404. A
 * method is another's, too, where it belongs to a URL with a parameter beside the one that was asked for. Must be called
 * before the routes are registered, since its onRoute hook collects them.
 */
export function answerOtherMethods(app: FastifyInstance): void {
  const addresses = new Map<string, Address>()
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.isRefusal) return
    const address = addresses.get(url) ?? newAddress(url)
    for (const name of [method].flat()) address.methods.add(name)
    addresses.set(url, address)
  })
  const preferred = once(() => preferredAddresses([...addresses.values()]))
  /** The same address below /v1, or without a slash at its end: what is forgotten first. */
  const nearAddress = (path: string) =>
    [`/v1${path}`, path.replace(/\/+$/, ''), `/v1${path}`.replace(/\/+$/, '')].find(
      other => addressesAt(other, [...addresses.values()]).length > 0,
    )
  // Of files that a route does not have.
  app.setNotFoundHandler(({ method, url }) => {
    throw noRouteError(method, url.split('?')[0]!)
  })
  // In onRequest, so that no body is read.
  app.addHook('onRequest', (request, reply, done) => {
    const beside = preferred().get(routeOf(request).url!)
    if (beside === undefined && !request.is404) return done()
    const path = request.url.split('?')[0]!
    if (!request.is404) {
      const own = beside?.find(({ pattern }) => pattern.test(path))
      return done(own && methodNotAllowedError(request.method, allowOf([own])))
    }
    const matching = addressesAt(path, [...addresses.values()])
    if (matching.length === 0) return done(noRouteError(request.method, path, nearAddress(path)))
    const allow = allowOf(matching)
    if (request.method !== 'OPTIONS') return done(methodNotAllowedError(request.method, allow))
    if (matching.some(({ methods }) => methods.has('PATCH'))) reply.header('accept-patch', acceptPatch)
    reply.code(204).header('allow', allow).send()
  })
}

const newAddress = (url: string): Address => ({
  url,
  pattern: patternOf(url),
  rank: url.replaceAll(parameters, name => (name === '*' ? '\uffff' : '\ufffe')),
  methods: new Set(['OPTIONS']),
})

const parameters = /:\w+|\*/g

/** Builds a regular expression from a route's URL, never from a request's. */
function patternOf(url: string): RegExp {
  const parts = url.split(/(:\w+|\*)/).map(part => {
    if (part.startsWith(':')) return '[^/]+'
    return part === '*' ? '.*' : RegExp.escape(part)
  })
  return new RegExp(`^${parts.join('')}$`)
}

/** For the URL of a route with a parameter, the addresses that the router prefers to it where a path matches both. */
function preferredAddresses(addresses: Address[]): Map<string, Address[]> {
  const entries = addresses.map(({ url, pattern, rank }): [string, Address[]] => [
    url,
    addresses.filter(other => other.rank < rank && pattern.test(other.url)),
  ])
  return new Map(entries.filter(([, beside]) => beside.length > 0))
}

/** The address of a path, or all of them for `*`. */
function addressesAt(path: string, addresses: Address[]): Address[] {
  if (path === '*') return addresses
  const matching = addresses.filter(({ pattern }) => pattern.test(path))
  return matching.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, 1)
}

const allowOf = (addresses: Address[]): string =>
  [...new Set(addresses.flatMap(({ methods }) => [...methods]))].sort().join(', ')

/** Computes a value at the first call: the routes are not all there before. */
function once<T>(compute: () => T): () => T {
  let value: T | undefined
  return () => {
    value ??= compute()
    return value
  }
}

const noRouteError = (method: string, path: string, near?: string) =>
  new DebriefError(
    'not_found',
    near
      ? `There is no ${method} ${path}: did you mean ${near}?`
      : `There is no ${method} ${path}; /docs says what there is.`,
  )

const methodNotAllowedError = (method: string, allow: string) =>
  new DebriefError('method_not_allowed', `This address takes ${allow}, and not ${method}.`, [], { allow })
