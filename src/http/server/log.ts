import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { redactedUrl } from '../credentials/redaction.ts'

/** Logs one line for each answered request, and at level debug one for each received. */
export class RequestLog extends LogController {
  override incomingRequest(request: FastifyRequest): void {
    if (request.log.level !== 'debug' && request.log.level !== 'trace') return
    request.log.debug({ method: request.method, url: redactedUrl(request.url) }, 'request received')
  }

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply) {
    const line = {
      method: request.method,
      route: request.routeOptions.url,
      url: redactedUrl(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      caller: request.caller?.id,
    }
    if (error) request.log.error({ ...line, err: error }, 'request')
    else request.log.info(line, 'request')
  }
}

/** Adds to a request's log lines its id and, where the client sends one, the trace (W3C Trace Context). */
export function childLogger(
  logger: FastifyBaseLogger,
  bindings: Record<string, unknown>,
  options: object,
  { headers }: { headers: Record<string, unknown> },
): FastifyBaseLogger {
  const { traceparent } = headers
  return logger.child(
    traceparent === undefined ? bindings : { ...bindings, ...traceOf(traceparent) },
    options,
  )
}

const allZero = /^0+$/

function traceOf(traceparent: unknown): { trace_id: string; parent_id: string } | undefined {
  const parts = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|$)/.exec(String(traceparent))
  const [, trace_id = '', parent_id = ''] = parts ?? []
  return parts && !allZero.test(trace_id) && !allZero.test(parent_id) ? { trace_id, parent_id } : undefined
}
