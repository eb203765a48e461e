import { issueToken } from '../access/store.ts'
import type { Config } from '../config.ts'
import { transact } from '../db/transact.ts'
import { type Scope, scopes } from '../http/api-tokens.ts'
import { isDateTime, toUtc } from '../kit/time.ts'
import { connectBeside } from './database.ts'
import { say } from './say.ts'

export interface TokenOptions {
  name?: string | undefined
  scope?: string | undefined
  person?: string | undefined
  expires?: string | undefined
}

/**
 * `debrief token create`: creates an API token and prints nothing but it on standard output.
 * @throws Error with one sentence when an option is missing or wrong
 */
export async function createTokenCommand(
  config: Config,
  { name, scope = 'write', person, expires }: TokenOptions,
): Promise<void> {
  if (!name) throw new Error('Say what the token is for: --name <text>.')
  if (!(scopes as readonly string[]).includes(scope))
    throw new Error(`--scope must be one of ${scopes.join(', ')}.`)
  if (expires !== undefined && !isDateTime(expires)) {
    throw new Error('--expires must be a time with an offset, e.g. 2027-01-01T00:00:00Z.')
  }
  const created_at = new Date().toISOString()
  const expires_at = expires === undefined ? null : toUtc(expires)
  if (expires_at !== null && expires_at <= created_at) throw new Error('--expires must be later than now.')
  const { db, close } = await connectBeside(config, say)
  try {
    const fields = { name, scope: scope as Scope, person: person ?? null, expires_at, created_at }
    const token = await transact(db, trx => issueToken(trx, fields, field => `--${field}`))
    process.stdout.write(`${token}\n`)
  } finally {
    await close()
  }
}
