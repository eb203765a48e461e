import { METHODS } from 'node:http'
import t from 'tap'
import { contract } from '../../help/contract-check.ts'
import { openService } from '../../help/service.ts'

const { app, call } = await openService(t)

const paths = Object.entries(contract.paths).map(([path, operations]) => ({
  url: path.replaceAll(/\{[^}]+\}/g, 'x'),
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
  methods: Object.keys(operations).map(name => name.toUpperCase()),
}))
/** An address may match several paths: `/v1/people/batch` is also a person's. */
const addresses = paths.map(({ url }) => ({
  url,
  methods: paths.filter(({ pattern }) => pattern.test(url)).flatMap(({ methods }) => methods),
}))
const allowedOf = (methods: string[]) =>
  [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ')

t.test('a method that an address does not take is 405 with those it takes, without a token', async t => {
  for (const { url, methods } of addresses) {
    const allow = allowedOf(methods)
    for (const method of METHODS.filter(name => name !== 'CONNECT' && !allow.split(', ').includes(name))) {
      const { statusCode, headers, body } = await app.inject({ method: method as 'GET', url })
      t.same([statusCode, headers.allow], [405, allow], `${method} ${url}`)
      t.match(headers, { 'content-type': 'application/problem+json', 'x-request-id': /./ })
      if (method === 'HEAD') continue
      t.match(JSON.parse(body), { code: 'method_not_allowed', detail: new RegExp(`not ${method}\\.$`) })
    }
  }
})

t.test('a body is not looked at where no route takes it', async t => {
  const headers = { 'content-type': 'text/csv' }
  t.equal((await call('PUT', '/v1/incidents', { payload: 'x', headers })).status, 405)
  t.equal((await call('PUT', '/v1/nothing', { payload: '{', headers: {} })).status, 404)
})

t.test('OPTIONS says what an address takes', async t => {
  for (const { url, methods } of [...addresses, { url: '/openapi.json', methods: ['GET'] }]) {
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
