import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { redactedUrl } from '../credentials/redaction.ts'
import { routeOf } from './route.ts'

/** Logs one line for each answered request, and at level debug one for each received. */
export class RequestLog extends LogController {
  override incomingRequest(request: FastifyRequest): void {
    if (request.log.level !== 'debug' && request.log.level !== 'trace') return
    request.log.debug({ method: request.method, url: redactedUrl(request.url) }, 'request received')
  }

  /** Written by the service's own logger: a child for this line alone would cost as much as the line. */
  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply) {
    const line = {
      [this.requestIdLogLabel]: request.id,
      ...traceOf(request.headers.traceparent),
      method: request.method,
      route: routeOf(request).url,
      url: redactedUrl(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      caller: request.caller?.id,
    }
    if (error) request.server.log.error({ ...line, err: error }, 'request')
    else request.server.log.info(line, 'request')
  }
}

/** Adds to a request's log lines its id and, where the client sends one, the trace (W3C Trace Context). */
export const childLogger = (
  logger: FastifyBaseLogger,
  bindings: Record<string, unknown>,
  options: object,
  { headers }: { headers: Record<string, unknown> },
): FastifyBaseLogger =>
  new LazyLogger(logger, () => logger.child({ ...bindings, ...traceOf(headers.traceparent) }, options))

type LogArguments = Parameters<FastifyBaseLogger['info']>

/** A child logger that is made once something is logged by it: most requests log nothing of their own. */
class LazyLogger implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger
  readonly #make: () => FastifyBaseLogger
  #made: FastifyBaseLogger | undefined

  constructor(parent: FastifyBaseLogger, make: () => FastifyBaseLogger) {
    this.#parent = parent
    this.#make = make
  }

  get level() {
    return this.#parent.level
  }

  get #logger() {
    this.#made ??= this.#make()
    return this.#made
  }

  fatal(...line: LogArguments) {
    this.#logger.fatal(...line)
  }

  error(...line: LogArguments) {
    this.#logger.error(...line)
  }

  warn(...line: LogArguments) {
    this.#logger.warn(...line)
  }

  info(...line: LogArguments) {
    this.#logger.info(...line)
  }

  debug(...line: LogArguments) {
    this.#logger.debug(...line)
  }

  trace(...line: LogArguments) {
    this.#logger.trace(...line)
  }

  silent(...line: LogArguments) {
    this.#logger.silent(...line)
  }

  child(...bindings: Parameters<FastifyBaseLogger['child']>) {
    return this.#logger.child(...bindings)
  }
}

const allZero = /^0+$/

function traceOf(traceparent: unknown): { trace_id: string; parent_id: string } | undefined {
  if (traceparent === undefined) return undefined
  const parts = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|$)/.exec(String(traceparent))
  const [, trace_id = '', parent_id = ''] = parts ?? []
  return parts && !allZero.test(trace_id) && !allZero.test(parent_id) ? { trace_id, parent_id } : undefined
}
