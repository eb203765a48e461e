import type { Command } from 'commander'
import { priorities } from '../input/words.ts'
import { exitCodes, lazily } from './actions.ts'
import { withService } from './service.ts'
import { date, days, listOf } from './values.ts'

const examples = `
Examples:
  debrief overdue --owner priya,sam
  debrief overdue --team checkout --due-within 7d
  debrief overdue --as-of 2026-07-01 --json
  debrief overdue --priority P0,P1 > late.txt || mail -s Overdue rota < late.txt

Where there is nothing to list, it prints nothing (but on a terminal).

${exitCodes}
  3  something is overdue`

/** `debrief overdue`. */
export function addOverdue(program: Command): void {
  withService(
    program
      .command('overdue')
      .description('List the action items that are overdue, over all incidents.')
      .option('--owner <handles>', 'of any of these people; `me` is whom the token acts for', listOf())
      .option('--team <handles>', 'whose owner is in any of these teams', listOf())
      .option('--priority <priorities>', `any of ${priorities.join(', ')}`, listOf(priorities))
      .option('--due-within <days>', 'also what is due by then, such as 7d; of no past day', days)
      .option('--as-of <date>', 'as of the end of this day; of today, unless given', date)
      .option('--tz <zone>', "the zone of that day, such as Europe/Berlin; the service's, unless given")
      .option('--json', 'as a JSON array'),
  )
    .addHelpText('after', examples)
    .action(lazily(async () => (await import('../overdue/overdue.ts')).overdue))
}
