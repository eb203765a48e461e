import { runCommand } from './cli/arguments/program.ts'

const code = await runCommand(process.argv.slice(2))
if (code !== 0) process.exit(code)
