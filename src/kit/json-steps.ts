import { createHash } from 'node:crypto'
import { canonicalJson } from './json.ts'
import type { Steps } from './steps.ts'

/** JSON that may be long, written, read and hashed in steps: an object with long lists takes one for each entry. */

/** The same as `canonicalJson`. */
export function* canonicalSteps(value: Record<string, unknown>): Steps<string> {
  const members: string[] = []
  for (const [name, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (member === undefined) continue
    const json = Array.isArray(member) ? yield* listSteps(member) : canonicalJson(member)
    members.push(`${JSON.stringify(name)}:${json}`)
  }
  return `{${members.join(',')}}`
}

function* listSteps(list: readonly unknown[]): Steps<string> {
  const written: string[] = []
  for (const entry of list) {
    written.push(canonicalJson(entry))
    yield
  }
  return `[${written.join(',')}]`
}

const hashedAtOnce = 1024 * 1024

/** In hexadecimal, of the text in UTF-8. */
export function* sha256Steps(text: string): Steps<string> {
  const hash = createHash('sha256')
  const bytes = Buffer.from(text)
  yield
  for (let start = 0; start < bytes.length; start += hashedAtOnce) {
    hash.update(bytes.subarray(start, start + hashedAtOnce))
    yield
  }
  return hash.digest('hex')
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
