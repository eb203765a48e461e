import { parseArgs } from 'node:util'
import { demo } from './cli/demo.ts'
import { generateContract } from './cli/openapi.ts'
import { say, serve } from './cli/serve.ts'
import { createTokenCommand } from './cli/token.ts'
import { verify } from './cli/verify.ts'
import { loadConfig } from './config.ts'

const usage = `debrief serve          start the service
debrief demo           start it with the payments drill in it, and print its postmortem
debrief token create   --name <text> [--scope admin|review|write|read|events:write] [--person <handle>] [--expires <time>]
debrief verify         hash every final document again, and name those that are not what was sealed
debrief openapi        write the contract to openapi/openapi.json`

const options = {
  name: { type: 'string' },
  scope: { type: 'string' },
  person: { type: 'string' },
  expires: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** The command line's front door. */
async function main(): Promise<void> {
  const { positionals, values } = parseCommand()
  const command = positionals.join(' ')
  if (values.help) return say(usage)
  if (command === 'serve') await serve(loadConfig())
  else if (command === 'demo') await demo(loadConfig())
  else if (command === 'token create') await createTokenCommand(loadConfig(), values)
  else if (command === 'verify') await verify(loadConfig())
  else if (command === 'openapi') await generateContract()
  else throw new Error(`There is no command "${command}".\n${usage}`)
}

function parseCommand() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    // Node adds advice about positional arguments, which no command has.
    const [problem = ''] = String((error as Error).message).split('. ')
    throw new Error(`${problem}.\n${usage}`, { cause: error })
  }
}

main().catch(error => {
  say(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
