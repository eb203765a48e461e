import { wordJoiner } from './mentions.ts'

/** Writes a code span of one line, between more backticks than it has. */
export function codeSpan(code: string, cell: boolean): string {
  const runs = new Set((code.match(/`+/g) ?? []).map(run => run.length))
  let length = 1
  while (runs.has(length)) length++
  const fence = '`'.repeat(length)
  const text = cell ? inCell(code) : code
  return `${fence}${losesItsEnds(code) ? ` ${text} ` : text}${fence}`
}

/** A parser takes one space from both ends, and a backtick at an end would be the fence's. */
const losesItsEnds = (code: string): boolean =>
  code.startsWith('`') ||
  code.endsWith('`') ||
  (code.startsWith(' ') && code.endsWith(' ') && /[^ ]/.test(code))

/** Parsers disagree about a backslash before a `|`, so something without width stands between. */
const inCell = (code: string): string => code.replace(/\\(?=\|)/g, `\\${wordJoiner}`).replaceAll('|', '\\|')
