/** A command that is not one that can be run, as it was written: it ends with code 2. */
export class UsageError extends Error {}

/** @throws UsageError with a sentence, where an option is missing */
export function requireOption<T>(value: T | undefined, sentence: string): T {
  if (value === undefined || value === '') throw new UsageError(sentence)
  return value
}

/** @throws UsageError that does not repeat what was given: it may be a whole secret */
export function requirePublicId(id: string, what: 'token' | 'link'): void {
  if (/^[0-9a-z]{12}$/.test(id)) return
  throw new UsageError(
    `Say which ${what}: ${what} revoke <id>, with the twelve characters that ${what} list shows.`,
  )
}
