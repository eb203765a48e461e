import type { FastifyBaseLogger } from 'fastify'
import { type DestinationStream, pino } from 'pino'
import type { Config } from '../config.ts'
import { redactSecrets } from '../http/credentials/redaction.ts'

/** What is logged waits until it is so many characters, or for so many milliseconds. */
const waiting = { length: 65_536, time: 100 }

/**
 * The log on standard output. Redacts tokens and links in every line, and writes asynchronously, so that no request waits
 * for it.
 */
export function openLog({
  logLevel,
  adminToken,
}: Pick<Config, 'logLevel' | 'adminToken'>): FastifyBaseLogger {
  const redact = (lines: string) =>
    redactSecrets(adminToken === undefined ? lines : lines.replaceAll(adminToken, '[token]'))
  return pino({ level: logLevel }, collectLines(redact))
}

/** Hands lines on many at once: pino's own destination copies all that it holds for each line that it is given. */
function collectLines(redact: (lines: string) => string): DestinationStream {
  let lines = ''
  const flush = () => {
    if (lines !== '') output.write(redact(lines))
    lines = ''
  }
  // Before the output's own listeners, so that it has the last lines then.
  for (const end of ['beforeExit', 'exit']) process.on(end, flush)
  const output = pino.destination({ sync: false })
  setInterval(flush, waiting.time).unref()
  const write = (line: string) => {
    lines += line
    if (lines.length >= waiting.length) flush()
  }
  return { write }
}
