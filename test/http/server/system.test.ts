import t from 'tap'
import { buildApp } from '../../../src/app.ts'
import { loadConfig } from '../../../src/config.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { adminToken, openService } from '../../help/service.ts'

const { call, app, connection } = await openService(t)

t.test('it says that it lives, and that its database answers, to anybody', async t => {
  for (const url of ['/livez', '/readyz']) {
    const { status, body } = await call('GET', url, { token: null })
    t.same([status, body], [200, { status: 'ok' }], url)
  }
})

t.test('it lives but is not ready while the database is away', async t => {
  const opened = openDatabase(connection, () => {})
  let known = true
  const config = { ...loadConfig({}), adminToken }
  const other = await buildApp({
    database: opened,
    config,
    now: () => new Date(),
    databaseReady: () => known,
  })
  t.teardown(() => other.close())
  const ready = async () => (await other.inject('/readyz')).statusCode
  t.equal(await ready(), 200)
  known = false
  t.equal(await ready(), 503, 'what the owner of the server knows counts')
  known = true
  t.equal(await ready(), 200)
  await opened.close()
  const away = await other.inject('/readyz')
  t.equal(away.statusCode, 503)
  t.equal(away.headers['content-type'], 'application/problem+json')
  t.match(away.headers['retry-after'], /^\d+$/)
  t.equal(away.json().code, 'unavailable')
  t.equal((await other.inject('/livez')).statusCode, 200)
})

t.test('the API reference needs no token and no network', async t => {
  const page = await app.inject('/docs/')
  const index = page.statusCode === 200 ? page : await app.inject('/docs')
  t.equal(index.statusCode, 200)
  t.match(index.headers['content-type'], /^text\/html/)
  const addresses = [...index.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
  t.ok(addresses.length > 3)
  t.match(index.body, /<title>Debrief API</)
  for (const address of addresses) {
    t.notMatch(address, /^(https?:)?\/\//)
    const { statusCode } = await app.inject(new URL(address, 'http://debrief.example/docs/').pathname)
    t.equal(statusCode, 200, address)
  }
  t.notMatch(index.body, /https?:\/\//, 'nothing of another host')
  const policy = index.headers['content-security-policy']
  t.match(policy, /default-src 'self'/)
  t.notMatch(policy, /upgrade-insecure-requests/, 'it works over plain http')
  t.notMatch(policy, /https?:|\.[a-z]{2,}/, 'nothing of another host is let in')
})

t.test('the reference shows the contract that the service serves', async t => {
  const [shown, served] = [await app.inject('/docs/json'), await app.inject('/openapi.json')]
  t.equal(shown.statusCode, 200)
  t.same(shown.json(), served.json())
})
