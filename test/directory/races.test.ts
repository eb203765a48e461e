import t from 'tap'
import { openService } from '../help/service.ts'

const { call } = await openService(t)

t.test('PUT and PATCH of one handle at once all succeed', async t => {
  for (const kind of ['people', 'teams']) {
    const url = `/v1/${kind}/busy-${kind}`
    await call('PUT', url, { body: { name: 'First' } })
    const writes = Array.from({ length: 24 }, (_, i) =>
      call(i % 2 ? 'PUT' : 'PATCH', url, { body: { name: `Name ${i}` } }),
    )
    const statuses = (await Promise.all(writes)).map(({ status }) => status)
    t.same([...new Set(statuses)], [200], kind)
    t.equal((await call('GET', url)).body.version, 25)
  }
})

t.test('atomic batches that name the same people in other orders all succeed', async t => {
  const people = ['ada', 'bo', 'cy', 'di'].map(handle => ({ handle, name: handle }))
  const orders = [people, people.toReversed(), [...people.slice(2), ...people.slice(0, 2)]]
  const answers = await Promise.all(
    orders.map(order => call('POST', '/v1/people/batch?atomic=true', { body: { people: order } })),
  )
  t.same(
    answers.map(({ status }) => status),
    [207, 207, 207],
  )
})
