import t from 'tap'
import { type BlameCheck, findBlame } from '../../src/language/check.ts'
import { remembering } from '../../src/language/remembering.ts'

const blaming = 'The on-call engineer forgot to check the replica.'

/** The check, and the texts that it was really asked about. */
function counted(): { check: BlameCheck; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    check: (text, options) => {
      asked.push(text)
      return findBlame(text, options)
    },
  }
}

t.test('a text is judged once, and again where it stands elsewhere', async t => {
  const { check, asked } = counted()
  const remembered = remembering(check)
  const first = remembered(blaming, { field: 'event' })
  t.match(first, [{ code: 'omission' }])
  t.same(remembered(blaming, { field: 'event' }), first)
  t.equal(asked.length, 1)
  const condition = 'the on-call engineer had noticed the alert'
  t.same(remembered(condition, { field: 'event' }), [])
  t.match(remembered(condition, { field: 'counterfactual' }), [{ code: 'should_have' }])
  t.equal(asked.length, 3)
})

t.test('a call that names people is judged for itself', async t => {
  const { check, asked } = counted()
  const remembered = remembering(check)
  const sentence = 'Xiulan missed the warning.'
  t.same(remembered(sentence), [])
  t.match(remembered(sentence, { people: ['Xiulan Ma'] }), [{ code: 'omission' }])
  t.same(remembered(sentence), [])
  t.equal(asked.length, 2)
})

t.test('it holds no more than it may, and keeps what is asked about again', async t => {
  const { check, asked } = counted()
  const remembered = remembering(check, 10 * blaming.length)
  for (let n = 0; n < 100; n += 1) {
    remembered(blaming)
    remembered(`${n}: ${blaming}`)
  }
  t.equal(asked.filter(text => text === blaming).length, 1)
  remembered(`0: ${blaming}`)
  t.equal(asked.filter(text => text === `0: ${blaming}`).length, 2)
})
