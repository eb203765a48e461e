import type { FastifyRequest } from 'fastify'

type Route = FastifyRequest['routeOptions']

const known = Symbol('route')

/** A request's `routeOptions`, which Fastify makes anew each time they are read: every hook asks for them. */
export function routeOf(request: FastifyRequest & { [known]?: Route }): Route {
  request[known] ??= request.routeOptions
  return request[known]
}
