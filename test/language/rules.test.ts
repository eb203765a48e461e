import { readFileSync } from 'node:fs'
import t from 'tap'
import { type BlameOptions, findBlame, prepareBlameCheck } from '../../src/language/check.ts'

const codes = (text: string, options?: BlameOptions) => findBlame(text, options).map(({ code }) => code)
const said = (text: string, options?: BlameOptions) =>
  findBlame(text, options).map(({ span }) => [...text].slice(...span).join(''))

/** Sentences beside those that the rules were written on; see the test of these for what they are judged by. */
const [, ...lines] = readFileSync(new URL('variations.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
const variations = lines.map(line => {
  const [kind, people, field, text] = line.split('\t') as [string, string, 'action' | 'factor', string]
  return { kind, text, findings: findBlame(text, { field, people: people === '' ? [] : people.split(',') }) }
})

t.test(
  'of many more wordings, what does not blame is left alone, and most of what does is found',
  async t => {
    for (const [kind, of] of Map.groupBy(variations, ({ kind }) => kind)) {
      const flagged = of.filter(({ findings }) => findings.length > 0)
      t.comment(`${kind}: ${flagged.length} of ${of.length}`)
      if (kind === 'ok') t.same(flagged, [])
      else t.ok(flagged.length >= 0.9 * of.length, kind)
    }
  },
)

t.test('who did it decides: a person, a team or a role; not a program', async t => {
  for (const subject of ['The engineer', 'The platform team', 'Someone', 'She', 'Our DBA', '@priya', 'QA']) {
    t.same(codes(`${subject} failed to check the replica.`), ['omission'], subject)
  }
  for (const subject of [
    'The deploy script',
    'The on-call alert',
    'The team dashboard',
    'It',
    'The engineer’s laptop',
    'The Kubernetes operator',
    'Kafka',
    'The script that Sam wrote',
    '`Sam`',
  ]) {
    t.same(codes(`${subject} failed to check the replica.`), [], subject)
  }
})

t.test('the subject is found behind what stands between', async t => {
  for (const text of [
    'The engineer on duty that night forgot to check it.',
    'The engineer, who had joined in May, forgot to check it.',
    'The engineer saw the alert, read it and ignored it.',
    'One of the engineers forgot to check it.',
    'After the failover, the engineer at last forgot to check it.',
    'The contractor who wrote the script forgot to check it.',
    'Oyelaran, the on-call engineer, forgot to check it.',
    'The warning was ignored by the on-call engineer.',
  ]) {
    t.same(codes(text), ['omission'], text)
  }
  t.same(codes('The script that the engineer wrote last year forgot to check it.'), [])
})

t.test('a name that is a word is a person only where a person can stand', async t => {
  const people = ['Will Page', 'Mark Lee', 'May Wong', 'Grace Kim']
  for (const name of ['Will', 'Mark', 'May', 'Grace', 'Page', 'Will Page']) {
    t.same(codes(`${name} forgot to drain the node.`, { people }), ['omission'], name)
    t.same(codes(`At 14:08 ${name} forgot to drain the node.`, { people }), ['omission'], name)
  }
  for (const text of [
    'Will the job skip the check?',
    'Mark the failed hosts as skipped.',
    'May 3 missed the target.',
    'In May the job missed two runs.',
    'Page faults ignored by the kernel rose.',
    'The Grace period ignored the drain.',
    'page ignored the drain.',
  ]) {
    t.same(codes(text, { people }), [], text)
  }
})

t.test('names come as names or handles, in any part, with accents, and for one call alone', async t => {
  const check = prepareBlameCheck(['Nguyễn Thị Mai', 'xma', 'o.brien'])
  const isFound = (text: string, people?: string[]) =>
    check.judge(text, people ? { people } : {}).findings.length === 1
  for (const name of ['Nguyễn Thị Mai', 'Thị', '@xma', 'o.brien', '@o.brien'])
    t.ok(isFound(`${name} missed the warning.`), name)
  t.notOk(isFound('Xiulan missed the warning.'))
  t.ok(isFound('Xiulan missed the warning.', ['Xiulan Ma']))
  t.notOk(isFound('Xiulan missed the warning.'))
})

t.test('“they” are people unless things were spoken of', async t => {
  t.same(codes('They should have been restarted by hand, and they failed to alert.'), ['omission'])
  t.same(codes('The workers were restarted. They should have read the new config.'), [])
  t.same(codes('The engineers were paged. They should have read the new config.'), ['should_have'])
})

t.test('a denial frees what it governs, and no more', async t => {
  for (const text of [
    'Nobody ignored the alert.',
    'No engineer forgot the step.',
    'This is not about what Sam should have done.',
    'We do not say that the team failed.',
    'Rather than ask who is to blame, we looked at the tool.',
    'It was unclear who should have paged.',
    'The engineer did not skip the check.',
    'Human error was not the cause.',
    'There is no root cause.',
    'Any of us would have done the same.',
    'Any engineer on the rota would have read that graph as a recovery.',
  ]) {
    t.same(codes(text), [], text)
  }
  t.same(codes('The alert did not fire because Sam forgot to enable it.'), ['omission'])
  t.same(codes('The alert did not fire, so Sam missed it.'), ['omission'])
})

t.test('code, quotations and log lines are not read', async t => {
  for (const text of [
    'The log said “the operator forgot to call init()”.',
    'The log said "the operator forgot to call init()".',
    "It printed 'you should have a backup'.",
    'The alert `EngineerForgotToAck` fired.',
    '> The engineer forgot to check it.',
    '```\nThe engineer forgot to check it.\n```',
    'See https://wiki.example/human-error/root-cause for it.',
  ]) {
    t.same(codes(text), [], text)
  }
  t.same(
    codes("The engineers' manager forgot it, and 'skip' was set."),
    ['omission'],
    'an apostrophe opens nothing',
  )
})

t.test('failing over, missed targets and what the runbook says are nobody’s fault', async t => {
  for (const text of [
    'Sam failed over to the standby.',
    'Sam failed the primary over at 14:10.',
    'The team missed its SLO.',
    'Sam skipped the step, as the runbook says.',
    'The team took the node down for maintenance.',
  ]) {
    t.same(codes(text), [], text)
  }
})

t.test('a condition of a counterfactual may be a system’s; a person’s is found', async t => {
  for (const text of [
    'If the alert had fired, nothing would have been lost.',
    'Had the client retried, nothing would have been lost.',
    'If the engineer had been paged, nothing would have been lost.',
    'If the engineer had had a rollback button, it would have been short.',
    'Even if the engineer had seen it, nothing could have been done.',
    'If Sam had not noticed the drop, all would have been lost.',
  ]) {
    t.same(codes(text), [], text)
  }
  t.same(codes('If the engineer had noticed the alert, nothing would have been lost.'), ['should_have'])
  t.same(codes('Had Sam noticed the alert, nothing would have been lost.'), ['should_have'])
  t.same(codes('the engineer had noticed the alert', { field: 'counterfactual' }), ['should_have'])
  t.same(codes('The engineer had noticed the alert.', { field: 'event' }), [])
})

t.test('of two sentences each is judged by itself, and a line break alone ends none', async t => {
  const text =
    'The alert fired. The engineer\nignored it. Sam should have known.\n- QA let it through\n- It failed.'
  t.same(codes(text), ['omission', 'hindsight', 'person_as_cause'])
  t.same(
    findBlame(text).map(({ sentence }) => sentence),
    ['The engineer\nignored it.', 'Sam should have known.', '- QA let it through'],
  )
})

t.test('the span holds who and what, in code points', async t => {
  t.same(said('📟📟 At 14:08 the on-call engineer really forgot it.'), ['the on-call engineer really forgot'])
  t.same(said('The outage was due to human error.'), ['human error'])
})

t.test('the question names the time of day that the sentence has', async t => {
  const [at] = findBlame('At 14:08 Sam broke the build.')
  t.match(at!.question, /^What made that the reasonable thing to do at 14:08/)
  const [without] = findBlame('Sam broke the build.')
  t.match(without!.question, /^What made that the reasonable thing to do at the time/)
})

t.test('a run of words without an end is cut, so that no work grows faster than the text', async t => {
  const text = `The engineer ${'and the team '.repeat(400)}forgot it.`
  for (const { sentence } of findBlame(text)) t.ok(sentence.split(' ').length <= 250)
  t.ok(findBlame(text).length <= 5)
})

t.test('emphasis, links, tags and what cannot be seen hide nobody', async t => {
  const hidden = {
    '**Sam** forgot to renew it.': 'Sam** forgot',
    'Sam **forgot** to renew it.': 'Sam **forgot',
    '***Sam*** __forgot__ to renew it.': 'Sam*** __forgot__',
    '_Sam_ ~~really~~ *forgot* to renew it.': 'Sam_ ~~really~~ *forgot',
    '[Sam](https://people.example/sam) forgot to renew it.': 'Sam](https://people.example/sam) forgot',
    'Sam [forgot](https://log.example) to renew it.': 'Sam [forgot',
    '<b>Sam</b> forgot to renew it.': 'Sam</b> forgot',
    'S\u200bam forgot\u2060 to renew it.': 'S\u200bam forgot\u2060',
    'SAM FORGOT TO RENEW IT.': 'SAM FORGOT',
  }
  for (const [text, words] of Object.entries(hidden)) t.same(said(text), [words], text)
  for (const text of [
    '**The script** _forgot_ to renew it.',
    'See [the log](https://log.example/Sam_forgot_it).',
    '2 * 3 < 7, and [Sam] is a host.',
  ])
    t.same(said(text), [], text)
})

t.test('a name that is a word is no person where a program is meant', async t => {
  const people = ['Ann Page', 'Jo Host', 'Eli Root', 'May Li']
  for (const text of [
    'Page failed to load after the deploy.',
    'Host missed two heartbeats.',
    'Root failed to log in.',
    'May should have been the month of the migration.',
  ])
    t.same(codes(text, { people }), [], text)
  t.same(codes('Page failed to acknowledge the alert.', { people }), ['omission'])
  t.same(codes('May should have asked.', { people }), ['should_have'])
})

t.test('a sentence is given with the emphasis and the link that it begins with', async t => {
  const sentences = (text: string) => findBlame(text).map(({ sentence }) => sentence)
  for (const sentence of [
    '**Sam** should have tested it.',
    '[Sam forgot the flag](https://log.example/a_b) and left.',
    '*Sam forgot it*',
  ])
    t.same(sentences(`It was late. ${sentence}`), [sentence])
})

t.test('names of scripts without capitals come from the directory, too', async t => {
  const people = ['김민수', '李雷', 'محمد']
  for (const name of people) t.same(codes(`${name} forgot to check the replica.`, { people }), ['omission'])
  t.same(codes('김민수 forgot to check the replica.'), [])
})

t.test('a name that is a verb or a modal gives an order, or asks', async t => {
  const people = ['Mark Host', 'Bill Root', 'Will Li', 'May Li']
  for (const text of [
    'Mark failed messages as dead.',
    'Bill failed payments again after an hour.',
    'Will failed jobs be retried?',
    'May missed alerts be replayed?',
  ])
    t.same(codes(text, { people }), [], text)
  for (const text of [
    'Mark failed to answer.',
    'Mark ignored alerts for an hour.',
    'Will missed two alerts.',
  ])
    t.same(codes(text, { people }), ['omission'], text)
})

t.test('what a person is, or has, is no condition of the system; what befell them is', async t => {
  const field = 'counterfactual'
  const had = (who: string, what: string) =>
    codes(`If ${who} had ${what}, the incident would have been shorter.`, { field, people: ['Sam'] })
  for (const what of ['been more careful', 'been awake', 'had more experience'])
    for (const who of ['Sam', 'the on-call engineer', 'we', 'the team'])
      t.same(had(who, what).length, 1, `${who} ${what}`)
  t.same(had('the deployer', 'followed the runbook'), ['should_have'])
  for (const what of [
    'been paged',
    'been able to see the queue',
    'had access',
    'known the flag',
    'been trained',
  ])
    t.same(had('the on-call engineer', what), [], what)
  t.same(had('the alert', 'been louder'), [])
})
