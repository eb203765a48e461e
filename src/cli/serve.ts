import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { countTokens } from '../access/store.ts'
import { buildApp } from '../app.ts'
import { type Config, version } from '../config.ts'
import type { App } from '../http/context.ts'
import { releaseGarbage } from '../kit/heap.ts'
import { announceIfSlow } from '../kit/time/slow.ts'
import { adminTokenOf } from './admin-token.ts'
import { connectDatabase, type Database } from './database.ts'
import { openLog } from './log.ts'
import { say } from './terminal/say.ts'

/** How long a stop waits for requests in progress: longer than any takes, unless its client is slow. */
const drainTimeout = 10_000

export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  url: string
  /** An admin token; undefined where only the database's hashes are known. */
  token: string | undefined
}

/**
 * Starts the service and returns once it listens; SIGINT and SIGTERM stop it after the requests in progress.
 * @throws Error with one sentence that says what to change
 */
export async function serve(config: Config): Promise<Service> {
  const log = openLog(config)
  log.info({ version }, `Debrief ${version} starts`)
  const database = await connectDatabase(config, say)
  try {
    const { migrated } = database
    if (migrated.length > 0) log.info({ migrated }, 'the database was migrated')
    const token = await tokenFor(config, database)
    const { app, url } = await listen(config, database, log)
    stopOnSignals(async signal => {
      log.info({ signal }, 'Debrief stops')
      await announceIfSlow(drain(app), () => say('Waiting for the requests in progress.'))
      await database.close()
      log.info('Debrief has stopped')
    })
    say(`Debrief listens on ${url}; the API reference is at ${url}/docs`)
    return { url, token }
  } catch (error) {
    await database.close()
    throw error
  }
}

async function listen(config: Config, database: Database, logger: FastifyBaseLogger) {
  const app = await buildApp({
    database,
    config,
    now: () => new Date(),
    databaseReady: database.ready,
    logger,
  })
  releaseGarbage()
  try {
    await app.listen({
      host: config.host,
      port: config.port,
      listenTextResolver: address => `listening on ${address}`,
    })
  } catch (error) {
    await app.close()
    throw listenError(error as NodeJS.ErrnoException, config)
  }
  const { port } = app.server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return { app, url: `http://${host}:${port}` }
}

function listenError(cause: NodeJS.ErrnoException, { host, port }: Config): Error {
  const sentence =
    cause.code === 'EADDRINUSE'
      ? `Port ${port} of ${host} is taken: stop what listens there, or set DEBRIEF_PORT.`
      : `Debrief cannot listen on ${host} port ${port} (${cause.message}): set DEBRIEF_HOST or DEBRIEF_PORT.`
  return new Error(sentence, { cause })
}

/** Closes the app after the last request in progress; after `drainTimeout` cuts those that still wait for their client. */
async function drain(app: App): Promise<void> {
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), 50)
  const closeAll = setTimeout(() => app.server.closeAllConnections(), drainTimeout)
  await app.close()
  clearInterval(closeIdle)
  clearTimeout(closeAll)
}

/** Stops on the first signal and ignores others: npm forwards signals, so one may come twice. */
function stopOnSignals(stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      stop(signal).then(
        () => process.exit(0),
        error => {
          say(`Debrief did not stop cleanly: ${error.message}`)
          process.exit(1)
        },
      )
    })
  }
}

async function tokenFor(config: Config, { db }: Database): Promise<string | undefined> {
  if (config.adminToken !== undefined) return config.adminToken
  if (config.databaseUrl === undefined) {
    const { token, words } = await adminTokenOf(db, config.dataDirectory)
    words.forEach(say)
    return token
  }
  if ((await countTokens(db)) === 0) {
    say(
      'Nobody can call it yet: set DEBRIEF_ADMIN_TOKEN, or run "npm run debrief -- token create --name admin --scope admin".',
    )
  }
  return undefined
}
