import t from 'tap'
import { type BlameOptions, prepareBlameCheck } from '../../src/language/check.ts'
import { findBlame } from './find-blame.ts'

const people = ['Sam Okoro', 'sam']
const codes = (text: string, options?: BlameOptions) =>
  findBlame(text, { people, ...options }).map(({ code }) => code)
const said = (text: string) =>
  findBlame(text, { people }).map(({ span }) => [...text].slice(...span).join(''))

t.test('the drill’s sentence is found, and what it was turned into is not', async t => {
  t.same(codes('The on-call engineer should have seen the errors sooner.').length, 1)
  t.same(codes('The alert had no second person to page, and went unacknowledged for six minutes.'), [])
})

t.test('systems, alerts, tests and scripts may fail, miss and forget', async t => {
  for (const text of [
    'The probe failed to connect to the replica.',
    'The alert missed the first errors.',
    'The test suite did not catch it.',
    'The deploy script forgot to drain the node.',
    'The monitor should have fired.',
    'The job accidentally deleted them.',
    'There was no alert on the error rate.',
    'Sam rolled it back at 14:10.',
    'Sam failed over to the standby.',
    'The team missed its SLO.',
  ])
    t.same(codes(text), [], text)
})

t.test('passive blame, lines without a subject and exhortations count', async t => {
  for (const text of [
    'The table was accidentally deleted.',
    'The change should have been checked.',
    'It was switched off by mistake.',
    'An accidental execution of the script removed it.',
    'Did not disable the pipeline despite being aware of the risk',
    'We need to be more careful.',
  ])
    t.equal(codes(text).length, 1, text)
})

t.test('one cause is found where it is claimed, and only in a summary or a factor', async t => {
  const claim = 'The root cause was the deploy.'
  for (const field of ['summary', 'factor', undefined] as const)
    t.same(codes(claim, { field }), ['root_cause'])
  for (const field of ['event', 'action', 'went_well', 'title'] as const)
    t.same(codes(claim, { field }), [], field)
  t.same(codes('It all boils down to one thing.', { field: 'factor' }), ['root_cause'])
  for (const text of [
    'Root cause found at 14:20.',
    'The fix for the root cause is out.',
    'We dug into the root cause.',
    'The root cause is not known yet.',
    'There is no root cause.',
  ])
    t.same(codes(text, { field: 'summary' }), [], text)
})

t.test('a denial frees what it governs, and no more', async t => {
  for (const text of [
    'Nobody ignored the alert.',
    'This is not about what Sam should have done.',
    'We do not say that the team failed to look.',
    'Rather than asking who is to blame, we looked at the tool.',
    'Human error was not the cause.',
    'Nothing was done by mistake; no human error was made.',
    'Even if the engineer had seen it, nothing could have been done.',
    'The engineer did not notice the lag, because the dashboard showed an average.',
  ])
    t.same(codes(text), [], text)
  t.same(codes('The alert did not fire because Sam forgot to enable it.'), ['omission'])
  t.same(codes('The alert did not fire, so Sam missed it.'), ['omission'])
})

t.test('a condition of a counterfactual may be a system’s; a person’s is found', async t => {
  for (const text of [
    'If the alert had fired, nothing would have been lost.',
    'Had the client retried, nothing would have been lost.',
    'If the engineer had been paged, nothing would have been lost.',
    'If the engineer had had a rollback button, it would have been short.',
    'If Sam had not noticed the drop, all would have been lost.',
  ])
    t.same(codes(text), [], text)
  t.same(codes('If the engineer had noticed the alert, nothing would have been lost.'), ['should_have'])
  t.same(codes('Had Sam noticed the alert, nothing would have been lost.'), ['should_have'])
})

t.test('of two sentences each is judged by itself', async t => {
  const text = 'The alert fired. The engineer\nignored it. We fixed it.\n- QA forgot it\n- It failed.'
  t.same(
    findBlame(text).map(({ code, sentence }) => [code, sentence]),
    [
      ['omission', 'The engineer\nignored it.'],
      ['omission', 'QA forgot it'],
    ],
  )
})

t.test('a sentence is found once, and what is sure comes before what is perhaps', async t => {
  const [found, ...others] = findBlame('By mistake we forgot to check it, which was careless.')
  t.same(others, [])
  t.match(found, { code: 'omission', level: 'sure' })
  t.match(findBlame('It was a careless change.'), [{ code: 'carelessness', level: 'perhaps' }])
})

t.test('the span holds the words that blame, in code points', async t => {
  t.same(said('📟📟 At 14:08 the on-call engineer really forgot it.'), ['the on-call engineer really forgot'])
  t.same(said('The outage was due to human error.'), ['human error'])
  for (const [text, words] of Object.entries({
    '**Sam** forgot it.': 'Sam** forgot',
    '_Sam_ ~~really~~ *forgot* it.': 'Sam_ ~~really~~ *forgot',
    '[Sam](https://people.example/sam) forgot it.': 'Sam](https://people.example/sam) forgot',
    'SAM FORGOT IT.': 'SAM FORGOT',
  }))
    t.same(said(text), [words], text)
})

t.test('a sentence is given with the emphasis and the link that it begins with', async t => {
  for (const sentence of [
    '**Sam** forgot to test it.',
    '[Sam forgot the flag](https://log.example/a_b) and left.',
    '*Sam forgot it*',
  ])
    t.same(
      findBlame(`It was late. ${sentence}`, { people }).map(found => found.sentence),
      [sentence],
    )
})

t.test('the question names the time of day that the sentence begins with, and no other', async t => {
  const question = (text: string) => findBlame(text, { people })[0]!.question
  for (const text of ['At 14:08 Sam forgot it.', '14:08 – Sam forgot it.', '**14:08**: Sam forgot it.'])
    t.match(question(text), /^What drew attention elsewhere at 14:08,/, text)
  for (const text of [
    'Sam forgot it.',
    'Sam forgot the certificate, which expired at 23:59.',
    'At 02:00 PM Sam forgot it.',
    '14:08 to 14:20 Sam forgot it.',
    '14:08:31 Sam forgot it.',
  ])
    t.match(question(text), /^What drew attention elsewhere at the time,/, text)
})

t.test(
  'names come from the directory or with the call, and a judgement tells on which of them it depends',
  async t => {
    const check = prepareBlameCheck(['Nguyễn Thị Mai', 'xma', 'o.brien'])
    const isFound = (text: string, names?: string[]) =>
      check.judge(text, names ? { people: names } : {}).findings.length === 1
    for (const name of ['Nguyễn Thị Mai', 'Thị', '@xma', 'o.brien', '@o.brien'])
      t.ok(isFound(`${name} missed the warning.`), name)
    t.notOk(isFound('Xiulan missed the warning.'))
    t.ok(isFound('Xiulan missed the warning.', ['Xiulan Ma']))
    t.notOk(isFound('Xiulan missed the warning.'))
    t.same(check.namesIn('Thị and @o.brien asked Xiulan; the XMA host fell.'), ['o.brien', 'thị', 'xma'])
    t.same(check.namesIn('Nobody was there.'), [])
  },
)

t.test('what cannot be judged is said', async t => {
  const { judge } = prepareBlameCheck([])
  const unjudged = (text: string) => judge(text).unjudged
  for (const text of [
    'Die Datenbank wurde versehentlich gelöscht.',
    'Nous avons oublié de renouveler le certificat.',
    'Se olvidó renovar el certificado.',
    'データベースが誤って削除された。',
    'База данных была удалена по ошибке.',
    '数据库被误删',
  ])
    t.same(judge(text), { unjudged: 'another_language', findings: [] }, text)
  t.equal(unjudged('`kubectl delete node`'), 'code')
  t.equal(unjudged('```\nkubectl delete node\n```'), 'code')
  t.equal(unjudged('https://log.example/1'), 'code')
  t.equal(unjudged('Rollback done'), 'too_short')
  t.equal(unjudged('14:08'), 'too_short')
  t.match(judge('Human error.'), { unjudged: null, findings: [{ code: 'human_error' }] })
  for (const text of [
    'Errors rose at 14:08.',
    'Nguyễn Thị Mai deployed checkout.',
    'São Paulo failover done again.',
    'checkout-api OOMKilled x3',
  ])
    t.equal(unjudged(text), null, text)
})
