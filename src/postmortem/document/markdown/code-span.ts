import { wordJoiner } from './mentions.ts'

/** Writes a code span of one line, between more backticks than it has. */
export function codeSpan(code: string, cell: boolean): string {
  const runs = new Set((code.match(/`+/g) ?? []).map(run => run.length))
  let length = 1
  while (runs.has(length)) length++
  const fence = '`'.repeat(length)
  const needsSpace = /^`|`$|^ .*[^ ].* $/.test(code)
  const text = cell ? inCell(code) : code
  return `${fence}${needsSpace ? ` ${text} ` : text}${fence}`
}

/** Parsers disagree about a backslash before a `|`, so something without width stands between. */
const inCell = (code: string): string => code.replace(/\\(?=\|)/g, `\\${wordJoiner}`).replaceAll('|', '\\|')
