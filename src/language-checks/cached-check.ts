import { BoundedCache } from '../kit/cache.ts'
import type { BlameCheck, Judgement } from '../language/check.ts'

/**
 * Adds a cache of findings to a check: during a review a document is checked often, and little of it changes.
 * @param maxSize the most characters of text in the cache
 */
export function cachedCheck(check: BlameCheck, maxSize = 4_000_000): BlameCheck {
  const sizeOf = (_: Judgement, key: string) => key.length
  const cache = new BoundedCache<string, Judgement>({ maxEntries: 100_000, maxSize, sizeOf })
  const judge: BlameCheck['judge'] = (text, options = {}) => {
    // Not cached: the findings depend on these people, too.
    if (options.people?.length) return check.judge(text, options)
    return cache.getOrMake(`${options.field}\n${text}`, () => check.judge(text, options))
  }
  return { ...check, judge }
}
