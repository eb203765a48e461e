import t from 'tap'
import { allowedHostsOf } from '../../../src/http/server/request-checks.ts'
import { openService } from '../../help/service.ts'

const answer = async (service: Awaited<ReturnType<typeof openService>>, host: string) => {
  const { status, body } = await service.call('GET', '/livez', { headers: { host } })
  return status === 200 ? 200 : `${status} ${body.code}`
}

t.test(
  'on the loopback a service answers only to its names, so that no other name leads a page here',
  async t => {
    const service = await openService(t)
    for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '127.0.0.1', '[::1]:8080'])
      t.equal(await answer(service, host), 200, host)
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example:8080',
      '192.168.1.7',
      'a b',
    ])
      t.equal(await answer(service, host), '421 misdirected', host)
    const { body } = await service.call('GET', '/livez', { headers: { host: 'debrief.internal' } })
    t.match(body.detail, /debrief\.internal: .*DEBRIEF_ALLOWED_HOSTS/, 'and the answer says what adds one')
  },
)

t.test('hosts that are listed are answered, too', async t => {
  const service = await openService(t, { allowedHosts: ['debrief.example'] })
  t.equal(await answer(service, 'Debrief.example:443'), 200)
  t.equal(await answer(service, 'evil.example'), '421 misdirected')
})

t.test('the host of the public address is answered wherever not every host is', async t => {
  const hosts = (host: string, given: string[]) =>
    allowedHostsOf(host, given, 'https://debrief.example:8443/x')
  t.ok(hosts('127.0.0.1', [])?.has('debrief.example'))
  t.ok(hosts('0.0.0.0', ['other.example'])?.has('debrief.example'))
  t.equal(hosts('0.0.0.0', []), undefined, 'and shuts out none')
})

t.test('a service that listens to the network answers to every name, unless names are listed', async t => {
  t.equal(await answer(await openService(t, { host: '0.0.0.0' }), 'anything.example'), 200)
  t.equal(allowedHostsOf('::', []), undefined)
  t.ok(allowedHostsOf('0.0.0.0', ['debrief.example'])?.has('debrief.example'))
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'Localhost'])
    t.ok(allowedHostsOf(host, []), host)
  t.ok(allowedHostsOf('127.1.2.3', [])?.has('127.1.2.3'))
})

t.test('every answer tells a browser to take it as what it is and to do nothing with it', async t => {
  const { call } = await openService(t)
  for (const url of ['/livez', '/v1/incidents', '/v1/nothing', '/openapi.json']) {
    const { headers } = await call('GET', url)
    t.match(
      headers,
      {
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'private, no-cache',
      },
      url,
    )
    t.equal(headers['access-control-allow-origin'], undefined, 'no other origin may read it')
  }
})
