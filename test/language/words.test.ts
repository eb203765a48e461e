import t from 'tap'
import { sentencesOf } from '../../src/language/sentences.ts'
import { wordsOf } from '../../src/language/words.ts'

const read = (text: string) =>
  wordsOf(text)
    .map(({ lower, isBreak }) => (isBreak ? '|' : lower || '…'))
    .join(' ')
const sentences = (text: string) =>
  sentencesOf(wordsOf(text)).map(words => text.slice(words[0]!.start, words.at(-1)!.end))

t.test('contractions come apart, and keep their places', async t => {
  t.equal(
    read("They didn't, can’t, won't; we've, it’s, I'd, Sam's."),
    'they did not , can not , will not ; we have , it ’s , i ’d , sam ’s .',
  )
  const [, did, not] = wordsOf("We didn't")
  t.match(
    [did, not],
    [
      { text: 'did', start: 3, end: 6 },
      { text: 'not', start: 6, end: 9 },
    ],
  )
})

t.test('code, quotations and addresses are not read', async t => {
  for (const text of [
    'The log said “we forgot it” then',
    'The log said "we forgot it" then',
    "The log said 'we forgot it' then",
    'The log said ‘we forgot it’ then',
    'The log said «we forgot it» then',
    'The log said `we forgot it` then',
    'The log said ``we `forgot` it`` then'.replaceAll('`forgot` ', ''),
    'The log said https://log.example/we-forgot-it then',
  ])
    t.equal(read(text), 'the log said … then', text)
  t.equal(read('```\nwe forgot it\n```\nIt ended'), '| it ended')
  t.equal(read('> we forgot it\nIt ended'), '| it ended')
  t.equal(read("the engineers' manager and 'skip' it"), "the engineers ' manager and … it")
})

t.test('emphasis, links, tags and what cannot be seen are looked through', async t => {
  for (const text of [
    '**Sam** forgot it',
    'Sam __forgot__ it',
    '***Sam*** ~~forgot~~ *it*',
    '[Sam](https://people.example/sam) forgot it',
    'Sam [forgot][1] it',
    '<b>Sam</b> forgot it',
    'S\u200bam forgot\u2060 it',
  ])
    t.equal(read(text), 'sam forgot it', text)
})

t.test(
  'a sentence ends at its full stop, at a paragraph and at an item of a list, and not at a line',
  async t => {
    t.same(sentences('It fell.\nIt was\nup again! Why? At 14.05, e.g. at noon, it fell (v1.2) vs. J. Doe'), [
      'It fell.',
      'It was\nup again!',
      'Why?',
      'At 14.05, e.g. at noon, it fell (v1.2) vs. J. Doe',
    ])
    t.same(sentences('## What broke\n\nThe shop\n\n- It fell\n- [ ] It rose\n1. It stood'), [
      'What broke',
      'The shop',
      'It fell',
      'It rose',
      'It stood',
    ])
  },
)

t.test('a run of words without an end is cut', async t => {
  const long = wordsOf('and then '.repeat(400))
  t.same(
    sentencesOf(long).map(words => words.length),
    [250, 250, 250, 50],
  )
})

t.test('line ends of other systems, spaces at a line’s end and nested lists hide no break', async t => {
  t.same(sentences('It fell\r\n\r\nIt rose\n \n  It stood'), ['It fell', 'It rose', 'It stood'])
  t.same(sentences('- It fell  \n  - It rose\n    1. It stood'), ['It fell', 'It rose', 'It stood'])
  t.equal(read('It fell\n\n  > we forgot it\n\nIt rose'), 'it fell | | it rose')
})

t.test('a quotation may go over a line, and not over a paragraph', async t => {
  for (const quoted of ['“we forgot\nit”', '"we forgot\nit"', '„we forgot it”', '»we forgot it«'])
    t.equal(read(`They said ${quoted} then`), 'they said … then', quoted)
  t.match(read('They said "we\n\nforgot it" then'), 'forgot')
  t.equal(read('```kubectl get``` ran'), '… ran')
})
