/**
 * Measures the language check on labelled sentences: `npm run language -- <file.tsv> [--entries]`.
 * The file's first line names its columns: `label` (`blame`, `ok`; others are not counted) and `text`, and perhaps `field`,
 * `people` (comma-separated) and `from` (the document, by which it cross-validates).
 */
import { readFileSync } from 'node:fs'
import { type BlameOptions, type Entry, entries, type Match, matchesIn } from '../../src/language/check.ts'
import type { BlameField } from '../../src/language/codes.ts'

interface Labelled {
  label: string
  kind: string
  text: string
  from: string
  matches: Match[]
}

const [path, ...flags] = process.argv.slice(2)
if (path === undefined) throw new Error('Name a file: npm run language -- sentences.tsv')
const all = readLabelled(path)
const scored = all.filter(({ label }) => label === 'blame' || label === 'ok')

function readLabelled(file: string): Labelled[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n')
  const columns = head!.split('\t')
  return lines.map(line => {
    const cells = line.split('\t')
    const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
    const people = cell('people')
      .split(',')
      .filter(name => name !== '')
    const options: BlameOptions = { field: (cell('field') || undefined) as BlameField | undefined, people }
    const matches = matchesIn(cell('text'), options).flat()
    const label = cell('label') || (cell('kind') === 'ok' ? 'ok' : 'blame')
    return { label, kind: cell('kind'), text: cell('text'), from: cell('from'), matches }
  })
}

const percent = (part: number, whole: number) => (whole === 0 ? '–' : (part / whole).toFixed(3))
const isBlame = ({ label }: Labelled) => label === 'blame'

/** What a choice of entries finds: `usable` says which count for a sentence. */
function tell(name: string, usable: (one: Labelled, entry: Entry) => boolean): void {
  const flagged = scored.filter(one => one.matches.some(({ entry }) => usable(one, entry)))
  const right = flagged.filter(isBlame).length
  const blaming = scored.filter(isBlame).length
  const wrong = flagged.length - right
  const ordinary = percent(100 * wrong, scored.length - blaming)
  console.log(
    `${name.padEnd(24)} precision ${percent(right, flagged.length)} (${right} of ${flagged.length})   ` +
      `recall ${percent(right, blaming)} (${right} of ${blaming})   ordinary flagged ${ordinary} %`,
  )
}

/** How often an entry is right, over the sentences that count. */
function statistics(of: readonly Labelled[]): Map<Entry, { hits: number; right: number }> {
  const found = new Map<Entry, { hits: number; right: number }>()
  for (const one of of)
    for (const entry of new Set(one.matches.map(({ entry }) => entry))) {
      const { hits, right } = found.get(entry) ?? { hits: 0, right: 0 }
      found.set(entry, { hits: hits + 1, right: right + Number(isBlame(one)) })
    }
  return found
}

console.log(
  `${scored.length} sentences, ${scored.filter(isBlame).length} that blame; ${entries.length} entries\n`,
)
tell('all', () => true)
tell('sure', (_, entry) => entry.level === 'sure')

if (scored.some(({ from }) => from !== '')) {
  // An entry counts in a document when it is right more often than wrong in the others, on other sentences; it is sure there when it is so in the others.
  const documents = Map.groupBy(scored, ({ from }) => from)
  const elsewhere = new Map(
    [...documents].map(([from, own]) => {
      const texts = new Set(own.map(({ text }) => text))
      return [from, statistics(scored.filter(one => one.from !== from && !texts.has(one.text)))]
    }),
  )
  const isUseful = (one: Labelled, entry: Entry) => {
    const { hits, right } = elsewhere.get(one.from)!.get(entry) ?? { hits: 0, right: 0 }
    return right > 0 && right >= hits / 2
  }
  const isSure = (one: Labelled, entry: Entry) => {
    const { hits, right } = elsewhere.get(one.from)!.get(entry) ?? { hits: 0, right: 0 }
    return hits >= 5 && right >= 0.9 * hits
  }
  tell('all, cross-validated', isUseful)
  tell('sure, cross-validated', isSure)
}

console.log('\nby code')
const codes = [...new Set(entries.map(({ code }) => code))]
for (const code of codes) tell(code, (_, entry) => entry.code === code)

if (flags.includes('--entries')) {
  const found = statistics(scored)
  console.log('\nentries: right of hits')
  for (const entry of entries) {
    const { hits, right } = found.get(entry) ?? { hits: 0, right: 0 }
    console.log(
      `${String(right).padStart(4)} of ${String(hits).padStart(4)}  ${entry.level.padEnd(8)} ${entry.code.padEnd(16)} ${entry.pattern.slice(0, 90)}`,
    )
  }
}
const shown = ({ text, matches }: Labelled) =>
  `  ${matches[0] ? `[${matches[0].entry.code}: ${text.slice(matches[0].start, matches[0].end)}] ` : ''}${text}`
console.log('\nfound, but not blaming')
for (const one of scored.filter(one => !isBlame(one) && one.matches.length > 0)) console.log(shown(one))
console.log('\nblaming, but not found')
for (const one of scored.filter(one => isBlame(one) && one.matches.length === 0)) console.log(shown(one))
