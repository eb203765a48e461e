import type { Schemas } from '../../client/client.ts'
import type { Config } from '../../config.ts'
import { requireOption } from '../input/usage-error.ts'
import { scopes } from '../input/words.ts'
import { answerOf } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { say } from '../terminal/say.ts'

export interface TokenOptions extends ServiceOptions {
  name?: string
  scope?: Schemas['TokenScope']
  person?: string
  expires?: string
  requestsPerMinute?: number
}

const optionOf = { '/name': '--name', '/person': '--person', '/expires_at': '--expires' }

/**
 * `debrief token create`: makes an API token and prints nothing but it on standard output.
 * @throws Error with one sentence when an option is wrong
 */
export async function createTokenCommand(config: Config, options: TokenOptions): Promise<void> {
  const { person, expires, requestsPerMinute } = options
  const body = {
    name: requireOption(options.name, 'Say what the token is for: --name <text>.'),
    scope: requireOption(options.scope, `Say what the token may do: --scope ${scopes.join('|')}.`),
    ...(person === undefined ? {} : { person }),
    ...(expires === undefined ? {} : { expires_at: expires }),
    ...(requestsPerMinute === undefined ? {} : { requests_per_minute: requestsPerMinute }),
  }
  await callService({ config, options, isNewAllowed: true }, async client => {
    const { id, token, expires_at } = answerOf(await client.POST('/v1/tokens', { body }), optionOf)
    process.stdout.write(`${token}\n`)
    say(wordsOfEnd(id, expires_at))
  })
}

const wordsOfEnd = (id: string, expires_at: string | null): string =>
  expires_at === null
    ? `Token ${id} never ends: take it back with "debrief token revoke ${id}", or let one end with --expires 90d.`
    : `Token ${id} ends at ${expires_at}.`
