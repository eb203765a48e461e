import fc from 'fast-check'
import t from 'tap'
import type { IngestMapping } from '../../../src/access/links/mapping-schema.ts'
import { generic } from '../../../src/ingest/sources/generic.ts'
import { deliver, isReadOrRefused, isRefused, json, names, receivedAt, word } from './deliveries.ts'

const least = { system: 'tool', text: ['/text'] }
const readOne = (body: unknown, mapping: IngestMapping) => generic.read(deliver(body, { mapping })).events[0]!

t.test('a time counts in the forms that tools have, and the receipt where it is senseless', async t => {
  const times: [unknown, string | null][] = [
    ['2026-06-17T16:08:00.123456+02:00', '14:08:00.123'],
    ['2026-06-17 14:08:00 UTC', '14:08:00.000'],
    ['2026-06-17T14:08:00.5+0000', '14:08:00.500'],
    [1781705280, '14:08:00.000'],
    [1781705280.25, '14:08:00.250'],
    ['1781705280250', '14:08:00.250'],
    [1781705280250000, '14:08:00.250'],
    ['2026-06-17 14:08:00', null],
    ['17 June 2026', null],
    ['0', null],
    [-1781705280, null],
    ['9'.repeat(400), null],
    [1e300, null],
    ['2027-06-17T14:08:00Z', null],
    [true, null],
    [{}, null],
  ]
  for (const [at, clock] of times) {
    const { event, timeSource } = readOne({ text: 'x', at }, { ...least, time: ['/no', '/at'] })
    const expected = clock === null ? receivedAt.toISOString() : `2026-06-17T${clock}Z`
    t.match([event.occurred_at, timeSource], [expected, clock === null ? 'receipt' : 'payload'], String(at))
  }
  const { event } = readOne({ text: 'x', at: 946684800000 }, { ...least, time: ['/at'] })
  t.equal(event.occurred_at, '2000-01-01T00:00:00.000Z', 'milliseconds of long ago')
})

t.test('a pointer finds what RFC 6901 says, and from the top with a # before it', async t => {
  const body = {
    'a/b': { 'm~n': 'slash' },
    list: [{ text: 'first', ' ': 3 }, { text: true }],
    '': 'empty',
    '~1': 'tilde',
    text: 'top',
  }
  const found: [string, string | null][] = [
    ['/a~1b/m~0n', 'slash'],
    ['/list/0/text', 'first'],
    ['/list/1/text', 'true'],
    ['/list/0/ ', '3'],
    ['/', 'empty'],
    ['/~01', 'tilde'],
    ['#/text', 'top'],
    ['/list/00/text', null],
    ['/list/-', null],
    ['/list/length', null],
    ['/text/length', null],
    ['/constructor/name', null],
    ['/__proto__', null],
    ['', null],
  ]
  for (const [pointer, text] of found) {
    const read = () => readOne(body, { ...least, text: [pointer] }).title
    if (text === null) t.ok(isRefused(read), pointer)
    else t.equal(read(), text, pointer)
  }
  const { events } = generic.read(
    deliver(body, { mapping: { ...least, events: '/list', text: ['/text', '#/text'] } }),
  )
  t.same(
    events.map(({ event }) => event.description),
    ['first: top.', 'true: top.'],
  )
})

t.test(
  'a payload without a text, a list or a mapping is refused by a sentence that names the place',
  async t => {
    const read = (body: unknown, mapping: IngestMapping | null) => () =>
      generic.read(deliver(body, { mapping }))
    t.throws(read({ text: ' ​ ' }, { ...least, text: ['/text', '/title'] }), {
      message: 'There must be a text at /text or /title.',
    })
    t.throws(read({ list: {} }, { ...least, events: '/list' }), { message: '/list must be a list.' })
    t.throws(read({ text: 'x' }, null), { message: /mapping/ })
    t.match(read({ text: '.' }, least)(), { events: [{ title: 'tool' }] }, 'and a title is never empty')
    t.match(read({ list: [] }, { ...least, events: '/list' })(), { events: [], ignored: /no event/ })
    t.match(read({ list: [7, { text: 'x' }] }, { ...least, events: '/list' })(), {
      events: [{ title: 'x' }],
      faults: ['There must be a text at /text of /list/0.'],
    })
  },
)

t.test('what is cited is named by the last name of its pointer', async t => {
  const mapping = { ...least, text: ['/a/text', '/list/0', '/0', '/a~1b'] }
  const { event } = readOne({ a: { text: 'x' }, list: ['y'], 0: 'z', 'a/b': 'w' }, mapping)
  t.equal(event.sources[0]!.excerpt, 'text: x\nlist: y\n/0: z\na/b: w')
})

t.test('keys are the same for the same, and no two lists of words have one', async t => {
  const keyOf = (body: object, key?: string[]) =>
    readOne({ text: 'x', ...body }, { ...least, ...(key && { key }) }).key
  t.equal(keyOf({ id: 7 }, ['/id']), '7')
  t.not(keyOf({ a: 'x","y', b: 'z' }, ['/a', '/b']), keyOf({ a: 'x', b: 'y","z' }, ['/a', '/b']))
  t.not(keyOf({ a: 'x' }, ['/a', '/b']), keyOf({ b: 'x' }, ['/a', '/b']))
  t.equal(keyOf({ a: 1, b: 2 }), keyOf({ b: 2, a: 1 }), 'the order of names does not count')
  t.not(keyOf({ a: 1 }), keyOf({ a: 2 }))
  t.not(keyOf({ a: 1 }, ['/id']), keyOf({ a: 2 }, ['/id']), 'nor is an empty key one')
})

t.test('a kind and a milestone are told by value, and numbers count as their digits', async t => {
  const mapping: IngestMapping = {
    ...least,
    kind: { pointer: '/code', values: { 1: 'deploy' } },
    milestone: { pointer: '/code', values: { 1: 'impact_started' } },
    low: { pointer: '/is_test', values: ['true'] },
  }
  t.match(readOne({ text: 'x', code: 1, is_test: true }, mapping), {
    event: {
      kind: 'deploy',
      milestones: ['impact_started'],
      relevance: 'low',
      sources: [{ kind: 'deploy' }],
    },
    isFiring: true,
    series: null,
  })
  for (const code of [2, null, 'toString'])
    t.match(readOne({ text: 'x', code }, mapping), {
      event: { kind: 'note', milestones: [] },
      isFiring: false,
    })
})

const entry = fc.record({ a: word, b: json })
const payload = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ a: word, b: fc.oneof(json, fc.array(entry, { maxLength: 3 })), '': json }),
  },
  json,
)
const aPointer = fc
  .tuple(fc.constantFrom('', '#'), fc.array(fc.constantFrom(...names, '0', '~1'), { maxLength: 2 }))
  .map(([top, tokens]) => top + tokens.map(token => `/${token}`).join(''))
const somePointers = fc.array(fc.oneof(fc.constant('/a'), aPointer), { minLength: 1, maxLength: 3 })
const byValue = <T extends string>(...words: T[]) =>
  fc.record({
    pointer: aPointer,
    values: fc.dictionary(fc.string({ minLength: 1 }), fc.constantFrom<T[]>(...words)),
  })
const someValues = fc.record({
  pointer: aPointer,
  values: fc.array(fc.constantFrom('true', '.', '1'), { minLength: 1 }),
})
const aMapping: fc.Arbitrary<IngestMapping> = fc.record(
  {
    system: fc.constant('tool'),
    source_kind: fc.constantFrom('chat', 'log'),
    challenge: fc.constantFrom('/no', '/b'),
    events: fc.constantFrom('/b', '/'),
    ignore: someValues,
    text: somePointers,
    time: somePointers,
    url: somePointers,
    key: somePointers,
    reference: somePointers,
    recurs: fc.boolean(),
    kind: byValue('alert', 'deploy'),
    milestone: byValue('detected', 'resolved'),
    low: someValues,
  },
  { requiredKeys: ['system', 'text'] },
)

t.test('any JSON with any mapping is read into events that can be stored, or is not the form', async t => {
  let read = 0
  fc.assert(
    fc.property(payload, aMapping, (body, mapping) =>
      isReadOrRefused(generic, deliver(body, { mapping }), () => {
        read += 1
      }),
    ),
    { numRuns: 500 },
  )
  t.ok(read > 20, `events were read: ${read}`)
})
