/** A command that is not one that can be run, as it was written: it ends with code 2. */
export class UsageError extends Error {}

/** @throws UsageError with a sentence, where an option is missing */
export function requireOption<T>(value: T | undefined, sentence: string): T {
  if (value === undefined || value === '') throw new UsageError(sentence)
  return value
}
