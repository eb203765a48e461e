import type { FastifyBaseLogger } from 'fastify'
import { type DestinationStream, pino } from 'pino'
import type { Config } from '../config.ts'
import { redactSecrets } from '../http/credentials/redaction.ts'

/**
 * What is logged waits until it is so many characters, or for so many milliseconds. A pipe takes so much at once, so that a
 * process which ends meanwhile leaves no line half written.
 */
const waiting = { length: 8192, time: 100 }

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
  const handOn = () => {
    if (lines !== '') output.write(redact(lines))
    lines = ''
  }
  // Before the output's own listeners, which write at once what it holds then: less than `minLength` it only keeps.
  for (const end of ['beforeExit', 'exit']) process.on(end, handOn)
  const { length, time } = waiting
  const output = pino.destination({ sync: false, minLength: length })
  setInterval(() => {
    handOn()
    output.flush()
  }, time).unref()
  const write = (line: string) => {
    lines += line
    if (lines.length >= length) handOn()
  }
  return { write }
}
