import type { Test } from 'tap'
import { runCommand } from '../../src/cli/arguments/program.ts'
import type { Settings } from '../help/command.ts'

/**
 * Runs a command in this process, which takes a fraction of what a process of its own would: its exit code, and what it
 * printed. There must be no other test beside it.
 */
export async function runHere(t: Test, args: string[], settings: Settings) {
  const own = process.env
  process.env = { ...withoutOurs(own), ...settings }
  const printed = (['stdout', 'stderr'] as const).map(name => t.capture(process[name], 'write', () => true))
  try {
    const failure = await runCommand(args)
    const [stdout = '', stderr = ''] = printed.map(calls =>
      calls()
        .map(call => String(call.args[0]))
        .join(''),
    )
    return { code: failure || Number(process.exitCode ?? 0), stdout, stderr }
  } finally {
    for (const calls of printed) calls.restore()
    process.exitCode = 0
    process.env = own
  }
}

const withoutOurs = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(DEBRIEF_|DATABASE_URL)/.test(name)))
