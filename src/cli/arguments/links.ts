import { type Command, Option } from 'commander'
import { feeds, priorities, severities, sources } from '../input/words.ts'
import { exitCodes, lazily } from './actions.ts'
import { withService } from './service.ts'
import { days, expires, listOf, requestsPerMinute } from './values.ts'

const examples = `
Examples:
  debrief link create --name 'checkout alerts' --source alertmanager --drafts
  debrief link create --name gh --source github --signing-secret-file secret
  debrief link create --name 'our work' --feed calendar --team checkout
  debrief link create --name overdue --feed csv --overdue --expires 365d

Nothing but its URL is on standard output. Who has it can use it: keep it as you
keep a password.

${exitCodes}`

/** `debrief link`. */
export function addLinks(program: Command): void {
  const link = program
    .command('link')
    .helpCommand(false)
    .description('Make, list and revoke capability links: URLs for what can send no token.')
  withService(
    link
      .command('create')
      .description('Make a link, and print its URL: this is the one time that it can be seen.')
      .option('--name <text>', 'what it is for; it signs what it stores')
      .addOption(new Option('--source <tool>', 'a tool that posts to it').choices(sources))
      .addOption(new Option('--feed <list>', 'what it reads: the action items').choices(feeds))
      .addOption(expires())
      .addOption(requestsPerMinute())
      .optionsGroup('Of a source:')
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
      .optionsGroup('Of a feed, which has all action items unless given:')
      .option('--owner <handles>', 'of any of these people', listOf())
      .option('--team <handles>', 'whose owner is in any of these teams', listOf())
      .option('--priority <priorities>', `any of ${priorities.join(', ')}`, listOf(priorities))
      .option('--service <names>', 'of incidents that touched any of these services', listOf())
      .option('--overdue', 'what is overdue')
      .option('--due-within <days>', 'what is due by then, such as 7d', days)
      .option('--tz <zone>', 'whose today it is, such as Europe/Berlin'),
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
