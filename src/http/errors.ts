import type { FastifyError } from 'fastify'
import { DebriefError, type ProblemCode, problemCodes } from './problem.ts'

const byStatus: Record<number, ProblemCode> = {
  400: 'malformed_request',
  413: 'too_large',
  415: 'unsupported_media_type',
  503: 'unavailable',
}

export function toDebriefError(error: FastifyError | Error): DebriefError {
  if (error instanceof DebriefError) return error
  const code = 'code' in error ? String(error.code) : ''
  if (isUnavailable(code, error.message))
    return new DebriefError('unavailable', 'The database does not answer. Try again shortly.')
  const fromState = sqlStates[code]
  if (fromState) return new DebriefError(...fromState)
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  const problem = byStatus[status]
  if (problem === 'unsupported_media_type') return new DebriefError(problem, problemCodes[problem][2])
  if (problem !== undefined && code.startsWith('FST_'))
    return new DebriefError(problem, `${error.message.replace(/\.$/, '')}.`)
  return new DebriefError('internal', 'An unexpected error happened; the log has it under this request id.')
}

/** What PostgreSQL refuses although validation let it pass; validation is where it belongs. */
const sqlStates: Record<string, [ProblemCode, string]> = {
  '23505': ['conflict', 'Something with the same unique key is stored already.'],
  '23503': ['conflict', 'Something that this refers to, or that refers to this, stands in the way.'],
  '23514': ['invalid_body', 'A value breaks a rule of the store.'],
  '22021': ['invalid_body', 'A text holds a character that cannot be stored.'],
  '22P05': ['invalid_body', 'A text holds a character that cannot be stored.'],
  '22P02': ['invalid_body', 'A value does not have the form it must have.'],
  '22003': ['invalid_body', 'A number is out of range.'],
  '22007': ['invalid_body', 'A date does not have the form it must have.'],
  '22008': ['invalid_body', 'A date is out of range.'],
}

/** Statement and lock time-outs, lost connections, a starting or stopping server, a full pool. */
function isUnavailable(code: string, message: string): boolean {
  return (
    /^(57014|55P03|57P0\d|08\w{3}|53\w{3}|40001|40P01)$/.test(code) ||
    /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(
      code,
    ) ||
    /^(timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error)/.test(
      message,
    )
  )
}
