import { randomUUIDv7 } from 'node:crypto'
import accepts from '@fastify/accepts'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyServerOptions } from 'fastify'
import { sql } from 'kysely'
import { actionItemRoutes } from './action-items/routes.ts'
import { actionItemSchemas } from './action-items/schema.ts'
import type { Db } from './db/open.ts'
import { directoryRoutes } from './directory/routes.ts'
import { directorySchemas } from './directory/schema.ts'
import { factorRoutes } from './factors/routes.ts'
import { factorSchemas } from './factors/schema.ts'
import { requireToken } from './http/auth.ts'
import { refuseRootCause, registerJsonBodies } from './http/bodies.ts'
import type { App } from './http/context.ts'
import {
  answerClientError,
  refuseMissingHost,
  registerErrors,
  sendProblem,
  toDebriefError,
} from './http/errors.ts'
import { registerEtags } from './http/etag.ts'
import { registerOpenapi } from './http/openapi.ts'
import { Problem } from './http/problem.ts'
import { systemRoutes, systemSchemas } from './http/system.ts'
import { createValidator, refuseUnknownQueries } from './http/validation.ts'
import { incidentRoutes } from './incidents/routes.ts'
import { incidentSchemas } from './incidents/schema.ts'
import { postmortemRoutes } from './postmortem/routes.ts'
import { postmortemSchemas } from './postmortem/schema.ts'
import { timelineRoutes } from './timeline/routes.ts'
import { timelineSchemas } from './timeline/schema.ts'

export interface AppOptions {
  db: Db
  config: { timeZone: string; adminToken: string | undefined }
  now: () => Date
  /** False while the database is known to be away; asked by /readyz before it asks the database itself. */
  databaseReady?: () => boolean
  logger?: FastifyServerOptions['logger']
}

const components = [
  Problem,
  ...systemSchemas,
  ...directorySchemas,
  ...incidentSchemas,
  ...timelineSchemas,
  ...factorSchemas,
  ...actionItemSchemas,
  ...postmortemSchemas,
]

/** The whole service, ready to listen or to be called with `inject`. */
export async function buildApp({
  db,
  config,
  now,
  databaseReady = () => true,
  logger = false,
}: AppOptions): Promise<App> {
  const app: App = fastify({
    logger,
    genReqId: () => randomUUIDv7(),
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: { requireHostHeader: false },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => sendProblem(toDebriefError(error), request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()

  const { check, compiler } = createValidator(components)
  for (const schema of components) app.addSchema(schema)
  app.setValidatorCompiler(compiler)
  app.decorate('check', check)
  registerJsonBodies(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onRequest', refuseMissingHost)
  closeConnectionsWhenStopping(app)
  app.addHook('preValidation', refuseRootCause)
  await app.register(accepts)
  registerErrors(app)
  registerEtags(app)
  await registerOpenapi(app, components)

  const isReady = async () =>
    databaseReady() &&
    (await sql`SELECT 1`.execute(db).then(
      () => true,
      () => false,
    ))
  systemRoutes(app, { isReady })

  await app.register(
    async v1 => {
      refuseUnknownQueries(v1)
      requireToken(v1, { db, adminToken: config.adminToken, now })
      const context = { db, now, timeZone: config.timeZone }
      directoryRoutes(v1, context)
      incidentRoutes(v1, context)
      timelineRoutes(v1, context)
      factorRoutes(v1, context)
      actionItemRoutes(v1, context)
      postmortemRoutes(v1, context)
    },
    { prefix: '/v1' },
  )
  return app
}

/** Answers under way when the service stops are the last of their connection, and their clients are told so. */
function closeConnectionsWhenStopping(app: App): void {
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })
  app.addHook('onSend', async (_request, reply, payload) => {
    if (stopping) reply.header('connection', 'close')
    return payload
  })
}
