import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isObject } from '../kit/json.ts'
import { fieldError, problemCodes } from './problem.ts'

/** Takes the JSON content types. An empty body is none where a route reads none, whatever its content type says. */
export function registerJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  const types = ['application/json', 'application/merge-patch+json']
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(types, { parseAs: 'string' }, (request, body, done) => {
    if (body === '' && !request.routeOptions.schema?.body) done(null, undefined)
    else parse(request, body as string, done)
  })
}

/** Refuses a body that names a root cause, under any of the usual spellings, with the reason there is no such field. */
export async function refuseRootCause(request: FastifyRequest): Promise<void> {
  const names = isObject(request.body) ? Object.keys(request.body) : []
  const name = names.find(candidate => /^(the[_ -]?)?root[_ -]?causes?$/i.test(candidate))
  if (name === undefined) return
  throw fieldError(`/${name}`, 'root_cause', problemCodes.root_cause_refused[2], 'root_cause_refused')
}
