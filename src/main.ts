import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { say } from './cli/say.ts'
import { type Config, loadConfig, version } from './config.ts'

const usage = `debrief serve          start the service
debrief demo           start it with the payments drill in it, and print its postmortem
debrief token create   --name <text> --scope admin|review|write|read|events:write [--person <handle>]
                       [--expires <90d, a date or a time>] [--requests-per-minute <number>]
debrief token list     all tokens, without their secrets
debrief token revoke   <id>
debrief verify         hash every final document again, and name those that are not what was sealed
debrief openapi        write the contract to openapi/openapi.json
debrief --version`

const options = {
  name: { type: 'string' },
  scope: { type: 'string' },
  person: { type: 'string' },
  expires: { type: 'string' },
  'requests-per-minute': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

type Values = ReturnType<typeof parseCommand>['values'] & { id?: string | undefined }
type Command = (config: Config, values: Values) => Promise<unknown>

/** Commands are imported lazily, so that a mistake in the settings or options is answered without loading the service. */
const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./cli/serve.ts')).serve,
  demo: async () => (await import('./cli/demo.ts')).demo,
  'token create': async () => (await import('./cli/token.ts')).createTokenCommand,
  'token list': async () => (await import('./cli/token-list.ts')).listTokensCommand,
  'token revoke': async () => (await import('./cli/token-revoke.ts')).revokeTokenCommand,
  verify: async () => (await import('./cli/verify.ts')).verify,
  openapi: async () => (await import('./cli/openapi.ts')).generateContract,
}

/**
 * V8 would let the room for new objects grow to 64 MB, all of which it touches in turn and none of which it gives back. Eight
 * are as fast.
 */
const keepYoungSmall = '--semi-space-growth-factor=1'

/** The demo's own data folder, since its sealed postmortem cannot be deleted. */
const demoData = './.debrief-demo'

async function main(): Promise<void> {
  const { positionals, values } = parseCommand()
  // The one command that takes an argument.
  const [id] = positionals.slice(0, 2).join(' ') === 'token revoke' ? positionals.splice(2, 1) : []
  const name = positionals.join(' ')
  if (values.help) return say(usage)
  if (values.version) return void process.stdout.write(`${version}\n`)
  if (!Object.hasOwn(commands, name)) throw new Error(`There is no command "${name}".\n${usage}`)
  const config = loadConfig(undefined, name === 'demo' ? demoData : undefined)
  setFlagsFromString(keepYoungSmall)
  const command = await commands[name]!()
  await command(config, { ...values, id })
}

function parseCommand() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    // Drops Node's advice about positional arguments, which no command takes.
    const [problem = ''] = String((error as Error).message).split('. ')
    throw new Error(`${problem}.\n${usage}`, { cause: error })
  }
}

main().catch(error => {
  say(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
