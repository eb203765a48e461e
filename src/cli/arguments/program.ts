import { Command, CommanderError } from 'commander'
import { type Config, version } from '../../config.ts'
import { redactSecrets } from '../../http/credentials/redaction.ts'
import { keepHeapTight } from '../../kit/heap.ts'
import { UsageError } from '../input/usage-error.ts'
import { say } from '../terminal/say.ts'
import { exitCodes, lazily } from './actions.ts'
import { addExport } from './export.ts'
import { addLinks } from './links.ts'
import { addOverdue } from './overdue.ts'
import { addTokens } from './tokens.ts'

/** The demo's own data folder, since its sealed postmortem cannot be deleted. */
const demoData = './.debrief-demo'

const introduction = `A system of record for what an incident taught you.

Commands work on the data here, that of DATABASE_URL or of the folder DEBRIEF_DATA (./.debrief unless given), whether or not its service runs. With a token (--token-file, --token or DEBRIEF_TOKEN) they call a service elsewhere: --url or DEBRIEF_URL, port 8080 here unless given.`

const more = `
Examples:
  debrief serve                      start it; the API reference is at /docs
  debrief overdue --owner priya      what is she late with
  debrief export --out postmortems   what is final as files; then what is new
  debrief token create --name ci --scope read
  debrief export --help              what a command takes, with examples

${exitCodes}
  3  something is overdue, of overdue alone`

/** The commands and their options. What a command does is loaded when it runs. */
export function createProgram(): Command {
  const program = new Command('debrief')
    .description(introduction)
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(sentenceOf(text)) })
    .addHelpText('after', more)
  addServing(program)
  addExport(program)
  addOverdue(program)
  addTokens(program)
  addLinks(program)
  addUpkeep(program)
  return program
}

/**
 * Runs the command of these arguments.
 * @returns 0, or the exit code of what went wrong, which it has said
 */
export async function runCommand(args: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (!(error instanceof CommanderError)) say(error instanceof Error ? error.message : String(error))
    return exitCodeOf(error)
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return error instanceof UsageError ? 2 : 1
}

function addServing(program: Command): void {
  program.commandsGroup('The service:')
  program
    .command('serve')
    .description('Start the service. SIGTERM and Ctrl-C stop it, once its requests are answered.')
    .addHelpText('after', '\nIts settings are environment variables: see "Configuration" in the README.')
    .action(lazily(tightly(async () => (await import('../serve.ts')).serve)))
  program
    .command('demo')
    .description(`Start it with the payments drill in it, in ${demoData}, and print the drill's postmortem.`)
    .action(
      lazily(
        tightly(async () => (await import('../demo.ts')).demo),
        demoData,
      ),
    )
}

/** Keeps the heap tight from before a service is loaded until it has started: what has grown does not shrink. */
const tightly = (load: () => Promise<(config: Config) => Promise<unknown>>) => async () => {
  const letHeapGrow = keepHeapTight()
  const start = await load()
  return (config: Config) => start(config).finally(letHeapGrow)
}

function addUpkeep(program: Command): void {
  program.commandsGroup('Upkeep:')
  program
    .command('verify')
    .description('Hash every final document again, and name those that are not what was sealed.')
    .addHelpText(
      'after',
      `\nIt reads the database itself, and trusts no service.\n\n${exitCodes}\n\nA document that does not match is a failure, too.`,
    )
    .action(lazily(async () => (await import('../verify.ts')).verify))
  program
    .command('backup')
    .description('Write all of the database into one file, also beside a running service.')
    .argument('<file>', 'where to; - is standard output')
    .option('--force', 'write over a file that exists')
    .addHelpText('after', `\n${ofBackups}\n\n${exitCodes}`)
    .action(lazily(async () => (await import('../backup.ts')).backup))
  program
    .command('restore')
    .description('Restore a backup into an empty database, and verify it.')
    .argument('<file>', 'a backup')
    .addHelpText('after', `\n${ofRestores}\n\n${exitCodes}`)
    .action(lazily(async () => (await import('../restore.ts')).restore))
  program
    .command('openapi')
    .description('Write the contract of this version to openapi/openapi.json.')
    .action(lazily(async () => (await import('../openapi.ts')).generateContract))
}

const ofBackups = `Examples:
  debrief backup debrief.backup
  debrief backup - | ssh backup@host 'cat > debrief.backup'

It holds hashes of tokens and the secrets of links: keep it as you keep them.`

const ofRestores = `Examples:
  debrief restore debrief.backup
  DATABASE_URL=postgresql://db.example/debrief debrief restore debrief.backup

What fails leaves the database empty. Once it is restored, its final documents
are verified: it stays, and the code is 1, where one does not match. A backup
goes into any PostgreSQL from 15 on.`

/** The parser's words as sentences, and what to do. */
function sentenceOf(text: string): string {
  const sentence = redactSecrets(text)
    .replace(/^error: (.)/, (_, first: string) => first.toUpperCase())
    .trimEnd()
    .replace('\n', ' ')
    .replace(/(?<![.?)])$/, '.')
  return `${sentence}\nWith --help it says what it takes.\n`
}
