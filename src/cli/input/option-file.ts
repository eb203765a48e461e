import { readFileSync } from 'node:fs'
import { UsageError } from './usage-error.ts'

/** The text of the file that an option names, where it is given. @throws UsageError with a sentence where it cannot be read */
export function readOptionFile(file: string | undefined, option: string): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UsageError(`${option} cannot be read (${(cause as Error).message}).`, { cause })
  }
}
