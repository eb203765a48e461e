import t from 'tap'
import { seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service
const send = (people: unknown[], query = '') => call('POST', `/v1/people/batch${query}`, { body: { people } })

t.test('each person of a batch is created, updated, recognised or refused alone', async t => {
  const { status, body } = await send([
    { handle: 'kim', name: 'Kim' },
    { handle: 'sam', name: 'Sam Okafor', team: 'payments-team' },
    { handle: 'ana', name: 'Ana Duarte Silva' },
    { handle: 'Bad Handle', name: 'Bad' },
    { handle: 'payments-team', name: 'A team' },
    { handle: 'lee', name: 'Lee', team: 'nobody' },
    { name: 'No handle' },
    'kim',
    null,
    { handle: 'kim', name: 'Kim', age: 7 },
    { handle: 'kim', name: ' Kim Lund ' },
  ])
  t.equal(status, 207)
  t.same(
    body.results.map(({ handle, result, problem }: any) => [handle, result, problem?.code]),
    [
      ['kim', 'created', undefined],
      ['sam', 'duplicate', undefined],
      ['ana', 'updated', undefined],
      ['Bad Handle', 'rejected', 'invalid_body'],
      ['payments-team', 'rejected', 'conflict'],
      ['lee', 'rejected', 'unknown_reference'],
      [null, 'rejected', 'invalid_body'],
      [null, 'rejected', 'invalid_body'],
      [null, 'rejected', 'invalid_body'],
      ['kim', 'rejected', 'invalid_body'],
      ['kim', 'updated', undefined],
    ],
  )
  t.equal((await call('GET', '/v1/people/kim')).body.name, 'Kim Lund')
  t.equal((await call('GET', '/v1/people/lee')).status, 404)
})

t.test('atomic: one refusal refuses all, and says which entry it was', async t => {
  const { status, body } = await send(
    [
      { handle: 'first', name: 'First' },
      { handle: 'second', name: '' },
      { handle: 'third', name: 'Third' },
    ],
    '?atomic=true',
  )
  t.equal(status, 422)
  t.match(body, { code: 'invalid_body', errors: [{ pointer: '/people/1/name', code: 'too_short' }] })
  t.equal((await call('GET', '/v1/people/first')).status, 404)

  const conflict = await send(
    [
      { handle: 'first', name: 'First' },
      { handle: 'payments-team', name: 'X' },
    ],
    '?atomic=true',
  )
  t.match([conflict.status, conflict.body], [409, { code: 'conflict', errors: [{ pointer: '/people/1' }] }])
  t.equal((await call('GET', '/v1/people/first')).status, 404)

  const good = await send([{ handle: 'first', name: 'First' }], '?atomic=true')
  t.same([good.status, good.body.results], [207, [{ handle: 'first', result: 'created' }]])
})

t.test('a batch has 1 to 1,000 people', async t => {
  const many = (length: number) => Array.from({ length }, (_, i) => ({ handle: `many-${i}`, name: 'Many' }))
  t.match((await send([])).body, { status: 422, errors: [{ pointer: '/people', code: 'too_few' }] })
  t.match((await send(many(1001))).body, { status: 422, errors: [{ pointer: '/people', code: 'too_many' }] })
  const { status, body } = await send(many(1000), '?atomic=true')
  t.same([status, body.results.length], [207, 1000])
  t.match((await send([{}], '?atomic=yes')).body, { status: 400, code: 'invalid_query' })
  t.match((await call('POST', '/v1/people/batch', { body: {} })).body, { errors: [{ pointer: '/people' }] })
})

t.test('a team is created, replaced and patched like a person', async t => {
  const made = await call('PUT', '/v1/teams/sre', { body: { name: 'SRE', email: 'sre@carta.example' } })
  t.match(
    [made.status, made.body],
    [201, { handle: 'sre', name: 'SRE', email: 'sre@carta.example', version: 1 }],
  )
  t.same((await call('GET', '/v1/teams/sre')).body, made.body)
  const patched = await call('PATCH', '/v1/teams/sre', { body: { email: null } })
  t.match([patched.status, patched.body], [200, { name: 'SRE', email: null, version: 2 }])
  const same = await call('PUT', '/v1/teams/sre', { body: { name: 'SRE' } })
  t.match([same.status, same.body.version], [200, 2])
  t.match((await call('PATCH', '/v1/teams/sre', { body: { members: [] } })).body, {
    status: 422,
    errors: [{ pointer: '/members', code: 'unknown' }],
  })
  const { body } = await call('GET', '/v1/teams?limit=1')
  t.equal(body.items[0].handle, 'payments-team')
  const next = await call('GET', `/v1/teams?limit=1&cursor=${body.next_cursor}`)
  t.equal(next.body.items[0].handle, 'sre')
  t.equal(next.body.next_cursor, null)
})
