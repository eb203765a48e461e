import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { createDebriefClient } from '../../src/client/client.ts'
import { sha256Hex } from '../../src/kit/json/json.ts'
import { insertActionItem, openIncident, seedPeople } from '../help/cast.ts'
import { adminToken, openService } from '../help/service.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root))

t.test('the types are those of the contract', async t => {
  const head = read('src/client/contract.ts').toString().split('\n')[0]!
  t.match(head, `SHA-256 ${sha256Hex(read('openapi/openapi.json'))}.`, 'else run npm run client')
})

t.test('the package exports the client, with its types', async t => {
  const { './client': exported } = JSON.parse(read('package.json').toString()).exports
  t.same(Object.keys(exported), ['types', 'default'], 'types come first, or they are not found')
  for (const path of Object.values<string>(exported)) {
    const source = path.replace('./dist/', 'src/').replace(/(\.d\.ts|\.js)$/, '.ts')
    t.ok(existsSync(new URL(source, root)), source)
  }
})

t.test('calls are typed, and lists are sent as the service reads them', async t => {
  const service = await openService(t)
  await seedPeople(service)
  const incident = await openIncident(service)
  await insertActionItem(service.db, incident, { number: 1, title: 'Add retries' })
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const asked: string[] = []
  const { GET } = createDebriefClient({
    url,
    token: adminToken,
    fetch: request => {
      asked.push(decodeURIComponent(request.url))
      return fetch(request)
    },
  })
  const query = { owner: ['sam', 'priya'], overdue: true, as_of: '2026-07-01' }
  const { data } = await GET('/v1/action-items', { params: { query } })
  t.equal(data?.items[0]?.days_overdue, 7)
  t.match(asked, [/\?owner=sam,priya&overdue=true&as_of=2026-07-01$/])

  const wrong = await GET('/v1/action-items', { params: { query: { owner: ['no handle'] } } })
  t.match(wrong, { data: undefined, response: { status: 400 }, error: { code: 'invalid_query' } })
  const stranger = createDebriefClient({ url, token: 'dbf_unknown' })
  t.equal((await stranger.GET('/v1/whoami')).response.status, 401)
  // @ts-expect-error: there is no such call
  t.equal((await GET('/v1/nothing')).response.status, 404)
})
