import { type Command, Option } from 'commander'
import { scopes } from '../input/words.ts'
import { exitCodes, lazily } from './actions.ts'
import { withService } from './service.ts'
import { expires, requestsPerMinute } from './values.ts'

const examples = `
Examples:
  debrief token create --name checkout-alerts --scope events:write
  debrief token create --name dashboards --scope read --expires 90d
  TOKEN=$(debrief token create --name ci --scope read)

Nothing but the token is on standard output.

${exitCodes}`

/** `debrief token`. */
export function addTokens(program: Command): void {
  program.commandsGroup('Who may call:')
  const token = program.command('token').helpCommand(false).description('Make, list and revoke API tokens.')
  withService(
    token
      .command('create')
      .description('Make a token, and print it: this is the one time that it can be seen.')
      .option('--name <text>', 'what it is for')
      .addOption(new Option('--scope <scope>', 'the least that it needs').choices(scopes))
      .option('--person <handle>', 'whom it acts for: changes are signed with their handle')
      .addOption(expires())
      .addOption(requestsPerMinute()),
  )
    .addHelpText('after', examples)
    .action(lazily(async () => (await import('../tokens/create.ts')).createTokenCommand))
  withService(token.command('list').description('List all tokens, without their secrets.')).action(
    lazily(async () => (await import('../tokens/list.ts')).listTokensCommand),
  )
  withService(
    token
      .command('revoke')
      .description('Revoke a token for ever: a running service refuses it within a second.')
      .argument('[id]', 'the twelve characters that token list shows'),
  ).action(lazily(async () => (await import('../tokens/revoke.ts')).revokeTokenCommand))
}
