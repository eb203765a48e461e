import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { entries, matchesIn } from '../../src/language/check.ts'
import { blameCodes } from '../../src/language/codes.ts'
import { patternsOf } from '../../src/language/patterns/pattern.ts'
import { Names, withPeople } from '../../src/language/people.ts'
import { wordsOf } from '../../src/language/words.ts'
import { findBlame } from './find-blame.ts'

const people = ['Sam Okoro', 'Priya Raman']
const most = 25

/** A sentence as the patterns see it. */
const seen = (text: string) =>
  withPeople(wordsOf(text), new Names(people))
    .map(({ code }) => code)
    .join(' ')

t.test('each entry finds its example, and no entry finds its near twin', async t => {
  for (const entry of entries) {
    const { code, pattern, finds, leaves } = entry
    const found = matchesIn(wordsOf(finds), { people }).flat()
    t.ok(
      found.some(match => match.entry === entry),
      `${code} ${pattern} finds: ${finds} (as it is seen: ${seen(finds)})`,
    )
    t.same(findBlame(leaves, { people }), [], `${code} ${pattern} leaves alone: ${leaves}`)
  }
})

t.test('there are few entries, each once', async t => {
  for (const code of blameCodes) {
    const own = entries.filter(entry => entry.code === code)
    t.ok(own.length > 0 && own.length <= most, `${code} has ${own.length} entries`)
  }
  t.equal(new Set(entries.map(({ pattern }) => pattern)).size, entries.length)
  t.equal(new Set(entries.map(({ finds }) => finds)).size, entries.length)
})

t.test('the room is small', async t => {
  const files = readdirSync(new URL('../../src/language/', import.meta.url), {
    recursive: true,
    withFileTypes: true,
  }).filter(file => file.isFile())
  const lines = files.map(
    ({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8').split('\n').length - 1,
  )
  const all = lines.reduce((sum, one) => sum + one, 0)
  t.ok(all <= 1_300, `${all} lines`)
})

t.test(
  'no pattern repeats without a bound but the letters of a word: none looks further than a few words',
  async t => {
    for (const { regex, pattern } of entries) {
      const bounded = regex.source.replace(/\[(?:\\.|[^\]])*\][*+]/g, 'x')
      t.notMatch(bounded, /(?<!\\)[*+]|\{\d+,\}/, pattern)
    }
  },
)

t.test('an entry that is not of the form is refused with its pattern', async t => {
  const table = (text: string) => () => patternsOf({ sure: '', perhaps: text })
  t.throws(table('{person} forgot\n+ We forgot it.'), /{person} forgot: it needs a line/)
  t.throws(table('{person} forgot\n- It forgot it.\n+ We forgot it.'), /it needs a line/)
  t.throws(table('{persn} forgot\n+ We forgot it.\n- It forgot it.'), /{persn} is unknown/)
  t.throws(table('{person} Didn’t\n+ We didn’t.\n- It did.'), /no sentence has “Didn’t”/)
  t.throws(
    table('{person} … ? forgot\n+ We forgot it.\n- It forgot it.'),
    /what may be nothing needs no “\?”/,
  )
})
