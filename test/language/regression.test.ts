import { readFileSync } from 'node:fs'
import t from 'tap'
import type { BlameField } from '../../src/language/codes.ts'
import { findBlame } from './find-blame.ts'

/** What was judged rightly once, stays so; how good the check is, real sentences tell: `npm run language`. */
const [, ...lines] = readFileSync(new URL('regression.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')

t.test('what was found is found still, and what was left alone is so still', async t => {
  t.equal(lines.length, 300)
  for (const line of lines) {
    const [kind, people, field, text] = line.split('\t') as [string, string, BlameField, string]
    const found = findBlame(text, { field, people: people === '' ? [] : people.split(',') })
    t.same(
      found.map(({ code }) => code),
      kind === 'ok' ? [] : [kind],
      text,
    )
  }
})
