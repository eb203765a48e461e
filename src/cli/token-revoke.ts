import { revokeToken } from '../access/store.ts'
import type { Config } from '../config.ts'
import { transact } from '../db/transact.ts'
import { connectBeside, requireDatabase } from './database.ts'
import { say } from './say.ts'

/**
 * `debrief token revoke <id>`: revokes a token for ever, also one that a running service knows.
 * @throws Error with one sentence when there is no such token
 */
export async function revokeTokenCommand(config: Config, { id }: { id?: string | undefined }): Promise<void> {
  // Not repeated in the sentence: it may be a whole token.
  if (!/^[0-9a-z]{12}$/.test(id ?? ''))
    throw new Error('Say which token: token revoke <id>, with the twelve characters that token list shows.')
  requireDatabase(config)
  const { db, close } = await connectBeside(config, say)
  try {
    const revocation = { revoked_by: null, revoked_at: new Date().toISOString(), expected: null }
    await transact(db, trx => revokeToken(trx, id!, revocation))
    say(`Token ${id} is revoked: a running service refuses it within a second.`)
  } finally {
    await close()
  }
}
