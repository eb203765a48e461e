import { createRequire } from 'node:module'
import type { LRParser } from '@lezer/lr'
import { quoted } from './yaml-text.ts'

/** What is wrong with an expression, and the place in its text. */
export interface PromqlFault {
  at: number
  words: string
}

/**
 * The first fault in the syntax of a PromQL expression; undefined where there is none. Read are strings with their
 * escapes, brackets, the names of functions, and the grammar, with all that is experimental in it. Not read are types,
 * how many arguments there are, and regular expressions; nor the grammar of more than 140 operators and brackets.
 * The rules: https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
export function promqlFault(text: string): PromqlFault | undefined {
  const token = tokenFault(text)
  const plain = plainOf(text)
  const stop = stopOf(plain)
  if (stop === undefined || (token && token.seen <= stop)) return token
  return stopFault(text, plain, stop) ?? token
}

/** Comments, strings, brackets, and what may stand in comments and strings only. */
const tokens = /#[^\n\r]*|(["'])(?:(?!\1)[^\\\n]|\\.?)*(\1?)|`[^`]*(`?)|[()[\]{}]|[^\t\n\r -~]/gsu

/** An escape that Go reads; else the character after the backslash. */
const escapes = /\\(?:[\\abfnrtv]|[0-3][0-7]{2}|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|(.?))/gsu

const openings: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** The first fault that tokens show, and where it is seen: that of a bracket which is never closed, at the end. */
function tokenFault(text: string): (PromqlFault & { seen: number }) | undefined {
  const open: { bracket: string; at: number }[] = []
  for (const match of text.matchAll(tokens)) {
    const { 0: token, index: at } = match
    const opening = openings[token]
    if ('([{'.includes(token)) open.push({ bracket: token, at })
    const words = opening ? closingFault(token, opening, open.pop()?.bracket) : wordsOf(match)
    if (words) return { at, words, seen: at }
  }
  const last = open.at(-1)
  return last && { at: last.at, words: `has a ${quoted(last.bracket)} that is not closed`, seen: text.length }
}

function closingFault(closing: string, opening: string, last: string | undefined): string | undefined {
  if (last === opening) return undefined
  return last ? `has ${quoted(closing)} where ${quoted(last)} is open` : `has a ${quoted(closing)} too many`
}

function wordsOf({ 0: token, 1: quote, 2: end, 3: rawEnd }: RegExpExecArray): string | undefined {
  if (end === '' || rawEnd === '') return `has a string that is not closed, ${quoted(lineOf(token))}`
  const unknown = quote && token.matchAll(escapes).find(([, other]) => other !== undefined && other !== quote)
  if (unknown) return `has ${quoted(unknown[0])} in a string, where a backslash is written ${quoted('\\\\')}`
  if (token > '~') return `has ${quoted(token)} (U+${hexOf(token)}) outside of a string`
  return undefined
}

const hexOf = (character: string) => character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
const lineOf = (text: string) => text.split('\n', 1)[0]!.trimEnd()

/** What the library takes for faults and Prometheus does not, and what to read in its place: as many characters. */
const readAs: [RegExp, (found: string) => string][] = [
  [/\b0x[\da-f_]+/gi, hexadecimal => '1'.repeat(hexadecimal.length)],
  [/(?<![\w.])\d[\d_]*\.(?![\w.])/g, number => number.replace('.', ' ')],
  [/(?<![\w:])[a-z_:][\w:]*(?=\s*[,)])/gi, label => label.replaceAll(':', '_')],
  [
    /(?:^|[-+*/%^<>=(,]|\b(?:and|or|unless|bool))\s*offset\b/gi,
    metric => metric.replace(/offset/i, 'metric'),
  ],
  [/\b(?:step|range)(?=\s*\()/gi, name => name.toLowerCase()],
]

/** The text without what comments and strings say, each character in its place. */
function plainOf(text: string): string {
  const blank = (token: string) => {
    if (token.length === 1) return token
    return token[0] === '#' ? ' '.repeat(token.length) : `"${' '.repeat(token.length - 2)}"`
  }
  return readAs.reduce((plain, [from, to]) => plain.replace(from, to), text.replace(tokens, blank))
}

/** What deepens the tree: the library cuts one that gets too deep, and then takes what follows for a fault. */
const deepening = /[-+*/%^<>@([]|[=!]=|\b(?:and|or|unless|atan2|offset)\b/gi
const mostDeepening = 140

/** Where the grammar does not go on; undefined where all is read, or it is too much to tell. */
function stopOf(plain: string): number | undefined {
  if ((plain.match(deepening)?.length ?? 0) > mostDeepening) return undefined
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

/** Loaded when first needed: that takes some 10 ms, for which a start need not wait. */
function parser(): LRParser {
  if (loaded) return loaded
  const library = createRequire(import.meta.url)('@prometheus-io/lezer-promql')
  loaded = (library as typeof import('@prometheus-io/lezer-promql')).parser.configure({ strict: true })
  return loaded
}

/** Functions of Prometheus that the library knows in durations only. */
const unlisted = ['min_of', 'max_of']

function stopFault(text: string, plain: string, stop: number): PromqlFault | undefined {
  const end = plain.trimEnd().length
  if (end === 0) return { at: 0, words: 'says nothing' }
  if (stop >= end) return { at: end - 1, words: 'ends too early' }
  const name = plain[stop] === '(' && /(?<![\w:.])[a-z_]\w*(?=\s*$)/i.exec(plain.slice(0, stop))
  if (!name) return { at: stop, words: `stops being PromQL at ${quoted(lineOf(text.slice(stop)))}` }
  if (unlisted.includes(name[0])) return undefined
  return { at: name.index, words: `calls ${quoted(name[0])}, which is no function of PromQL` }
}
