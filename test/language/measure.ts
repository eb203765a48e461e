/**
 * Measures the language check on labelled sentences: `npm run language -- <file.tsv> [--entries]`.
 *
 * The first line names the columns: `text`, `label` (`blame` or `ok`; with any other a sentence is not counted) and, where
 * known, `field`, `people` (comma-separated names) and `from`, the document. Without `label`, a `kind` other than `ok` blames.
 */
import { readFileSync } from 'node:fs'
import { type Entry, entries, type Match, matchesIn } from '../../src/language/check.ts'
import { type BlameField, blameCodes, findingLevels } from '../../src/language/codes.ts'
import { wordsOf } from '../../src/language/words.ts'

interface Sentence {
  text: string
  blames: boolean
  from: string
  matches: Match[]
}

/** Whether what an entry finds in a sentence counts. */
type Counts = (entry: Entry, sentence: Sentence) => boolean

const [path, ...flags] = process.argv.slice(2)
if (path === undefined) {
  console.error('Name a file of labelled sentences: npm run language -- sentences.tsv')
  process.exit(1)
}
measure(readSentences(path))

function measure(sentences: readonly Sentence[]): void {
  const blaming = sentences.filter(({ blames }) => blames).length
  console.log(`${sentences.length} sentences, of which ${blaming} blame; ${entries.length} entries\n`)
  tell(sentences, 'all', () => true)
  for (const level of findingLevels) tell(sentences, level, entry => entry.level === level)
  if (new Set(sentences.map(({ from }) => from)).size > 1) tellCrossValidated(sentences)
  console.log()
  for (const code of blameCodes) tell(sentences, code, entry => entry.code === code)
  if (flags.includes('--entries')) tellEntries(sentences)
  list('Found, but does not blame', sentences, one => !one.blames && one.matches.length > 0)
  list('Blames, but is not found', sentences, one => one.blames && one.matches.length === 0)
}

function tell(sentences: readonly Sentence[], name: string, counts: Counts): void {
  const found = sentences.filter(one => one.matches.some(({ entry }) => counts(entry, one)))
  const right = found.filter(({ blames }) => blames).length
  const blaming = sentences.filter(({ blames }) => blames).length
  const precision = `precision ${share(right, found.length)}`
  const recall = `recall ${share(right, blaming)}`
  const ordinary = share(100 * (found.length - right), sentences.length - blaming)
  console.log(
    `${name.padEnd(24)} ${precision.padEnd(28)} ${recall.padEnd(25)} of the ordinary ${ordinary.split(' ')[0]} %`,
  )
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${(part / whole).toFixed(3)} (${part} of ${whole})`
}

/**
 * As if each document were new: an entry counts in it when it is right at least as often as wrong on other sentences of other
 * documents, and is sure when it is so there. Far below the plain figures, entries are fitted to sentences.
 */
function tellCrossValidated(sentences: readonly Sentence[]): void {
  const elsewhere = new Map(
    [...Map.groupBy(sentences, ({ from }) => from)].map(([from, own]) => {
      const texts = new Set(own.map(({ text }) => text))
      return [from, talliesOf(sentences.filter(one => one.from !== from && !texts.has(one.text)))]
    }),
  )
  const tallyOf = (entry: Entry, { from }: Sentence) =>
    elsewhere.get(from)!.get(entry) ?? { right: 0, wrong: 0 }
  tell(sentences, 'all, cross-validated', (entry, one) => {
    const { right, wrong } = tallyOf(entry, one)
    return right > 0 && right >= wrong
  })
  tell(sentences, 'sure, cross-validated', (entry, one) => isSure(tallyOf(entry, one)))
}

interface Tally {
  right: number
  wrong: number
}

/** What makes an entry `sure`. */
function isSure({ right, wrong }: Tally): boolean {
  return right + wrong >= 5 && right >= 0.9 * (right + wrong)
}

/** How often each entry is right, and wrong. */
function talliesOf(sentences: readonly Sentence[]): Map<Entry, Tally> {
  const tallies = new Map(entries.map(entry => [entry, { right: 0, wrong: 0 }]))
  for (const { blames, matches } of sentences)
    for (const { entry } of matches) tallies.get(entry)![blames ? 'right' : 'wrong'] += 1
  return tallies
}

function tellEntries(sentences: readonly Sentence[]): void {
  console.log('\nEntries: right, wrong')
  for (const [{ code, level, pattern }, tally] of talliesOf(sentences)) {
    const due =
      isSure(tally) === (level === 'sure') ? '' : ` (here it is ${isSure(tally) ? 'sure' : 'not sure'})`
    const { right, wrong } = tally
    console.log(
      `${String(right).padStart(4)} ${String(wrong).padStart(4)}  ${level}${due} ${code}  ${pattern}`,
    )
  }
}

function list(title: string, sentences: readonly Sentence[], isListed: (one: Sentence) => boolean): void {
  console.log(`\n${title}`)
  for (const { text, matches } of sentences.filter(isListed)) {
    const found = matches.map(({ entry, start, end }) => `[${entry.code}: ${text.slice(start, end)}] `)
    console.log(`  ${found[0] ?? ''}${text}`)
  }
}

function readSentences(file: string): Sentence[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n')
  const columns = head!.split('\t')
  return lines.flatMap(line => {
    const cells = line.split('\t')
    const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
    const label = cell('label') || (cell('kind') === 'ok' ? 'ok' : 'blame')
    if (label !== 'ok' && label !== 'blame') return []
    const people = cell('people').split(',').filter(Boolean)
    const field = (cell('field') || undefined) as BlameField | undefined
    const matches = matchesIn(wordsOf(cell('text')), { field, people }).flat()
    return [{ text: cell('text'), blames: label === 'blame', from: cell('from'), matches }]
  })
}
