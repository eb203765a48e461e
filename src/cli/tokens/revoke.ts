import type { Config } from '../../config.ts'
import { requirePublicId } from '../input/usage-error.ts'
import { answerOf } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { say } from '../terminal/say.ts'

/**
 * `debrief token revoke <id>`: revokes a token for ever, also one that a running service knows.
 * @throws Error with one sentence when there is no such token
 */
export async function revokeTokenCommand(config: Config, options: ServiceOptions, id: string): Promise<void> {
  requirePublicId(id, 'token')
  await callService({ config, options }, async client => {
    answerOf(await client.DELETE('/v1/tokens/{token_id}', { params: { path: { token_id: id } } }))
    say(`Token ${id} is revoked: a running service refuses it within a second.`)
  })
}
