import { resolved, type Schema } from '../generate/operations.ts'

/** A value in a body, with its JSON pointer tokens and its schema. */
export interface Place {
  tokens: (string | number)[]
  schema: Schema
  value: any
}

/** Every value of a body, the body itself first. */
export function placesIn(schema: Schema, value: unknown, tokens: Place['tokens'] = []): Place[] {
  const plain = resolved(schema)
  const inside = Array.isArray(value)
    ? value.map((entry, i) => [i, entry, plain.items] as const)
    : Object.entries(isObject(value) ? value : {}).map(
        ([name, member]) => [name, member, memberOf(plain, name)] as const,
      )
  const deeper = inside.flatMap(([token, member, inner]) => placesIn(inner ?? {}, member, [...tokens, token]))
  return [{ tokens, schema: plain, value }, ...deeper]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const memberOf = ({ properties, additionalProperties }: Schema, name: string): Schema | undefined =>
  properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)

/** The JSON pointer of a place, or of a member of it. */
export const pointerTo = (tokens: Place['tokens'], ...more: Place['tokens']): string =>
  [...tokens, ...more].map(token => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** A copy of the body with the value at a pointer replaced. */
export function replaced(body: unknown, [token, ...rest]: Place['tokens'], value: unknown): unknown {
  if (token === undefined) return value
  const copy: any = Array.isArray(body) ? [...body] : { ...(body as object) }
  copy[token] = replaced(copy[token], rest, value)
  return copy
}
