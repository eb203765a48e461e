import { runCommand } from './cli/arguments/program.ts'

// Who reads the output may have seen enough: `debrief --help | head`.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  process.exit(0)
})
const code = await runCommand(process.argv.slice(2))
if (code !== 0) process.exit(code)
