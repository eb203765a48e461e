import { type Command, Option } from 'commander'
import { severities, sources } from '../input/words.ts'
import { exitCodes, lazily } from './actions.ts'
import { withService } from './service.ts'
import { expires, requestsPerMinute } from './values.ts'

const examples = `
Examples:
  debrief link create --name 'checkout alerts' --source alertmanager --drafts
  debrief link create --name gh --source github --signing-secret-file secret

Nothing but its URL is on standard output. Who has it can use it: keep it as you
keep a password.

${exitCodes}`

/** `debrief link`. */
export function addLinks(program: Command): void {
  const link = program
    .command('link')
    .helpCommand(false)
    .description('Make, list and revoke capability links: URLs for tools that can send no token.')
  withService(
    link
      .command('create')
      .description('Make a link, and print its URL: this is the one time that it can be seen.')
      .option('--name <text>', 'what it is for; it signs what it stores')
      .addOption(new Option('--source <tool>', 'whose payloads it takes').choices(sources))
      .option('--incident <id>', 'where all of it goes')
      .option(
        '--drafts',
        'what begins and belongs to no incident begins a draft, and does not wait in the inbox',
      )
      .addOption(new Option('--severity <severity>', 'of these drafts').choices(severities))
      .option(
        '--signing-secret-file <file>',
        'holds the secret with which Grafana, PagerDuty or GitHub signs',
      )
      .option('--mapping <file>', 'how to read the JSON of generic, as JSON')
      .addOption(expires())
      .addOption(requestsPerMinute()),
  )
    .addHelpText('after', examples)
    .action(lazily(async () => (await import('../links/create.ts')).createLinkCommand))
  withService(link.command('list').description('List all links, without their secrets.')).action(
    lazily(async () => (await import('../links/list.ts')).listLinksCommand),
  )
  withService(
    link
      .command('revoke')
      .description('Revoke a link for ever.')
      .argument('[id]', 'the twelve characters that link list shows'),
  ).action(lazily(async () => (await import('../links/revoke.ts')).revokeLinkCommand))
}
