import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)
const script = new URL('measure.ts', import.meta.url).pathname
const measured = async (rows: string[][]) => {
  const file = `${t.testdir({})}/sentences.tsv`
  writeFileSync(file, `${rows.map(cells => cells.join('\t')).join('\n')}\n`)
  return (await run(process.execPath, [script, file, '--entries'])).stdout
}

t.test('precision, recall and what was wrong are told of any file of labelled sentences', async t => {
  const told = await measured([
    ['label', 'field', 'text', 'people', 'from'],
    ['blame', 'event', 'We forgot to restart it.', '', 'one'],
    ['blame', 'event', 'Sam forgot the flag.', 'Sam,Ana', 'two'],
    ['blame', 'summary', 'It was a bad day for whoever did it.', '', 'two'],
    ['ok', 'event', 'We forgot about it on purpose.', '', 'two'],
    ['ok', 'event', 'The job forgot the flag.', '', 'three'],
    ['ambig', 'event', 'We forgot to be afraid.', '', 'three'],
  ])
  t.match(told, '5 sentences, of which 3 blame')
  t.match(told, /^all {2,}precision 0\.667 \(2 of 3\) +recall 0\.667 \(2 of 3\) +of the ordinary 50\.000 %$/m)
  t.match(told, /^all, cross-validated +precision 0\.667/m)
  t.match(told, /^sure, cross-validated +precision –/m)
  t.match(told, /^omission +precision 0\.667 \(2 of 3\)/m)
  t.match(told, /^ {3}2 {4}1 {2}sure \(here it is not sure\) omission/m)
  t.match(told, /Found, but does not blame\n {2}\[omission: We forgot\] We forgot about it/)
  t.match(told, /Blames, but is not found\n {2}It was a bad day/)
})

t.test('a kind stands for a label, and without documents nothing is cross-validated', async t => {
  const told = await measured([
    ['kind', 'text'],
    ['omission', 'We forgot to restart it.'],
    ['ok', 'It restarted.'],
  ])
  t.match(told, /^all +precision 1\.000 \(1 of 1\) +recall 1\.000 \(1 of 1\) +of the ordinary 0\.000 %$/m)
  t.notMatch(told, 'cross-validated')
})

t.test('without a file it says what to name', async t => {
  await t.rejects(run(process.execPath, [script]), { code: 1, stderr: /npm run language -- sentences.tsv/ })
})
