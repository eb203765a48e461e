import t from 'tap'
import { redactedMark } from '../../../src/http/fields.ts'
import { freeTexts, redactTexts, textPaths } from '../../../src/postmortem/redaction/free-texts.ts'
import { redactableResources } from '../../../src/postmortem/redaction/resources.ts'
import { openService } from '../../help/service.ts'

/** Every text of a document is one that can be taken out, or one that stays for a reason. */

const { app } = await openService(t)

/** Reasons, which are written for the readers of the document: no route takes them out. */
const elsewhere = ['/waivers/*/reason', '/amendments/*/reason', '/redactions/*/reason']

/** Texts without a form of their own that nobody types as they like. */
const written = [
  /\/changed_by$/,
  /\/(by|amended_by)$/,
  /\/pointers\/\*$/,
  /^\/people\//,
  /^\/redactions\/\*\/id$/,
]
const unformed: Record<string, string> = {
  '/evidence/*/media_type': 'What the bytes are, of a list.',
  '/waivers/*/code': 'The name of a check.',
  '/waivers/*/findings/*/pointer': 'Where a waived text stands.',
  '/waivers/*/findings/*/text_sha256': 'The hash of that text.',
}

interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  format?: string
  pattern?: string
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  items?: Schema
  anyOf?: Schema[]
}

/** All places of strings in a schema that are no words of a closed list. */
function stringsOf(schema: Schema, at = ''): [path: string, schema: Schema][] {
  if (schema.$ref) return stringsOf(app.getSchemas()[schema.$ref.replace(/#$/, '')] as Schema, at)
  const { type, properties = {}, additionalProperties, items, anyOf = [] } = schema
  const isString = [type].flat().includes('string') && !schema.enum
  return [
    ...(isString ? [[at, schema] as [string, Schema]] : []),
    ...Object.entries(properties).flatMap(([name, member]) => stringsOf(member, `${at}/${name}`)),
    ...(items ? stringsOf(items, `${at}/*`) : []),
    ...(typeof additionalProperties === 'object' ? stringsOf(additionalProperties, `${at}/<name>`) : []),
    ...anyOf.flatMap(one => stringsOf(one, at)),
  ]
}

const all = stringsOf({ $ref: 'Postmortem#' })
const resources = Object.values(redactableResources)
const within = (member: string, key: string | undefined, path: string) =>
  `/${member}${key === undefined ? '' : '/*'}${path}`
const redactable = resources.flatMap(resource =>
  textPaths(resource).map(path => within(resource.member, resource.key, path)),
)
const kept = resources.flatMap(({ member, key, kept }) =>
  Object.keys(kept).map(path => within(member, key, path)),
)
const isText = ({ format }: Schema) => ['line', 'text', 'http-url'].includes(format ?? '')

t.test('every sentence, line and address of a document can be taken out, or stays for a reason', async t => {
  const texts = all.filter(([, schema]) => isText(schema)).map(([path]) => path)
  t.ok(texts.length > 40, 'they are found')
  t.same(texts.toSorted(), [...redactable, ...kept, ...elsewhere].toSorted())
})

t.test('no other string of a document is one that people write as they like', async t => {
  const free = all.filter(([, { format, pattern }]) => format === undefined && pattern === undefined)
  const unknown = free.map(([path]) => path).filter(path => !written.some(known => known.test(path)))
  t.same(unknown.toSorted(), Object.keys(unformed).toSorted())
})

t.test('what stands in the place of a text is valid there', async t => {
  for (const { schema, kept, noun } of resources) {
    for (const [path, one] of stringsOf(schema as Schema).filter(
      ([path, one]) => isText(one) && !(path in kept),
    )) {
      const marked = redactTexts({ schema: { properties: { x: one } }, kept: {} }, { x: 'y' }, () => true)
      t.same(app.check(one as object, marked.x), [], `${noun} ${path}`)
    }
  }
})

const schema = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: ['log'] },
    id: { type: 'string', format: 'line' },
    names: { type: 'array', uniqueItems: true, items: { type: 'string', format: 'line' } },
    labels: { type: 'object', additionalProperties: { type: 'string', format: 'line' } },
    links: { type: 'array', items: { type: 'string', format: 'http-url' } },
    url: { type: ['string', 'null'], format: 'http-url' },
    excerpt: { type: ['string', 'null'], format: 'text' },
  },
}
const things = { schema, kept: { '/id': 'It is an id.' } }
const thing = {
  ...{ kind: 'log', id: 'log', sequence: 'log', names: ['a', 'b', 'c'], labels: { 'x/y~z': 'a' } },
  ...{ links: ['https://a.example/', 'https://b.example/'], url: 'https://a.example/', excerpt: null },
}

t.test('texts are found at their pointers, and nothing else is', async t => {
  t.same(freeTexts(things, thing), [
    ['/names/0', 'a'],
    ['/names/1', 'b'],
    ['/names/2', 'c'],
    ['/labels/x~1y~0z', 'a'],
    ['/links/0', 'https://a.example/'],
    ['/links/1', 'https://b.example/'],
    ['/url', 'https://a.example/'],
  ])
  t.same(textPaths(things), ['/names/*', '/labels/<name>', '/links/*', '/url', '/excerpt'])
})

t.test('a list without repeats keeps one mark, an address becomes null or one that is nobody’s', async t => {
  const isRedacted = (text: string) => ['a', 'b', 'log', 'https://a.example/'].includes(text)
  t.same(redactTexts(things, thing, isRedacted), {
    ...thing,
    names: [redactedMark, 'c'],
    labels: { 'x/y~z': redactedMark },
    links: ['https://redacted.invalid/', 'https://b.example/'],
    ...{ url: null, excerpt: redactedMark },
  })
})
