import { createRequire } from 'node:module'
import type { LRParser } from '@lezer/lr'
import { quoted } from './yaml-text.ts'

export interface PromqlFault {
  /** Offset in the expression. */
  at: number
  words: string
}

/**
 * The first syntax error of a PromQL expression; undefined where there is none. Checks strings with their escapes,
 * brackets, names of functions, and the grammar with its experimental parts. Does not check types, numbers of arguments
 * and regular expressions, nor the grammar of an expression with more than 140 operators and brackets.
 * The rules: https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
export function promqlFault(text: string): PromqlFault | undefined {
  const token = firstLexicalFault(text)
  const plain = blankOut(text)
  const stop = parseStop(plain)
  if (stop === undefined || (token && token.seen <= stop)) return token
  return grammarFault(text, plain, stop) ?? token
}

/** Comments, strings, brackets, and the characters that are allowed in comments and strings alone. */
const tokenPattern = /#[^\n\r]*|(["'])(?:(?!\1)[^\\\n]|\\.?)*(\1?)|`[^`]*(`?)|[()[\]{}]|[^\t\n\r -~]/gsu

/** An escape of Go’s strings, or a backslash with another character, which is captured. */
const escapePattern = /\\(?:[\\abfnrtv]|[0-3][0-7]{2}|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|(.?))/gsu

const openingOf: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** The first lexical error, and the offset at which it shows: for a bracket that is never closed, the end. */
function firstLexicalFault(text: string): (PromqlFault & { seen: number }) | undefined {
  const open: { bracket: string; at: number }[] = []
  for (const match of text.matchAll(tokenPattern)) {
    const { 0: token, index: at } = match
    const opening = openingOf[token]
    if ('([{'.includes(token)) open.push({ bracket: token, at })
    const words = opening ? bracketFault(token, opening, open.pop()?.bracket) : lexicalFault(match)
    if (words) return { at, words, seen: at }
  }
  const last = open.at(-1)
  return last && { at: last.at, words: `has a ${quoted(last.bracket)} that is not closed`, seen: text.length }
}

function bracketFault(closing: string, opening: string, last: string | undefined): string | undefined {
  if (last === opening) return undefined
  return last ? `has ${quoted(closing)} where ${quoted(last)} is open` : `has a ${quoted(closing)} too many`
}

function lexicalFault({ 0: token, 1: quote, 2: end, 3: rawEnd }: RegExpExecArray): string | undefined {
  if (end === '' || rawEnd === '') return `has a string that is not closed, ${quoted(lineOf(token))}`
  const unknown =
    quote && token.matchAll(escapePattern).find(([, other]) => other !== undefined && other !== quote)
  if (unknown) return `has ${quoted(unknown[0])} in a string, where a backslash is written ${quoted('\\\\')}`
  if (token > '~') return `has ${quoted(token)} (U+${hexOf(token)}) outside of a string`
  return undefined
}

const hexOf = (character: string) => character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
const lineOf = (text: string) => text.split('\n', 1)[0]!.trimEnd()

/** Rewrites what Prometheus allows and the library’s grammar does not. Each keeps the length, so that offsets stay. */
const rewrites: [RegExp, (found: string) => string][] = [
  [/\b0x[\da-f_]+/gi, hexadecimal => '1'.repeat(hexadecimal.length)],
  [/(?<![\w.])\d[\d_]*\.(?![\w.])/g, number => number.replace('.', ' ')],
  [/(?<![\w:])[a-z_:][\w:]*(?=\s*[,)])/gi, label => label.replaceAll(':', '_')],
  [
    /(?:^|[-+*/%^<>=(,]|\b(?:and|or|unless|bool))\s*offset\b/gi,
    metric => metric.replace(/offset/i, 'metric'),
  ],
  [/\b(?:step|range)(?=\s*\()/gi, name => name.toLowerCase()],
]

/** Blanks out the insides of comments and strings, and rewrites; offsets stay. */
function blankOut(text: string): string {
  const blank = (token: string) => {
    if (token.length === 1) return token
    return token[0] === '#' ? ' '.repeat(token.length) : `"${' '.repeat(token.length - 2)}"`
  }
  return rewrites.reduce((plain, [from, to]) => plain.replace(from, to), text.replace(tokenPattern, blank))
}

/**
 * What deepens the syntax tree: the library cuts off a tree that is too deep, and then reports what follows as an
 * error.
 */
const nesting = /[-+*/%^<>@([]|[=!]=|\b(?:and|or|unless|atan2|offset)\b/gi
const maxNesting = 140

/** The offset at which parsing stops; undefined where all is parsed, or the tree would be too deep. */
function parseStop(plain: string): number | undefined {
  if ((plain.match(nesting)?.length ?? 0) > maxNesting) return undefined
  const parse = parser().startParse(plain)
  try {
    while (parse.advance() === null);
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return parse.parsedPos
  }
}

let loaded: LRParser | undefined

/** Loads the library on first use: that takes some 10 ms, which would delay the start. */
function parser(): LRParser {
  if (loaded) return loaded
  const library = createRequire(import.meta.url)('@prometheus-io/lezer-promql')
  loaded = (library as typeof import('@prometheus-io/lezer-promql')).parser.configure({ strict: true })
  return loaded
}

/** Functions of Prometheus that the library’s grammar allows in durations alone. */
const missingFunctions = ['min_of', 'max_of']

function grammarFault(text: string, plain: string, stop: number): PromqlFault | undefined {
  const end = plain.trimEnd().length
  if (end === 0) return { at: 0, words: 'says nothing' }
  if (stop >= end) return { at: end - 1, words: 'ends too early' }
  const name = plain[stop] === '(' && /(?<![\w:.])[a-z_]\w*(?=\s*$)/i.exec(plain.slice(0, stop))
  if (!name) return { at: stop, words: `stops being PromQL at ${quoted(lineOf(text.slice(stop)))}` }
  if (missingFunctions.includes(name[0])) return undefined
  return { at: name.index, words: `calls ${quoted(name[0])}, which is no function of PromQL` }
}
