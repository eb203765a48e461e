import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import type { Config } from '../config.ts'

/** The log on standard output. Masks tokens in every line, and writes asynchronously, so that no request waits for it. */
export function openLog({
  logLevel,
  adminToken,
}: Pick<Config, 'logLevel' | 'adminToken'>): FastifyBaseLogger {
  const maskTokens = (line: string) => line.replace(/dbf_[0-9A-Za-z_%-]{8,}/g, '[token]')
  const streamWrite = (line: string) =>
    adminToken === undefined ? maskTokens(line) : maskTokens(line.replaceAll(adminToken, '[token]'))
  return pino(
    { level: logLevel, hooks: { streamWrite } },
    pino.destination({ sync: false, minLength: 8192, periodicFlush: 100 }),
  )
}
