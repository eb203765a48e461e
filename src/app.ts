import accepts from '@fastify/accepts'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyBaseLogger } from 'fastify'
import { sql } from 'kysely'
import { linkRoom } from './access/links/routes.ts'
import { createLinkCache } from './access/links/store.ts'
import { accessRoom } from './access/routes.ts'
import { actionItemRoom } from './action-items/routes.ts'
import { changeRoom } from './changes/routes.ts'
import type { Config } from './config.ts'
import type { Db, OpenDatabase } from './db/open.ts'
import { directoryRoom } from './directory/routes.ts'
import { evidenceRoom } from './evidence/routes.ts'
import { exportRoom } from './export/routes.ts'
import { factorRoom } from './factors/routes.ts'
import { backlogOf } from './feeds/counts/backlog.ts'
import { countRoom } from './feeds/counts/routes.ts'
import { reminderRoom } from './feeds/reminders/routes.ts'
import { feedRoom } from './feeds/routes.ts'
import { createTokenCache } from './http/api-tokens.ts'
import type { App, Context } from './http/context.ts'
import { registerOpenapi } from './http/contract/openapi.ts'
import { Problem, toDebriefError } from './http/problem.ts'
import { limitTimes, limitUnread } from './http/server/answers/answer-limits.ts'
import { compressReads } from './http/server/answers/compression.ts'
import { readConditions, registerEtags } from './http/server/answers/etags.ts'
import { buildSerializer, serializeInTurns } from './http/server/answers/serializer.ts'
import { requireToken } from './http/server/authentication.ts'
import { refuseRootCause, registerJsonBodies } from './http/server/bodies.ts'
import { answerClientError, handleUnusualRequests, serverOptions } from './http/server/connections.ts'
import { registerErrors, sendProblem } from './http/server/error-handler.ts'
import { childLogger, RequestLog } from './http/server/log.ts'
import { answerOtherMethods } from './http/server/methods.ts'
import { collectMetrics, metricsRoute } from './http/server/metrics.ts'
import { allowedHostsOf, checkRequests } from './http/server/request-checks.ts'
import { systemRoutes, systemSchemas, systemTag } from './http/server/system.ts'
import { refuseUnservable } from './http/server/validation/accept.ts'
import { parseQuery } from './http/server/validation/queries.ts'
import { createValidator, refuseUnknownQueries } from './http/server/validation/validator.ts'
import { incidentRoom } from './incidents/routes.ts'
import { ingestRoom } from './ingest/routes.ts'
import { uuidv7 } from './kit/ids.ts'
import { dateIn } from './kit/time/time.ts'
import { cacheBlameCheck } from './language-checks/checker.ts'
import { languageCheckRoom } from './language-checks/routes.ts'
import { pageRoutes } from './pages/routes.ts'
import { pageSchemas } from './pages/schema.ts'
import { postmortemRoom } from './postmortem/routes.ts'
import { reviewRoom } from './reviews/routes.ts'
import { insertingRoom } from './timeline/inserting/routes.ts'
import { timelineRoom } from './timeline/routes.ts'
import { waiverRoom } from './waivers/routes.ts'

export interface AppOptions {
  database: Omit<OpenDatabase, 'close'>
  config: Pick<Config, 'host' | 'publicUrl' | 'allowedHosts' | 'timeZone' | 'adminToken' | 'limits'>
  now: () => Date
  /** False while the database is known to be down; /readyz asks it before it queries the database. */
  databaseReady?: () => boolean
  /** No logging without one. */
  logger?: FastifyBaseLogger
}

const rooms = [
  directoryRoom,
  accessRoom,
  evidenceRoom,
  incidentRoom,
  timelineRoom,
  insertingRoom,
  factorRoom,
  feedRoom,
  countRoom,
  reminderRoom,
  actionItemRoom,
  changeRoom,
  reviewRoom,
  waiverRoom,
  languageCheckRoom,
  postmortemRoom,
  ingestRoom,
  exportRoom,
  linkRoom,
]
const components = [Problem, ...systemSchemas, ...pageSchemas, ...rooms.flatMap(({ schemas }) => schemas)]
const tags = [systemTag, ...rooms.map(({ tag }) => tag)]

/** The whole service, ready to listen or to be called with `inject`. */
export async function buildApp(options: AppOptions): Promise<App> {
  const { database, config, databaseReady = () => true } = options
  const app = createApp(options)
  await registerHooks(app, config)
  await registerOpenapi(app, tags)
  systemRoutes(app, { isReady: async () => databaseReady() && (await isAnswering(database.db)) })
  pageRoutes(app)
  await registerGuardedRoutes(app, options)
  return app
}

function createApp({ config, logger }: AppOptions): App {
  return fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new RequestLog(),
    childLoggerFactory: childLogger,
    genReqId: () => uuidv7(),
    // Longer than any URL, so that the schema of an id refuses one that is too long.
    routerOptions: { maxParamLength: 10_000, querystringParser: parseQuery },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: serverOptions(config.limits),
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory: { buildSerializer } },
    frameworkErrors: (error, request, reply) => sendProblem(toDebriefError(error), request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()
}

/** The hooks, parsers and handlers of every route. Hooks run in the order in which they are registered. */
async function registerHooks(app: App, config: AppOptions['config']): Promise<void> {
  const { check, compiler } = createValidator(components)
  for (const schema of components) app.addSchema(schema)
  app.setValidatorCompiler(compiler)
  app.decorate('check', check)
  registerJsonBodies(app, config.limits)
  handleUnusualRequests(app.server)
  checkRequests(app, allowedHostsOf(config.host, config.allowedHosts, config.publicUrl))
  limitTimes(app, config.limits)
  closeConnectionsOnStop(app)
  answerOtherMethods(app)
  refuseUnservable(app)
  app.addHook('preValidation', refuseRootCause)
  await app.register(accepts)
  registerErrors(app)
  registerEtags(app)
  limitUnread(app)
  serializeInTurns(app)
  readConditions(app)
  await compressReads(app)
}

const isAnswering = (db: Db): Promise<boolean> =>
  sql`SELECT 1`.execute(db).then(
    () => true,
    () => false,
  )

/** The routes that need a token: /metrics, and those of the rooms below /v1. */
async function registerGuardedRoutes(app: App, { database, config, now }: AppOptions): Promise<void> {
  const { db, pool } = database
  await app.register(rateLimit, { global: false })
  const tokens = createTokenCache(db, now)
  const links = createLinkCache(db, now)
  const context: Context = {
    db,
    database,
    now,
    tokens,
    links,
    publicUrl: config.publicUrl,
    timeZone: config.timeZone,
    limits: config.limits,
    blameCheck: cacheBlameCheck(database),
  }
  const metrics = collectMetrics(app, pool)
  await app.register(async guarded => {
    refuseUnknownQueries(guarded)
    requireToken(guarded, { tokens, links, adminToken: config.adminToken, now })
    metricsRoute(guarded, metrics, {
      snapshot: database.snapshot,
      today: () => dateIn(config.timeZone, now()),
      backlog: as_of => backlogOf(db, as_of),
    })
    await guarded.register(
      async v1 => {
        for (const { routes } of rooms) routes(v1, context)
      },
      { prefix: '/v1' },
    )
  })
}

/** While the service stops, answers in progress carry `Connection: close`, so that clients do not send more. */
function closeConnectionsOnStop(app: App): void {
  let isStopping = false
  app.addHook('preClose', async () => {
    isStopping = true
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) reply.header('connection', 'close')
    done(null, payload)
  })
}
