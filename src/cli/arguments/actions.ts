import type { Command } from 'commander'
import { type Config, loadConfig } from '../../config.ts'

/** What help says of the exit code. */
export const exitCodes = `Exit codes:
  0  all is well
  1  it failed
  2  the command cannot be run as it was written`

/** What a command does with its options, and with its argument where it takes one. */
export type Run<Options> = (config: Config, options: Options, argument: string) => Promise<unknown>

/**
 * The action of a command, which is loaded when it runs: a mistake in the settings or the options is answered before.
 * @param load imports it
 * @param dataDirectory the data folder where the environment names none
 */
export const lazily =
  <Options>(load: () => Promise<Run<Options>>, dataDirectory?: string) =>
  async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command
    const config = loadConfig(undefined, dataDirectory)
    const run = await load()
    await run(config, command.opts() as Options, command.args[0] ?? '')
  }
