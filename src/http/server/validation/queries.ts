import { parse } from 'fast-querystring'
import { BoundedCache } from '../../../kit/cache.ts'

type Query = Readonly<Record<string, string | string[]>>

/** By their text, since dashboards send the same query again and again. */
const queries = new BoundedCache<string, Query>({
  maxEntries: 1000,
  maxSize: 1_000_000,
  sizeOf: (_, text) => text.length,
})

/** Parses a query as Fastify does. The same text gives the same object, which nobody may change: validators know it again. */
export const parseQuery = (text: string): Query =>
  queries.getOrMake(text, () => Object.freeze(parse(text)) as Query)
