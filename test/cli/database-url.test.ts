import pg from 'pg'
import t, { type Test } from 'tap'
import { command, send, startService } from '../help/command.ts'
import { createDatabase } from '../help/service.ts'

// Debrief on a server that DATABASE_URL names.

const adminToken = 'an-admin-token-of-this-test-only-0123456789'

/** Creates a database, migrated or empty, and returns its URL. */
async function databaseUrl(t: Test, from?: 'template0'): Promise<string> {
  return (await createDatabase(t, from)).connectionString ?? ''
}

async function createToken(t: Test, url: string, ...options: string[]): Promise<string> {
  const args = ['token', 'create', '--name', 'ci', ...options]
  const { code, stdout, stderr } = await command(t, args, { DATABASE_URL: url }).ended
  t.match({ code, stdout }, { code: 0, stdout: /^dbf_\S+\n$/ }, stderr)
  return stdout.trim()
}

const incident = { title: 'Checkout fails', severity: 'SEV2' }

t.test('without a token it starts and says how to get one; a token made meanwhile works', async t => {
  const url = await databaseUrl(t)
  const service = await startService(t, { DATABASE_URL: url })
  t.match(service.output.stderr, /DEBRIEF_ADMIN_TOKEN, or run "npm run debrief -- token create/)
  t.notMatch(service.output.stderr, 'dbf_')
  const token = await createToken(t, url, '--scope', 'admin')
  t.equal((await send(`${service.url}/v1/people`, { token })).status, 200)
  service.child.kill('SIGTERM')
  t.match(await service.ended, { code: 0 })
  const again = await startService(t, { DATABASE_URL: url })
  t.notMatch(again.output.stderr, 'token create', 'there is one now')
})

t.test('DEBRIEF_ADMIN_TOKEN is the admin token, and nobody else’s', async t => {
  const settings = { DATABASE_URL: await databaseUrl(t), DEBRIEF_ADMIN_TOKEN: adminToken }
  const { url, output } = await startService(t, settings)
  t.equal((await send(`${url}/v1/people`, { token: adminToken })).status, 200)
  t.equal((await send(`${url}/v1/people`, { token: `${adminToken}x` })).status, 401)
  t.equal((await send(`${url}/v1/people`)).status, 401)
  t.notMatch(output.stderr, 'token create')
})

t.test('a created token has its scope, its person and its end', async t => {
  const url = await databaseUrl(t)
  const service = await startService(t, { DATABASE_URL: url, DEBRIEF_ADMIN_TOKEN: adminToken })
  const write = (method: string, path: string, token: string, body: object) =>
    send(service.url + path, { token, method, body })
  t.equal((await write('PUT', '/v1/people/priya', adminToken, { name: 'Priya' })).status, 201)

  const began = Date.now()
  const reader = await createToken(t, url, '--scope', 'read')
  const enough = 5 * (Date.now() - began)
  t.equal((await send(`${service.url}/v1/incidents`, { token: reader })).status, 200)
  t.equal((await write('POST', '/v1/incidents', reader, incident)).status, 403)

  const writer = await createToken(
    t,
    url,
    ...['--scope', 'write', '--person', 'priya', '--expires', '2999-01-01T00:00:00+02:00'],
  )
  const created = await write('POST', '/v1/incidents', writer, incident)
  t.match(await created.json(), { changed_by: 'priya' })

  const soon = new Date(Date.now() + enough).toISOString()
  const brief = await createToken(t, url, '--scope', 'read', '--expires', soon)
  while ((await send(`${service.url}/v1/incidents`, { token: brief })).status !== 401);
  t.ok(new Date() >= new Date(soon), 'refused once its time is over')
})

t.test('a token for a person who is not there is refused in a sentence', async t => {
  const args = ['token', 'create', '--name', 'ci', '--scope', 'read', '--person', 'nobody']
  const { code, stdout, stderr } = await command(t, args, { DATABASE_URL: await databaseUrl(t) }).ended
  t.match({ code, stdout }, { code: 1, stdout: '' })
  t.match(stderr, /^[^\n]*nobody[^\n]*\.\n$/)
})

t.test('a database that is not there is reported in a sentence', async t => {
  const url = new URL(await databaseUrl(t))
  url.pathname = '/debrief_test_missing'
  const { code, stderr } = await command(t, ['serve'], { DATABASE_URL: url.href }).ended
  t.equal(code, 1)
  t.match(stderr, /^[^\n]*DATABASE_URL[^\n]*"debrief_test_missing" does not exist\.\n$/)
})

t.test('four instances that start at once on an empty database migrate it once', async t => {
  const url = await databaseUrl(t, 'template0')
  const settings = { DATABASE_URL: url, DEBRIEF_ADMIN_TOKEN: adminToken }
  const services = await Promise.all([1, 2, 3, 4].map(() => startService(t, settings)))
  const body = { title: 'Written by one', severity: 'SEV3', id: 'PM-2026-06-17-one' }
  const written = await send(`${services[0]!.url}/v1/incidents`, { token: adminToken, method: 'POST', body })
  t.equal(written.status, 201)
  for (const { url } of services)
    t.equal((await send(`${url}/v1/incidents/PM-2026-06-17-one`, { token: adminToken })).status, 200)
  const client = new pg.Client(url)
  await client.connect()
  t.teardown(() => client.end())
  const { rows } = await client.query(
    'SELECT count(*)::int AS all, count(DISTINCT name)::int AS names FROM migrations',
  )
  t.equal(rows[0].all, rows[0].names)
})

t.test('nothing secret is logged, whatever the level', async t => {
  const address = new URL(await databaseUrl(t))
  // A server that asks for none takes any.
  address.password ||= 'database-password'
  const settings = {
    DATABASE_URL: address.href,
    DEBRIEF_ADMIN_TOKEN: adminToken,
    DEBRIEF_LOG_LEVEL: 'debug',
  }
  const service = await startService(t, settings)
  const stored = await createToken(t, address.href, '--scope', 'write')
  for (const token of [adminToken, stored, `${stored}x`, 'a-wrong-token-of-somebody']) {
    await send(`${service.url}/v1/people`, { token })
    await send(`${service.url}/v1/incidents`, { token, method: 'POST', body: { root_cause: 'x' } })
    const basic = Buffer.from(`priya:${token}`).toString('base64')
    await fetch(`${service.url}/v1/incidents`, { headers: { authorization: `Basic ${basic}` } })
    await fetch(`${service.url}/v1/incidents/%zz`, { headers: { authorization: `Bearer ${token}` } })
  }
  service.child.kill('SIGTERM')
  const { stdout, stderr } = await service.ended
  const printed = stdout + stderr
  const basic = Buffer.from('priya:').toString('base64').slice(0, 7)
  for (const secret of [
    adminToken,
    stored,
    'a-wrong-token',
    address.password,
    basic,
    'uthorization',
    'earer',
  ])
    t.notMatch(printed, secret)
})
