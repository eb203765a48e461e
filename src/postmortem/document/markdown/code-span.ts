/** Writes a code span of one line: between more backticks than it has, and with `|` escaped in a cell. */
export function codeSpan(code: string, cell: boolean): string {
  const runs = new Set((code.match(/`+/g) ?? []).map(run => run.length))
  let length = 1
  while (runs.has(length)) length++
  const fence = '`'.repeat(length)
  const needsSpace = /^`|`$|^ .*[^ ].* $/.test(code)
  const text = needsSpace ? ` ${code} ` : code
  return `${fence}${cell ? text.replaceAll('|', '\\|') : text}${fence}`
}
