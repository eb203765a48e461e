import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import type { Config } from '../config.ts'
import { redactSecrets } from '../http/credentials/redaction.ts'

/**
 * The log on standard output. Redacts tokens and links in every line, and writes asynchronously, so that no request waits
 * for it.
 */
export function openLog({
  logLevel,
  adminToken,
}: Pick<Config, 'logLevel' | 'adminToken'>): FastifyBaseLogger {
  const streamWrite = (line: string) =>
    redactSecrets(adminToken === undefined ? line : line.replaceAll(adminToken, '[token]'))
  return pino(
    { level: logLevel, hooks: { streamWrite } },
    pino.destination({ sync: false, minLength: 16_000, periodicFlush: 100 }),
  )
}
