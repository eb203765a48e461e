import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import type { Config } from '../config.ts'

/**
 * The log on standard output. Whatever field or message a token got into, no line shows it; and no request waits for
 * its line to be written.
 */
export function openLog({
  logLevel,
  adminToken,
}: Pick<Config, 'logLevel' | 'adminToken'>): FastifyBaseLogger {
  const withoutTokens = (line: string) => line.replace(/dbf_[0-9A-Za-z_%-]{8,}/g, '[token]')
  const streamWrite = (line: string) =>
    adminToken === undefined ? withoutTokens(line) : withoutTokens(line.replaceAll(adminToken, '[token]'))
  return pino(
    { level: logLevel, hooks: { streamWrite } },
    pino.destination({ sync: false, minLength: 8192, periodicFlush: 100 }),
  )
}
