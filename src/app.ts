import { randomUUIDv7 } from 'node:crypto'
import accepts from '@fastify/accepts'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyBaseLogger } from 'fastify'
import { sql } from 'kysely'
import { accessRoutes } from './access/routes.ts'
import { accessSchemas } from './access/schema.ts'
import { actionItemRoutes } from './action-items/routes.ts'
import { actionItemSchemas } from './action-items/schema.ts'
import { backlogOf } from './action-items/summary.ts'
import { changeRoutes } from './changes/routes.ts'
import { changeSchemas } from './changes/schema.ts'
import type { Config } from './config.ts'
import type { OpenDatabase } from './db/open.ts'
import { directoryRoutes } from './directory/routes.ts'
import { directorySchemas } from './directory/schema.ts'
import { exportRoutes } from './export/routes.ts'
import { exportSchemas } from './export/schema.ts'
import { factorRoutes } from './factors/routes.ts'
import { factorSchemas } from './factors/schema.ts'
import { requireToken } from './http/auth.ts'
import { refuseRootCause, registerJsonBodies } from './http/bodies.ts'
import type { App, Context } from './http/context.ts'
import { registerErrors, sendProblem, toDebriefError } from './http/errors.ts'
import { readConditions, registerEtags } from './http/etag.ts'
import { childLogger, RequestLog } from './http/log.ts'
import { answerOtherMethods } from './http/methods.ts'
import { collectMetrics, metricsRoute } from './http/metrics.ts'
import { registerOpenapi } from './http/openapi.ts'
import { Problem } from './http/problem.ts'
import { buildSerializer } from './http/serialization.ts'
import { systemRoutes, systemSchemas } from './http/system.ts'
import { limitTimes } from './http/time-limits.ts'
import { keepTokens } from './http/tokens.ts'
import { createValidator, refuseUnknownQueries } from './http/validation.ts'
import {
  allowedHostsOf,
  answerClientError,
  answerUnusual,
  guardRequests,
  serverOptions,
} from './http/wire.ts'
import { incidentRoutes } from './incidents/routes.ts'
import { incidentSchemas } from './incidents/schema.ts'
import { dateIn } from './kit/time.ts'
import { keepBlameCheck } from './language-checks/checker.ts'
import { languageCheckRoutes } from './language-checks/routes.ts'
import { languageCheckSchemas } from './language-checks/schema.ts'
import { pageRoutes } from './pages/routes.ts'
import { pageSchemas } from './pages/schema.ts'
import { followUpSchemas } from './postmortem/follow-up-schema.ts'
import { revisionSchemas } from './postmortem/revision-schema.ts'
import { postmortemRoutes } from './postmortem/routes.ts'
import { postmortemSchemas } from './postmortem/schema.ts'
import { threadSchemas } from './postmortem/thread-schema.ts'
import { reviewRoutes } from './reviews/routes.ts'
import { reviewSchemas } from './reviews/schema.ts'
import { Milestones } from './timeline/milestones-schema.ts'
import { timelineRoutes } from './timeline/routes.ts'
import { timelineSchemas } from './timeline/schema.ts'

export interface AppOptions {
  database: Pick<OpenDatabase, 'db' | 'pool'>
  config: Pick<Config, 'host' | 'allowedHosts' | 'timeZone' | 'adminToken' | 'limits'>
  now: () => Date
  /** False while the database is known to be away; asked by /readyz before it asks the database itself. */
  databaseReady?: () => boolean
  /** Silence, unless given. */
  logger?: FastifyBaseLogger
}

const components = [
  Problem,
  ...systemSchemas,
  ...pageSchemas,
  ...directorySchemas,
  ...accessSchemas,
  ...incidentSchemas,
  ...timelineSchemas,
  Milestones,
  ...factorSchemas,
  ...actionItemSchemas,
  ...changeSchemas,
  ...reviewSchemas,
  ...languageCheckSchemas,
  ...postmortemSchemas,
  ...threadSchemas,
  ...revisionSchemas,
  ...followUpSchemas,
  ...exportSchemas,
]

/** The whole service, ready to listen or to be called with `inject`. */
export async function buildApp({
  database: { db, pool },
  config,
  now,
  databaseReady = () => true,
  logger,
}: AppOptions): Promise<App> {
  const app: App = fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new RequestLog(),
    childLoggerFactory: childLogger,
    genReqId: () => randomUUIDv7(),
    // Longer than an address may be: an id that is too long is refused by its schema.
    routerOptions: { maxParamLength: 10_000 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: serverOptions(config.limits),
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory: { buildSerializer } },
    frameworkErrors: (error, request, reply) => sendProblem(toDebriefError(error), request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()

  const { check, compiler } = createValidator(components)
  for (const schema of components) app.addSchema(schema)
  app.setValidatorCompiler(compiler)
  app.decorate('check', check)
  registerJsonBodies(app, config.limits)
  answerUnusual(app.server)
  guardRequests(app, allowedHostsOf(config.host, config.allowedHosts))
  limitTimes(app, config.limits)
  closeConnectionsWhenStopping(app)
  answerOtherMethods(app)
  app.addHook('preValidation', refuseRootCause)
  await app.register(accepts)
  registerErrors(app)
  registerEtags(app)
  readConditions(app)
  await registerOpenapi(app, components)

  const isReady = async () =>
    databaseReady() &&
    (await sql`SELECT 1`.execute(db).then(
      () => true,
      () => false,
    ))
  systemRoutes(app, { isReady })
  pageRoutes(app)

  await app.register(rateLimit, { global: false })
  const tokens = keepTokens(db, now)
  const metrics = collectMetrics(app, { pool, backlog: () => backlogOf(db, dateIn(config.timeZone, now())) })
  await app.register(async guarded => {
    refuseUnknownQueries(guarded)
    requireToken(guarded, { tokens, adminToken: config.adminToken, now })
    metricsRoute(guarded, metrics)
    const { timeZone, limits } = config
    await guarded.register(async v1 => resourceRoutes(v1, { db, now, tokens, timeZone, limits }), {
      prefix: '/v1',
    })
  })
  return app
}

function resourceRoutes(app: App, context: Context): void {
  directoryRoutes(app, context)
  accessRoutes(app, context)
  incidentRoutes(app, context)
  timelineRoutes(app, context)
  factorRoutes(app, context)
  actionItemRoutes(app, context)
  changeRoutes(app, context)
  reviewRoutes(app, context)
  const blameCheck = keepBlameCheck(context.db)
  languageCheckRoutes(app, blameCheck)
  postmortemRoutes(app, context, blameCheck)
  exportRoutes(app, context)
}

/** Answers under way when the service stops are the last of their connection, and their clients are told so. */
function closeConnectionsWhenStopping(app: App): void {
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) reply.header('connection', 'close')
    done(null, payload)
  })
}
