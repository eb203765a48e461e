import fc from 'fast-check'
import t from 'tap'
import { canonicalJson, sha256Hex } from '../../../src/kit/json/json.ts'
import { canonicalSteps, encodeSteps, parseSteps, stringifySteps } from '../../../src/kit/json/json-steps.ts'
import { finish } from '../../../src/kit/time/steps.ts'

const objects = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())

t.test('in steps it is the same', async t => {
  const same = fc.property(objects, value => {
    const json = canonicalJson(value)
    t.equal(finish(canonicalSteps(value)), json)
    t.equal(finish(stringifySteps(value)), JSON.stringify(value))
    t.same(finish(parseSteps(json)), JSON.parse(json))
    const { bytes, sha256 } = finish(encodeSteps([...json]))
    t.same([bytes.toString(), sha256], [json, sha256Hex(json)])
  })
  fc.assert(same)
})

t.test('each entry of a list is a step', async t => {
  const value = {
    list: Array.from({ length: 100 }, (_, n) => ({ n, text: 'a "quoted" {[text]}, \\' })),
    other: [],
  }
  const stepsOf = (steps: Iterator<void>) => {
    let count = 0
    while (!steps.next().done) count += 1
    return count
  }
  t.equal(stepsOf(canonicalSteps(value)), 100)
  t.equal(stepsOf(parseSteps(canonicalJson(value))), 100)
  const text = `x${'😀'.repeat(1024 * 1024)}`
  t.equal(stepsOf(encodeSteps([text])), 4, 'half a megabyte is one')
  t.equal(finish(encodeSteps(['a', text])).bytes.toString(), `a${text}`, 'no character is cut')
})
