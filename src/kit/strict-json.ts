import { isUtf8 } from 'node:buffer'
import { pointerToken } from './json.ts'
import { isStorable } from './text.ts'

export type JsonFaultKind = 'encoding' | 'syntax' | 'depth' | 'duplicate' | 'prototype' | 'text'

/** What is wrong with a text that should be JSON, and the JSON pointer of where, as far as there is one. */
export class JsonFault extends Error {
  readonly kind: JsonFaultKind
  readonly pointer: string

  constructor(kind: JsonFaultKind, pointer: string, sentence: string) {
    super(sentence)
    this.kind = kind
    this.pointer = pointer
  }
}

/** How many objects and lists may stand inside each other, the outermost counted. */
export const deepest = 32

/**
 * Parses JSON that any two readers understand alike (I-JSON, RFC 7493): UTF-8, no name twice in an object (escaped
 * spellings count as what they spell), no `__proto__`, at most 32 deep, and only texts that can be stored.
 * @throws JsonFault naming the first fault
 */
export function parseStrictJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalidUtf8(bytes)
  const text = bytes.toString()
  const value = parse(text)
  inspect(text)
  return value
}

function invalidUtf8(bytes: Buffer): JsonFault {
  const mended = Buffer.from(bytes.toString())
  const at = bytes.findIndex((byte, i) => byte !== mended[i])
  return new JsonFault('encoding', '', `The body is not valid UTF-8 from byte ${at} on.`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new JsonFault('syntax', '', `The body is not JSON: ${(error as Error).message}.`)
  }
}

/** An object or a list that the walk is in: the names it has had, and the member it is at. */
interface Level {
  names: Set<string> | null
  at: string | number
  expectsName: boolean
}

/** One pass over a text that is known to be JSON, so that only strings, brackets and commas need a look. */
function inspect(text: string): void {
  const levels: Level[] = []
  let level: Level | undefined
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i)
        const string = decode(text, i, end)
        if (level?.expectsName) enterMember(level, string, levels)
        requireStorable(string, levels)
        i = end
        break
      }
      case 0x7b:
        level = enter(levels, { names: new Set(), at: '', expectsName: true })
        break
      case 0x5b:
        level = enter(levels, { names: null, at: 0, expectsName: false })
        break
      case 0x7d:
      case 0x5d:
        levels.pop()
        level = levels.at(-1)
        break
      case 0x2c:
        nextMember(level!)
        break
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === 0x5c) first--
  return (at - first) % 2 === 1
}

function decode(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end)
  return raw.includes('\\') ? JSON.parse(text.slice(start, end + 1)) : raw
}

/** Valid UTF-8 and JSON's own grammar keep NUL and lone surrogates out, but their escapes get through. */
function requireStorable(string: string, levels: Level[]): void {
  if (isStorable(string)) return
  const pointer = pointerOf(levels)
  throw new JsonFault('text', pointer, `${pointer || 'The body'} must be valid Unicode without NUL.`)
}

function enterMember(level: Level, name: string, levels: Level[]): void {
  level.at = name
  level.expectsName = false
  const isRepeated = level.names!.has(name)
  if (!isRepeated && name !== '__proto__') {
    level.names!.add(name)
    return
  }
  const pointer = pointerOf(levels)
  if (isRepeated) throw new JsonFault('duplicate', pointer, `${pointer} is there twice.`)
  throw new JsonFault('prototype', pointer, `${pointer} is a name that no object may have.`)
}

function enter(levels: Level[], level: Level): Level {
  levels.push(level)
  if (levels.length <= deepest) return level
  const pointer = pointerOf(levels.slice(0, -1))
  throw new JsonFault('depth', pointer, `${pointer} is nested too deeply: ${deepest} levels are the most.`)
}

function nextMember(level: Level): void {
  if (level.names) level.expectsName = true
  else (level.at as number)++
}

const pointerOf = (levels: Level[]): string => levels.map(({ at }) => `/${pointerToken(at)}`).join('')
