import { createHash } from 'node:crypto'
import { mapSteps, type Steps } from '../time/steps.ts'
import { canonicalJson } from './json.ts'

/** JSON that may be long, written, read and hashed in steps: an object with long lists takes one for each entry. */

/** The same as `canonicalJson`. */
export const canonicalSteps = (value: object): Steps<string> =>
  objectSteps(
    Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)),
    canonicalJson,
  )

/** The same as `JSON.stringify`. */
export const stringifySteps = (value: object): Steps<string> =>
  objectSteps(Object.entries(value), entry => JSON.stringify(entry))

function* objectSteps(
  members: readonly [string, unknown][],
  write: (value: unknown) => string,
): Steps<string> {
  const written: string[] = []
  for (const [name, member] of members) {
    if (member === undefined) continue
    const json = Array.isArray(member) ? `[${(yield* mapSteps(member, write)).join(',')}]` : write(member)
    written.push(`${JSON.stringify(name)}:${json}`)
  }
  return `{${written.join(',')}}`
}

/** A text as bytes in UTF-8, and their hash in hexadecimal. */
export interface Encoded {
  bytes: Buffer
  sha256: string
}

const atOnce = 512 * 1024

/** Encodes the pieces of a text, and hashes them all in all. */
export function* encodeSteps(pieces: readonly string[]): Steps<Encoded> {
  const hash = createHash('sha256')
  const encoded: Buffer[] = []
  for (const part of partsOf(pieces)) {
    const bytes = Buffer.from(part)
    hash.update(bytes)
    encoded.push(bytes)
    yield
  }
  return { bytes: Buffer.concat(encoded), sha256: hash.digest('hex') }
}

/** The pieces, short ones together and long ones cut, but not within a character. */
function* partsOf(pieces: readonly string[]): Iterable<string> {
  let short = ''
  for (const piece of pieces) {
    short += piece
    if (short.length < atOnce) continue
    for (let start = 0, end = 0; start < short.length; start = end) {
      end = start + atOnce
      if (/[\ud800-\udbff]/.test(short[end - 1] ?? '')) end += 1
      yield short.slice(start, end)
    }
    short = ''
  }
  if (short !== '') yield short
}

const token = /"(?:[^"\\]+|\\.)*"|[{}[\],]/g

/** Parses an object without white space between its values, the same as `JSON.parse`. */
export function* parseSteps(json: string): Steps<Record<string, unknown>> {
  const parsed: [name: string, value: unknown][] = []
  let depth = 0
  let start = 0
  let name: string | undefined
  let list: unknown[] | undefined
  for (const { 0: found, index } of json.matchAll(token)) {
    const isEnd = found === ',' || found === '}' || found === ']'
    if (isEnd && depth === 2 && list !== undefined && found !== '}' && index > start) {
      list.push(JSON.parse(json.slice(start, index)))
      start = index + 1
      yield
    } else if (isEnd && depth === 1 && name !== undefined) {
      parsed.push([name, list ?? JSON.parse(json.slice(start, index))])
      name = undefined
      list = undefined
    } else if (found[0] === '"' && depth === 1 && name === undefined) {
      name = JSON.parse(found) as string
      start = index + found.length + 1
    } else if (found === '[' && depth === 1) {
      list = []
      start = index + 1
    }
    if (found === '{' || found === '[') depth += 1
    if (found === '}' || found === ']') depth -= 1
  }
  return Object.fromEntries(parsed)
}
