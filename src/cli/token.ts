import { maxRequestsPerMinute } from '../access/schema.ts'
import { issueToken, tokenIdOf } from '../access/store.ts'
import type { Config } from '../config.ts'
import { transact } from '../db/transact.ts'
import { type Scope, scopes } from '../http/api-tokens.ts'
import { earlierBy, isDate, isDateTime, toUtc } from '../kit/time.ts'
import { connectBeside } from './database.ts'
import { say } from './say.ts'

export interface TokenOptions {
  name?: string | undefined
  scope?: string | undefined
  person?: string | undefined
  expires?: string | undefined
  'requests-per-minute'?: string | undefined
}

/**
 * `debrief token create`: creates an API token and prints nothing but it on standard output.
 * @throws Error with one sentence when an option is missing or wrong
 */
export async function createTokenCommand(
  config: Config,
  { name, scope, person, expires, 'requests-per-minute': limit }: TokenOptions,
): Promise<void> {
  if (!name) throw new Error('Say what the token is for: --name <text>.')
  if (scope === undefined) throw new Error(`Say what the token may do: --scope ${scopes.join('|')}.`)
  if (!(scopes as readonly string[]).includes(scope))
    throw new Error(`--scope must be one of ${scopes.join(', ')}.`)
  const created_at = new Date().toISOString()
  const expires_at = expires === undefined ? null : endOf(expires, created_at)
  const requests_per_minute = limit === undefined ? null : limitOf(limit)
  const { db, close } = await connectBeside(config, say)
  try {
    const limits = { expires_at, requests_per_minute }
    const fields = { name, scope: scope as Scope, person: person ?? null, ...limits, created_at }
    const token = await transact(db, trx => issueToken(trx, fields, field => `--${field}`))
    process.stdout.write(`${token}\n`)
    say(wordsOfEnd(tokenIdOf(token), expires_at))
  } finally {
    await close()
  }
}

/** The moment that `--expires` names: after a number of days, at the start of a day in UTC, or at a time. */
function endOf(expires: string, now: string): string {
  const end = momentOf(expires, now)
  if (end === undefined)
    throw new Error(
      '--expires must be a number of days, a date or a time with an offset, e.g. 90d, 2027-01-01 or 2027-01-01T00:00:00Z.',
    )
  if (end <= now) throw new Error('--expires must be later than now.')
  return end
}

function limitOf(perMinute: string): number {
  if (!/^[1-9]\d{0,6}$/.test(perMinute) || Number(perMinute) > maxRequestsPerMinute)
    throw new Error(`--requests-per-minute must be a whole number from 1 to ${maxRequestsPerMinute}.`)
  return Number(perMinute)
}

const day = 24 * 60 * 60 * 1000

function momentOf(expires: string, now: string): string | undefined {
  const days = /^([1-9]\d{0,4})d$/.exec(expires)?.[1]
  if (days !== undefined) return earlierBy(now, -Number(days) * day)
  const time = isDate(expires) ? `${expires}T00:00:00Z` : expires
  return isDateTime(time) ? toUtc(time) : undefined
}

const wordsOfEnd = (id: string, expires_at: string | null): string =>
  expires_at === null
    ? `Token ${id} never ends: take it back with "npm run debrief -- token revoke ${id}", or let one end with --expires 90d.`
    : `Token ${id} ends at ${expires_at}.`
