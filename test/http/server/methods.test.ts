import { METHODS } from 'node:http'
import t from 'tap'
import { contract } from '../../help/contract-check.ts'
import { openService } from '../../help/service.ts'

const { app, call } = await openService(t)

/** Each path with its own methods: an address beside one with a parameter, such as `/v1/people/batch`, has no others. */
const paths = Object.entries(contract.paths).map(([path, operations]) => ({
  url: path.replaceAll(/\{[^}]+\}/g, 'x'),
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
  methods: Object.keys(operations).map(name => name.toUpperCase()),
}))
const allowedOf = (methods: string[]) =>
  [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ')

/** Methods that are answered with what to do instead, and are not in `Allow`. */
const refused = ['DELETE /v1/incidents/x/action-items/x']

t.test('a method that an address does not take is 405 with those it takes, without a token', async t => {
  for (const { url, methods } of paths) {
    const allow = allowedOf(methods)
    for (const method of METHODS.filter(name => name !== 'CONNECT' && !allow.split(', ').includes(name))) {
      const { statusCode, headers, body } = await app.inject({ method: method as 'GET', url })
      if (refused.includes(`${method} ${url}`)) {
        t.equal(statusCode, 401, `${method} ${url} is for who has a token`)
        continue
      }
      t.same([statusCode, headers.allow], [405, allow], `${method} ${url}`)
      t.match(headers, { 'content-type': 'application/problem+json', 'x-request-id': /./ })
      if (method === 'HEAD') continue
      t.match(JSON.parse(body), { code: 'method_not_allowed', detail: new RegExp(`not ${method}\\.$`) })
    }
  }
})

t.test('an address beside one with a parameter takes its own methods alone', async t => {
  const beside = paths.filter(({ url }) => paths.filter(({ pattern }) => pattern.test(url)).length > 1)
  t.ok(beside.some(({ url }) => url === '/v1/people/batch'))
  for (const method of ['GET', 'PUT', 'PATCH'] as const) {
    const { status, headers } = await call(method, '/v1/people/batch', { body: { name: 'Batch' } })
    t.same([status, headers.allow], [405, 'OPTIONS, POST'], method)
  }
  t.equal(
    (await app.inject({ method: 'OPTIONS', url: '/v1/people/batch?x=1' })).headers.allow,
    'OPTIONS, POST',
  )
  const people = [{ handle: 'batch', name: 'Nobody could read me' }]
  const { body } = await call('POST', '/v1/people/batch', { body: { people } })
  t.match(body.results[0], { problem: { status: 422, errors: [{ pointer: '/handle', code: 'reserved' }] } })
})

t.test('where PATCH is taken, Accept-Patch says in which types', async t => {
  const types = 'application/merge-patch+json, application/json'
  await call('PUT', '/v1/people/priya', { body: { name: 'Priya' } })
  for (const headers of [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=latin1' },
    { 'content-type': 'application/json-patch+json' },
  ]) {
    const patch = await call('PATCH', '/v1/people/priya', { payload: '{}', headers })
    t.same([patch.status, patch.headers['accept-patch']], [415, types], headers['content-type'])
    const put = await call('PUT', '/v1/people/priya', { payload: '{}', headers })
    t.same([put.status, put.headers['accept-patch']], [415, undefined])
  }
  const options = async (url: string) =>
    (await app.inject({ method: 'OPTIONS', url })).headers['accept-patch']
  t.equal(await options('/v1/people/priya'), types)
  t.equal(await options('/v1/people'), undefined)
})

t.test('a body is not looked at where no route takes it', async t => {
  const headers = { 'content-type': 'text/csv' }
  t.equal((await call('PUT', '/v1/incidents', { payload: 'x', headers })).status, 405)
  t.equal((await call('PUT', '/v1/nothing', { payload: '{', headers: {} })).status, 404)
})

t.test('OPTIONS says what an address takes', async t => {
  for (const { url, methods } of [...paths, { url: '/openapi.json', methods: ['GET'] }]) {
    const { statusCode, headers, body } = await app.inject({ method: 'OPTIONS', url })
    t.same([statusCode, headers.allow, body], [204, allowedOf(methods), ''], url)
  }
  t.equal((await app.inject({ method: 'OPTIONS', url: '/v1/nothing' })).statusCode, 404)
})

t.test('HEAD answers what GET would, without the body', async t => {
  const get = await call('GET', '/v1/incidents')
  const head = await call('HEAD', '/v1/incidents')
  t.equal(head.text, '')
  for (const name of ['content-type', 'content-length', 'etag'])
    t.equal(head.headers[name], get.headers[name], name)
  t.equal((await call('HEAD', '/v1/incidents/PM-2026-06-17-none')).status, 404)
})
