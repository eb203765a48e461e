import { formatPatch, OMIT_HEADERS, type StructuredPatch, structuredPatch } from 'diff'
import { inertLines } from './inert-text.ts'

/**
 * The fewest added and removed lines are looked for up to six hundred of them, and to fewer in texts of very many lines, so
 * that each change takes some hundredths of a second at most, also with hostile texts: an incident may have a hundred.
 */
const mostEdits = 600
const mostWork = 2_000_000

interface Texts {
  target: string
  before: string | null
  after: string | null
}

/**
 * The change from one text to another as a unified diff with three lines of context; null where there is neither text.
 * Only `\n` breaks a line of it. The same texts give the same diff: nothing depends on how long it takes.
 */
export function unifiedDiff({ target, before, after }: Texts): string | null {
  if (before === null && after === null) return null
  const hunks = hunksOf(...withoutSharedReturns(before ?? '', after ?? ''))
  const patch: StructuredPatch = { ...unnamed, hunks }
  const text = [
    `--- ${before === null ? '/dev/null' : `a/${target}`}`,
    `+++ ${after === null ? '/dev/null' : `b/${target}`}`,
    formatPatch(patch, OMIT_HEADERS),
  ].join('\n')
  return inertLines(text.replace(/\n$/, ''))
}

const unnamed = { oldFileName: '', newFileName: '', oldHeader: undefined, newHeader: undefined }

/** Where every line of both ends in CRLF, that is how they were sent, and no part of the change. */
function withoutSharedReturns(before: string, after: string): [string, string] {
  const bare = /(?<!\r)\n/
  return bare.test(before) || bare.test(after)
    ? [before, after]
    : [before.replaceAll('\r\n', '\n'), after.replaceAll('\r\n', '\n')]
}

function hunksOf(before: string, after: string): StructuredPatch['hunks'] {
  const lines = before.split('\n').length + after.split('\n').length
  const maxEditLength = Math.min(mostEdits, Math.ceil(mostWork / lines))
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context: 3, maxEditLength })
  return patch?.hunks ?? [replacement(before, after)]
}

/** One text taken away whole, and the other put in its place. */
function replacement(before: string, after: string): StructuredPatch['hunks'][number] {
  const [removed, added] = [linesOf(before), linesOf(after)]
  return {
    ...{ oldStart: 1, oldLines: removed.length, newStart: 1, newLines: added.length },
    lines: [...marked('-', removed, before), ...marked('+', added, after)],
  }
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

const marked = (sign: '-' | '+', lines: string[], text: string): string[] => [
  ...lines.map(line => sign + line),
  ...(text === '' || text.endsWith('\n') ? [] : ['\\ No newline at end of file']),
]
