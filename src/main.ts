import { setFlagsFromString } from 'node:v8'
import { runCommand } from './cli/arguments/program.ts'

/**
 * V8 would let the room for new objects grow to 64 MB, all of which it touches in turn and none of which it gives back: 45 MB
 * more for an export. The price is CPU, a sixth more of it for an answer that many poll.
 */
const keepYoungSmall = '--semi-space-growth-factor=1'

setFlagsFromString(keepYoungSmall)
// Who reads the output may have seen enough: `debrief --help | head`.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  process.exit(0)
})
const code = await runCommand(process.argv.slice(2))
if (code !== 0) process.exit(code)
