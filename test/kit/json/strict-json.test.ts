import fc from 'fast-check'
import t from 'tap'
import { parseStrictJson, StrictJsonError } from '../../../src/kit/json/strict-json.ts'

/** The error of parsing a text, as `kind pointer`; undefined when it is accepted. */
function faultOf(text: string | Buffer): string | undefined {
  try {
    parseStrictJson(Buffer.from(text))
    return undefined
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    return `${error.kind} ${error.pointer}`
  }
}

t.test('what JSON.parse takes is parsed to the same, as long as no two readers could differ', async t => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const fault = faultOf(text)
      if (/"__proto__"\s*:/.test(text)) return fault?.startsWith('prototype')
      if (text.includes('\\u0000') || !text.isWellFormed()) return true
      t.strictSame(parseStrictJson(Buffer.from(text)), JSON.parse(text))
      return fault === undefined
    }),
  )
  t.same(parseStrictJson(Buffer.from('[[],[{}],{"":[{}]}]')), [[], [{}], { '': [{}] }])
})

t.test('a name that is there twice in one object is a fault, however it is spelled', async t => {
  t.equal(faultOf('{"a":1,"b":{"c":1,"c":2}}'), 'duplicate /b/c')
  t.equal(faultOf('{"a":1,"\\u0061":2}'), 'duplicate /a')
  t.equal(faultOf('[{"a":1},{"a":1,"x":[],"a":2}]'), 'duplicate /1/a')
  t.equal(faultOf('{"a/b~":1,"a/b~":1}'), 'duplicate /a~1b~0')
  t.equal(faultOf('{"a":{"b":1},"b":["a","a"],"c":{"b":1}}'), undefined, 'elsewhere it is another name')
})

t.test('quotes, brackets and commas inside a string are text', async t => {
  t.equal(faultOf('{"a":"\\",\\"a\\":1,{[","b":"\\\\","c":"]}"}'), undefined)
  t.equal(faultOf(`{"a":"${'\\\\'.repeat(50)}","a":1}`), 'duplicate /a')
})

t.test('__proto__ is a name that no object may have, at any depth and in any spelling', async t => {
  t.equal(faultOf('{"__proto__":{}}'), 'prototype /__proto__')
  t.equal(faultOf('{"a":[{"\\u005f_proto__":1}]}'), 'prototype /a/0/__proto__')
  t.equal(faultOf('{"a":"__proto__"}'), undefined, 'as a text it is harmless')
})

t.test('32 levels are taken, and one more is not', async t => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  t.equal(faultOf(nested(32)), undefined)
  t.match(faultOf(nested(33)), /^depth \/0/)
  t.match(faultOf(`{"a":${nested(32)}}`), /^depth \/a\/0/)
  t.match(faultOf(nested(500_000)), /^depth/, 'however deep it is')
})

t.test('NUL and lone surrogates are faults of the text that holds them, be it a name', async t => {
  t.equal(faultOf('{"a":["x","\\u0000"]}'), 'text /a/1')
  t.equal(faultOf('{"a":"\\ud800"}'), 'text /a')
  t.equal(faultOf('{"a":"\\udc00\\ud800"}'), 'text /a')
  t.equal(faultOf('"\\ud83d\\udcdf"'), undefined, 'a pair is a character')
  t.equal(faultOf('{"\\ud800":1}'), 'text /\ud800')
})

t.test('bytes that are no UTF-8 are a fault with their place', async t => {
  const bytes = [0xff, 0xc3, 0xed, 0xf5, 0xc0].map(byte => Buffer.from([0x22, byte, 0x22]))
  for (const body of bytes) t.equal(faultOf(body), 'encoding ', body.toString('hex'))
  t.throws(() => parseStrictJson(Buffer.from([0x22, 0x61, 0xff, 0x22])), { message: /from byte 2 on/ })
  t.equal(faultOf(Buffer.from('\ufeff{}')), 'syntax ', 'a byte order mark is no JSON')
})

t.test('what is no JSON is a fault that says where', async t => {
  for (const text of ['', '{', '{"a":1,}', "{'a':1}", '[1,]', '01', 'NaN', '{"a":1} x', '"\n"'])
    t.equal(faultOf(text), 'syntax ', text)
  t.throws(() => parseStrictJson(Buffer.from('{"a":1,}')), { message: /position 7/ })
})
