import type { Command } from 'commander'
import { severities } from '../input/words.ts'
import { exitCodes, lazily } from './actions.ts'
import { withService } from './service.ts'
import { listOf } from './values.ts'

const notes = `
The folder gets <id>/postmortem.md and <id>/postmortem.json, byte for byte as
they were sealed, a README.md that lists them, and .debrief-export.json, by
which the next run brings only what is new, amended or redacted. A run that was
interrupted goes on where it was. Whoever exports gets the same bytes, so that
the folder is fit for a git repository. What --severity or --service no longer
let through stays as it is.

Examples:
  debrief export --out postmortems
  debrief export --out checkout --service checkout,payments --severity SEV1,SEV2
  debrief export --out pm --url https://debrief.example --token-file key

${exitCodes}`

/** `debrief export`. */
export function addExport(program: Command): void {
  program.commandsGroup('What they say:')
  withService(
    program
      .command('export')
      .description('Write all final postmortems to a folder; the next time, only what is new.')
      .option('--out <folder>', 'an empty folder, or that of an earlier export')
      .option('--severity <severities>', 'only those of any of these, such as SEV1,SEV2', listOf(severities))
      .option('--service <names>', 'only those of incidents that touched any of these services', listOf())
      .option('--evidence', 'also the screenshots and logs that they cite, as <id>/evidence/'),
  )
    .addHelpText('after', notes)
    .action(lazily(async () => (await import('../export/export.ts')).exportCommand))
}
