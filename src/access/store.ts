import { randomBytes, randomInt } from 'node:crypto'
import type { Db } from '../db/open.ts'
import { type Scope, tokenChecksum } from '../http/auth.ts'
import { sha256Hex } from '../kit/json.ts'

/** Makes an API token and returns it; only its hash is stored, so this is the one time it can be seen. */
export async function createToken(
  db: Db,
  token: { name: string; scope: Scope; person: string | null; expires_at: string | null; created_at: string },
): Promise<string> {
  const id = Array.from({ length: 12 }, () => randomInt(36).toString(36)).join('')
  const secret = randomBytes(32).toString('base64url')
  const whole = `dbf_${id}${secret}${tokenChecksum(id + secret)}`
  await db
    .insertInto('tokens')
    .values({ id, secret_sha256: sha256Hex(whole), ...token })
    .executeTakeFirstOrThrow()
  return whole
}

/** How many tokens there are that have not been revoked. */
export async function countTokens(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('tokens')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}
