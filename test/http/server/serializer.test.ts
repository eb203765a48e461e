import fastify from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../../../src/config.ts'
import { limitTimes } from '../../../src/http/server/answers/answer-limits.ts'
import { registerEtags } from '../../../src/http/server/answers/etags.ts'
import { buildSerializer, serializeInTurns } from '../../../src/http/server/answers/serializer.ts'

/** A long answer has what a short one has: see `serializeInTurns`. */

const words = { type: 'array', items: { type: 'string' } }
const item = { type: 'object', properties: { id: { type: 'integer' }, text: { type: 'string' }, words } }
const schema = {
  type: 'object',
  required: ['items', 'next'],
  properties: {
    first: { type: 'array', items: item },
    about: { type: 'object', properties: { first: words, text: { type: 'string' } } },
    items: { type: 'array', items: item },
    numbers: { type: 'array', items: { type: 'integer' } },
    next: { type: ['string', 'null'] },
  },
}

/** What a route answers with a payload, with and without turns. */
async function answers(t: Test, payload: object, response: object, type?: string) {
  const found = []
  for (const inTurns of [true, false]) {
    const app = fastify({ schemaController: { compilersFactory: { buildSerializer } } })
    t.teardown(() => app.close())
    limitTimes(app, loadConfig({}).limits)
    registerEtags(app)
    if (inTurns) serializeInTurns(app)
    const pieces: number[] = []
    app.addHook('onSend', async (_request, _reply, sent) => {
      pieces.push(typeof sent === 'string' || Buffer.isBuffer(sent) ? 1 : Infinity)
    })
    app.get('/', { schema: { response: { 200: response } } }, async (_request, reply) => {
      if (type) reply.type(type)
      return reply.send(payload)
    })
    const { statusCode, headers, body } = await app.inject('/')
    const { date: _, ...told } = headers
    const head = await app.inject({ method: 'HEAD', url: '/' })
    const again = await app.inject({ url: '/', headers: { 'if-none-match': String(headers.etag) } })
    const { 'content-length': length } = head.headers
    found.push({ statusCode, told, body, length, again: [again.statusCode, again.body, again.headers.etag] })
    t.equal(pieces[0], inTurns ? Infinity : 1)
  }
  return found
}

const text = '“x”\n'.repeat(20_000)
const items = Array.from({ length: 9 }, (_, id) => ({ id, text, words: ['"first":[]', '“'], hidden: 'x' }))
const payload = {
  numbers: [1, 1, 2],
  items,
  next: null,
  undeclared: ['x'],
  about: { first: [], text: '"items":[]' },
  first: [{ id: 10, text: '"items":[],', words: [] }],
}

t.test('of the components only those that an answer refers to are compiled, directly or not', async t => {
  const components = {
    Outer: { $id: 'Outer', type: 'object', properties: { inner: { $ref: 'Inner#' } } },
    Inner: {
      $id: 'Inner',
      type: 'object',
      properties: { name: { type: 'string' }, outer: { $ref: 'Outer#' } },
    },
    Invalid: { $id: 'Invalid', type: 'nothing that exists' },
  }
  const serializerOf = (name: string) =>
    buildSerializer(
      components,
      {},
    )({ schema: { $ref: `${name}#` }, method: 'GET', url: '/', httpStatus: '200' })
  t.equal(serializerOf('Outer')({ inner: { name: 'a', other: 1 } }), '{"inner":{"name":"a"}}')
  t.throws(() => serializerOf('Invalid')({}), /Invalid/)
})

t.test('a long answer has the bytes, the headers and the ETag that a short one would have', async t => {
  for (const [name, given] of Object.entries({
    'two lists': payload,
    'one item': { items: items.slice(0, 1).map(one => ({ ...one, text: text.repeat(4) })), next: 'x' },
    'no list': { items: [], next: null, about: { first: ['x'], text: text.repeat(4) } },
    'many small items': {
      items: Array.from({ length: 30_000 }, (_, id) => ({ id, text: '0123456789' })),
      next: '',
    },
  })) {
    const [long, short] = await answers(t, given, schema)
    t.equal(long!.body === short!.body, true, name)
    t.same({ ...long, body: '' }, { ...short, body: '' }, name)
    t.match(long, { statusCode: 200, length: String(Buffer.byteLength(long!.body)), again: [304, ''] })
  }
  const content = { 'application/json': { schema } }
  const [long, short] = await answers(t, payload, { content }, 'application/json; charset=utf-8')
  t.equal(long!.body === short!.body, true, 'also where the schema is that of a media type')
  const [free, plain] = await answers(t, payload, {})
  t.equal(free!.body === plain!.body, true, 'and where there is none')
})

t.test('what fails while it is serialized is answered as an error', async t => {
  const app = fastify({ schemaController: { compilersFactory: { buildSerializer } } })
  t.teardown(() => app.close())
  limitTimes(app, loadConfig({}).limits)
  serializeInTurns(app)
  const { next: _, ...without } = payload
  app.get('/', { schema: { response: { 200: schema } } }, async () => without)
  t.equal((await app.inject('/')).statusCode, 500)
})
