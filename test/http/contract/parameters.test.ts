import t from 'tap'
import { operations, parametersIn } from '../../contract/generate/operations.ts'

/** What every parameter of the contract keeps to, so that a generated client sends what the service takes. */

const parameters = operations.flatMap(operation =>
  [...parametersIn(operation, 'query'), ...parametersIn(operation, 'path')].map(parameter => ({
    ...parameter,
    where: `${operation.id} ${parameter.name}`,
  })),
)

const counts = ['limit', 'after', 'number', 'other', 'n', 'm']
const flags = ['overdue', 'active', 'retracted', 'atomic']

t.test('a parameter that counts is an integer, and one that is true or false a boolean', async t => {
  const wrong = parameters.filter(({ name, schema }) => {
    const expected = counts.includes(name) ? 'integer' : flags.includes(name) ? 'boolean' : undefined
    return expected !== undefined && schema.type !== expected
  })
  t.same(
    wrong.map(({ where }) => where),
    [],
  )
  for (const name of ['limit', 'after', 'number', 'other', ...flags])
    t.ok(
      parameters.some(parameter => parameter.name === name),
      `there is a ${name}`,
    )
})

t.test('no parameter spells a number or a truth as text', async t => {
  const takes = (pattern: string, text: string) => new RegExp(pattern).test(text)
  const isSpelt = ({ enum: words = [], pattern }: { enum?: unknown[]; pattern?: string }) =>
    words.includes('true') || (pattern !== undefined && takes(pattern, '50') && !/[a-z]/i.test(pattern))
  t.same(
    parameters.filter(({ schema }) => schema.type === 'string' && isSpelt(schema)).map(({ where }) => where),
    [],
  )
  t.ok(isSpelt({ pattern: '^[1-9][0-9]{0,5}$' }), 'and one would be found')
})

t.test('a list is an array, sent with commas', async t => {
  const isSpelt = ({ pattern = '' }: { pattern?: string }) => pattern.includes('(,')
  t.same(
    parameters.filter(({ schema }) => isSpelt(schema)).map(({ where }) => where),
    [],
    'no pattern has commas',
  )
  const lists = parameters.filter(({ schema }) => schema.type === 'array')
  t.ok(lists.length > 20)
  const wrong = lists.filter(({ style, explode }) => style !== 'form' || explode !== false)
  t.same(
    wrong.map(({ where }) => where),
    [],
  )
})

t.test(
  'every integer says its bounds, and limit no bound at which more is refused below its own',
  async t => {
    const integers = parameters.filter(({ schema }) => schema.type === 'integer')
    t.same(
      integers
        .filter(({ schema }) => schema.minimum === undefined || schema.maximum === undefined)
        .map(({ where }) => where),
      [],
    )
    const limits = integers.filter(({ name }) => name === 'limit')
    t.same(
      limits.filter(({ schema }) => schema.maximum! <= 200),
      [],
      'more than 200 means 200',
    )
  },
)
