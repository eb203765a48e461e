import t from 'tap'
import { Names, withPeople } from '../../src/language/people.ts'
import { wordsOf } from '../../src/language/words.ts'

const people = new Names(['Sam Okoro', 'Will Page', 'May Wong', 'Grace Kim', 'o.brien', 'xma', '김민수'])
const read = (text: string, names = people) =>
  withPeople(wordsOf(text), names)
    .map(({ code }) => code)
    .join(' ')

t.test('people, teams and roles are people; programs and things are not', async t => {
  for (const who of [
    'The engineer',
    'The tired on-call engineer',
    'The platform team',
    'The client team',
    'An SRE of ours'.replace(' of ours', ''),
    'Someone',
    'She',
    'Our DBA',
    'One of the engineers',
    'QA',
    '@priya',
    'Sam',
    'Sam Okoro',
    'The engineer Sam',
    'o.brien',
    'xma',
    '김민수',
  ])
    t.equal(read(`${who} forgot it`), 'P forgot it', who)
  for (const what of [
    'The client',
    'The deploy script',
    'The team dashboard',
    'It',
    'Kafka',
    'The Kubernetes operator',
    'The lock owner',
  ])
    t.notMatch(read(`${what} forgot it`), /P/, what)
})

t.test('nobody is nobody', async t => {
  for (const who of [
    'Nobody',
    'No one',
    'None of us',
    'Neither of the engineers',
    'No engineer',
    'None of the on-call engineers',
  ])
    t.equal(read(`${who} forgot it`), 'N forgot it', who)
})

t.test('whose it was is kept apart', async t => {
  t.equal(read('the engineer’s mistake'), 'P ’s mistake')
  t.equal(read("Sam's laptop failed"), 'P ’s laptop failed')
  t.equal(read('our mistake'), 'our mistake')
})

t.test('a name that is a word is a person only where a person can stand', async t => {
  for (const name of ['Will', 'May', 'Grace', 'Page', 'Will Page'])
    t.equal(read(`At noon ${name} forgot it`), 'at noon P forgot it', name)
  for (const text of [
    'Will the job skip it?',
    'May missed alerts be replayed?',
    'in May the job missed it',
    'Page faults rose',
    'the Grace period ended',
    'the page failed',
  ])
    t.notMatch(read(text), /P/, text)
})

t.test('“they” are people when people were spoken of', async t => {
  const read = (text: string, before: boolean) =>
    withPeople(wordsOf(text), people, before)
      .map(({ code }) => code)
      .join(' ')
  t.equal(read('They failed', true), 'P failed')
  t.equal(read('They failed', false), 'they failed')
  t.equal(read('The engineers saw that they failed', false), 'P saw that P failed')
})

t.test('the names in a text are those that its words are looked up by', async t => {
  const cases: [text: string, names: string[]][] = [
    ['Sam asked o.brien.', ['o.brien', 'sam']],
    ['@xma, _Sam_, “Priya” and **Okoro**', ['okoro', 'sam', 'xma']],
    ['S\u200bam’s host', ['sam']],
    ['It was missed by 김민수.', ['김민수']],
    ['o and brien', []],
    ['Nobody was there.', []],
    ['', []],
  ]
  for (const [text, names] of cases) {
    t.same(people.in(text), names, text)
    const looked = wordsOf(text).filter(({ lower }) => people.has(lower))
    t.same([...new Set(looked.map(({ lower }) => lower.replace('@', '')))].sort(), names, text)
  }
})

t.test('of a display name the parts that are names count, however they are written', async t => {
  const names = new Names([
    'Priya Raman (Payments)',
    'Sam van Dam',
    'Sales and Support',
    'In Soo',
    "Kim O'Brien",
    'José Nuñez',
    'Jean Luc',
    'Lee (on call)',
    'it',
    'db',
    'vault',
  ])
  for (const text of ['O’Brien', "O'Brien", 'Jos\u00e9', 'Jose\u0301', 'Jean-Luc', 'Dam', '@db', '@it'])
    t.equal(read(`${text} forgot it`, names), 'P forgot it', text)
  for (const text of [
    'Payments failed to settle',
    'The van failed to arrive',
    'The cache filled and did not stop',
    'In retrospect',
    'The call failed',
    'It failed to start',
    'The DB did not answer',
    'The vault did not answer',
    'node@18 failed',
    'redis@sha256:ab12 failed',
    '@Transactional failed',
    '@checkout-bot failed',
  ])
    t.notMatch(read(text, names), /P/, text)
})

t.test('a program of the same word as a role is none of people', async t => {
  for (const text of ['The secrets manager', 'The etcd member', 'The Strimzi operator', 'The BOSH director'])
    t.notMatch(read(`${text} failed`), /P/, text)
  for (const text of [
    'The release manager',
    'The night operator',
    'The on-call manager',
    'An operator',
    'The code reviewer',
    'The script author',
    'A staff member',
    'Our tech lead',
    'The service owner',
  ])
    t.equal(read(`${text} failed`), 'P failed', text)
})
