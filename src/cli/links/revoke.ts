import type { Config } from '../../config.ts'
import { requirePublicId } from '../input/usage-error.ts'
import { answerOf } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { say } from '../terminal/say.ts'

/**
 * `debrief link revoke <id>`: revokes a capability link for ever.
 * @throws Error with one sentence when there is no such link
 */
export async function revokeLinkCommand(config: Config, options: ServiceOptions, id: string): Promise<void> {
  requirePublicId(id, 'link')
  await callService({ config, options }, async client => {
    answerOf(await client.DELETE('/v1/links/{link_id}', { params: { path: { link_id: id } } }))
    say(`Link ${id} is revoked: a running service refuses it within a second.`)
  })
}
