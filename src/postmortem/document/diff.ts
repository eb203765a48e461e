import { formatPatch, OMIT_HEADERS, type StructuredPatch, structuredPatch } from 'diff'
import { showControlsInLines } from './control-characters.ts'

/**
 * The minimal diff is searched for up to 600 added and removed lines, fewer in very long texts: an incident may have a
 * hundred changes, and each must take some hundredths of a second at most, even with hostile texts.
 */
const maxEdits = 600
const maxWork = 2_000_000

interface Texts {
  target: string
  before: string | null
  after: string | null
}

/**
 * The unified diff of two texts, with three lines of context; null where there is neither text. `\n` is its only line
 * break. Deterministic: the search is limited by lines, never by time.
 */
export function unifiedDiff({ target, before, after }: Texts): string | null {
  if (before === null && after === null) return null
  const hunks = hunksOf(...normalizeSharedCrlf(before ?? '', after ?? ''))
  const patch: StructuredPatch = { ...unnamed, hunks }
  const text = [
    `--- ${before === null ? '/dev/null' : `a/${target}`}`,
    `+++ ${after === null ? '/dev/null' : `b/${target}`}`,
    formatPatch(patch, OMIT_HEADERS),
  ].join('\n')
  return showControlsInLines(text.replace(/\n$/, ''))
}

const unnamed = { oldFileName: '', newFileName: '', oldHeader: undefined, newHeader: undefined }

/** Normalizes CRLF where all lines of both texts end in it: then it is no part of the change. */
function normalizeSharedCrlf(before: string, after: string): [string, string] {
  const bareLf = /(?<!\r)\n/
  return bareLf.test(before) || bareLf.test(after)
    ? [before, after]
    : [before.replaceAll('\r\n', '\n'), after.replaceAll('\r\n', '\n')]
}

function hunksOf(before: string, after: string): StructuredPatch['hunks'] {
  const lines = before.split('\n').length + after.split('\n').length
  const maxEditLength = Math.min(maxEdits, Math.ceil(maxWork / lines))
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context: 3, maxEditLength })
  return patch?.hunks ?? [replacement(before, after)]
}

/** One hunk that removes the whole old text and adds the new one. */
function replacement(before: string, after: string): StructuredPatch['hunks'][number] {
  const [removed, added] = [linesOf(before), linesOf(after)]
  return {
    ...{ oldStart: 1, oldLines: removed.length, newStart: 1, newLines: added.length },
    lines: [...withSign('-', removed, before), ...withSign('+', added, after)],
  }
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

const withSign = (sign: '-' | '+', lines: string[], text: string): string[] => [
  ...lines.map(line => sign + line),
  ...(text === '' || text.endsWith('\n') ? [] : ['\\ No newline at end of file']),
]
