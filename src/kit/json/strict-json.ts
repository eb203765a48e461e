import { isUtf8 } from 'node:buffer'
import { isStorable } from '../text.ts'
import { pointerToken } from './json.ts'

export type StrictJsonErrorKind = 'encoding' | 'syntax' | 'depth' | 'duplicate' | 'prototype' | 'text'

/** Why a body was refused, and the JSON pointer of the place; an empty pointer means the whole body. */
export class StrictJsonError extends Error {
  readonly kind: StrictJsonErrorKind
  readonly pointer: string

  constructor(kind: StrictJsonErrorKind, pointer: string, sentence: string) {
    super(sentence)
    this.kind = kind
    this.pointer = pointer
  }
}

/** How deep objects and lists may be nested, counting the outermost. */
export const maxDepth = 32

/**
 * Parses JSON that any two readers understand alike (I-JSON, RFC 7493): UTF-8, no name twice in an object (escaped
 * spellings count as what they spell), no `__proto__`, at most 32 deep, and only texts that can be stored.
 * @param judgedLater the pointers below which a text that cannot be stored is left to a later check
 * @throws StrictJsonError naming the first fault
 */
export function parseStrictJson(bytes: Buffer, judgedLater?: string): unknown {
  if (!isUtf8(bytes)) throw invalidUtf8Error(bytes)
  const text = bytes.toString()
  const value = parse(text)
  scan(text, judgedLater)
  return value
}

function invalidUtf8Error(bytes: Buffer): StrictJsonError {
  const decoded = Buffer.from(bytes.toString())
  const at = bytes.findIndex((byte, i) => byte !== decoded[i])
  return new StrictJsonError('encoding', '', `The body is not valid UTF-8 from byte ${at} on.`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StrictJsonError('syntax', '', syntaxFault(text, (error as Error).message))
  }
}

/** What JSON.parse has found, and where as far as it says so. */
function syntaxFault(text: string, found: string): string {
  if (text.trim() === '') return 'The body is empty, and this call takes a JSON object.'
  if (found.startsWith('Unexpected end') || found.startsWith('Unterminated'))
    return `The body is not JSON: it ends too early (${found}); is a bracket or a quotation mark missing?`
  return `The body is not JSON: ${found}.`
}

/** An object or a list that the scan is in: the names it has seen, and the current member. */
interface Level {
  names: Set<string> | null
  at: string | number
  expectsName: boolean
}

/** Scans a text that JSON.parse has accepted, so only strings, brackets and commas matter. */
function scan(text: string, judgedLater: string | undefined): void {
  const levels: Level[] = []
  let level: Level | undefined
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i)
        const string = decode(text, i, end)
        if (level?.expectsName) enterMember(level, string, levels)
        requireStorable(string, levels, judgedLater)
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

/** Refuses escaped NUL and lone surrogates; unescaped ones are no valid JSON or UTF-8 already. */
function requireStorable(string: string, levels: Level[], judgedLater: string | undefined): void {
  if (isStorable(string)) return
  const pointer = pointerOf(levels)
  if (judgedLater !== undefined && pointer.startsWith(`${judgedLater}/`)) return
  throw new StrictJsonError('text', pointer, `${pointer || 'The body'} must be valid Unicode without NUL.`)
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
  if (isRepeated) throw new StrictJsonError('duplicate', pointer, `${pointer} is there twice: leave out one.`)
  throw new StrictJsonError('prototype', pointer, `${pointer} is a name that no object may have.`)
}

function enter(levels: Level[], level: Level): Level {
  levels.push(level)
  if (levels.length <= maxDepth) return level
  const pointer = pointerOf(levels.slice(0, -1))
  throw new StrictJsonError(
    'depth',
    pointer,
    `${pointer} is nested too deeply: ${maxDepth} levels are the most.`,
  )
}

function nextMember(level: Level): void {
  if (level.names) level.expectsName = true
  else (level.at as number)++
}

const pointerOf = (levels: Level[]): string => levels.map(({ at }) => `/${pointerToken(at)}`).join('')
