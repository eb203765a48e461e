import t from 'tap'
import Type from 'typebox'
import { columnsOf, fieldsOf, rowOf } from '../../src/db/columns.ts'
import { exact, integer, line, list, optional, timestamp, uuid } from '../../src/http/fields.ts'

const fields = {
  title: line(),
  severity: optional(line()),
  held_at: optional(timestamp()),
  status: Type.Optional(Type.String({ 'x-default': 'open' })),
  impact: Type.Optional(exact({ cost: optional(line()), users: optional(integer(0, 9)) })),
  services: Type.Optional(list(line())),
  events: Type.Optional(list(uuid())),
  roles: Type.Optional(list(exact({ person: line(), from: timestamp(), to: optional(timestamp()) }))),
  labels: Type.Unsafe<Record<string, string> | undefined>({ type: 'object', additionalProperties: line() }),
  counterfactual: optional(exact({ if: line() })),
}
const Input = exact(fields)
const Answer = exact({ id: line(), ...fields, overdue: Type.Boolean() })

t.test('the columns are what is answered, less what is computed', async t => {
  t.same(columnsOf(Answer, 'overdue'), ['id', ...Object.keys(fields)])
})

t.test('a patch may change the fields of the input, and no others', async t => {
  const stored = { id: 'x', title: 'Drill', services: ['checkout'], overdue: true } as never
  t.same(Object.keys(fieldsOf(Input, stored)), Object.keys(fields))
  t.match(fieldsOf(Input, stored), { title: 'Drill', services: ['checkout'] })
})

t.test('what is left out is null, empty or its default', async t => {
  const row = rowOf(Input, { title: 'Drill', severity: null, labels: undefined })
  t.same(row, {
    title: 'Drill',
    severity: null,
    held_at: null,
    status: 'open',
    impact: '{"cost":null,"users":null}',
    services: [],
    events: [],
    roles: '[]',
    labels: '{}',
    counterfactual: null,
  })
})

t.test('objects and lists of them are JSON, times are in UTC, UUIDs in lower case', async t => {
  const row = rowOf(Input, {
    title: 'Drill',
    held_at: '2026-06-17T16:08:00+02:00',
    impact: { users: 3 },
    services: ['checkout'],
    events: ['019785B0-5C00-7000-8000-00000000000A'],
    roles: [{ person: 'sam', from: '2026-06-17T14:08:00.1239Z' }],
    labels: { region: 'eu' },
    counterfactual: { if: 'x' },
  })
  t.match(row, {
    held_at: '2026-06-17T14:08:00.000Z',
    impact: '{"cost":null,"users":3}',
    services: ['checkout'],
    events: ['019785b0-5c00-7000-8000-00000000000a'],
    roles: '[{"from":"2026-06-17T14:08:00.123Z","person":"sam","to":null}]',
    labels: '{"region":"eu"}',
    counterfactual: '{"if":"x"}',
  })
})

t.test('a required field that is missing is no row', async t => {
  t.throws(() => rowOf(Input, {} as never), /required/)
})
