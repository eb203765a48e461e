import t from 'tap'
import { type BlameCheck, type Finding, prepareBlameCheck } from '../../src/language/check.ts'
import { cachedCheck } from '../../src/language-checks/cached-check.ts'

const plain = prepareBlameCheck([])
const blaming = 'The on-call engineer forgot to check the replica.'

const findingsOf =
  ({ judge }: BlameCheck): ((...args: Parameters<BlameCheck['judge']>) => Finding[]) =>
  (text, options) =>
    judge(text, options).findings

/** A cached check, with the texts that reached the check behind the cache. */
function counted(): { check: BlameCheck; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    check: {
      ...plain,
      judge: (text, options) => {
        asked.push(text)
        return plain.judge(text, options)
      },
    },
  }
}

t.test('a text is judged once, and again where it stands elsewhere', async t => {
  const { check, asked } = counted()
  const cached = findingsOf(cachedCheck(check))
  const first = cached(blaming, { field: 'event' })
  t.match(first, [{ code: 'omission' }])
  t.same(cached(blaming, { field: 'event' }), first)
  t.equal(asked.length, 1)
  const condition = 'the on-call engineer had noticed the alert'
  t.same(cached(condition, { field: 'event' }), [])
  t.match(cached(condition, { field: 'counterfactual' }), [{ code: 'should_have' }])
  t.equal(asked.length, 3)
})

t.test('a call that names people is judged for itself', async t => {
  const { check, asked } = counted()
  const cached = findingsOf(cachedCheck(check))
  const sentence = 'Xiulan missed the warning.'
  t.same(cached(sentence), [])
  t.match(cached(sentence, { people: ['Xiulan Ma'] }), [{ code: 'omission' }])
  t.same(cached(sentence), [])
  t.equal(asked.length, 2)
})

t.test('it holds no more than it may, and keeps what is asked about again', async t => {
  const { check, asked } = counted()
  const cached = findingsOf(cachedCheck(check, 10 * blaming.length))
  for (let n = 0; n < 100; n += 1) {
    cached(blaming)
    cached(`${n}: ${blaming}`)
  }
  t.equal(asked.filter(text => text === blaming).length, 1)
  cached(`0: ${blaming}`)
  t.equal(asked.filter(text => text === `0: ${blaming}`).length, 2)
})
