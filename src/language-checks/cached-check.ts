import { BoundedCache } from '../kit/cache.ts'
import type { BlameCheck, Finding } from '../language/check.ts'

/**
 * The same check with a cache of its findings: a document is checked over and over while it is reviewed, and little of it
 * changes.
 * @param maxSize characters of text that are cached at most
 */
export function cachedCheck(check: BlameCheck, maxSize = 4_000_000): BlameCheck {
  const sizeOf = (_: Finding[], key: string) => key.length
  const cache = new BoundedCache<string, Finding[]>({ maxEntries: 100_000, maxSize, sizeOf })
  return (text, options = {}) => {
    // What names people of its own is asked about once.
    if (options.people?.length) return check(text, options)
    return cache.getOrMake(`${options.field}\n${text}`, () => check(text, options))
  }
}
