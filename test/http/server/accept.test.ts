import t from 'tap'
import { isAcceptable } from '../../../src/http/server/validation/accept.ts'
import { openIncident, seedPeople } from '../../help/cast.ts'
import { contract, responseOf } from '../../help/contract-check.ts'
import { digestOf } from '../../help/digest.ts'
import { openService } from '../../help/service.ts'

const json = 'application/json'

t.test('the most specific range of Accept decides', async t => {
  const cases: [accept: string, taken: boolean][] = [
    ['', true],
    ['*/*', true],
    ['application/*', true],
    [json, true],
    ['Application/JSON', true],
    [`${json}; charset=utf-8`, true],
    [`text/html, ${json};q=0.1`, true],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    [`${json};q=0, */*`, false],
    [`${json};q=0`, false],
    [`${json};q=0.000`, false],
    ['application/*;q=0, */*', false],
    [`application/*;q=0, ${json}`, true],
    ['*/*;q=0', false],
    [`*/*;q=0, ${json}`, true],
    ['text/csv', false],
    ['text/*', false],
    ['application/problem+json', false],
    ['json', false],
    [',', false],
  ]
  for (const [accept, taken] of cases) t.equal(isAcceptable(accept, json), taken, accept)
})

t.test('what cannot be served as Accept says is 406, on every read', async t => {
  const service = await openService(t)
  const { call } = service
  await seedPeople(service)
  await openIncident(service)
  for (const url of [
    '/v1/incidents',
    '/v1/action-items',
    '/v1/people/ana',
    '/v1/tokens',
    '/livez',
    '/openapi.json',
  ])
    for (const method of ['GET', 'HEAD'] as const) {
      const refused = await call(method, url, { headers: { accept: 'image/png' } })
      t.equal(refused.status, 406, `${method} ${url}`)
      t.equal(refused.headers['content-type'], 'application/problem+json')
      for (const accept of ['*/*', 'application/*', json, `${json}, application/problem+json`, ''])
        t.equal((await call(method, url, { headers: { accept } })).status, 200, `${method} ${url} ${accept}`)
      t.equal((await call(method, url, { headers: { accept: `${json};q=0` } })).status, 406)
    }
  const { body } = await call('GET', '/v1/incidents', { headers: { accept: 'image/png' } })
  t.match(body, { code: 'not_acceptable', errors: [{ parameter: 'Accept' }], detail: /application\/json/ })
})

t.test('one media type of its own is served as such alone', async t => {
  const service = await openService(t)
  await seedPeople(service)
  const incident = await openIncident(service)
  const only: Record<string, string> = {
    '/metrics': 'text/plain',
    [`${incident}/postmortem.md`]: 'text/markdown',
    [`${incident}/postmortem.html`]: 'text/html',
    [`${incident}/postmortem.json`]: json,
    [`${incident}/review/agenda.html`]: 'text/html',
    [`${incident}/thread.html`]: 'text/html',
  }
  for (const [url, media] of Object.entries(only)) {
    for (const accept of [media, `${media.split('/')[0]}/*`, '*/*'])
      t.equal((await service.call('GET', url, { headers: { accept } })).status, 200, `${url} ${accept}`)
    t.equal((await service.call('GET', url, { headers: { accept: 'image/png' } })).status, 406, url)
  }
})

t.test('a write that could not be answered stores nothing', async t => {
  const service = await openService(t)
  await seedPeople(service)
  const before = await digestOf(service.db)
  const body = { title: 'Not stored', severity: 'SEV3' }
  const headers = { accept: 'application/xml' }
  t.equal((await service.call('POST', '/v1/incidents', { body, headers })).status, 406)
  t.equal(await digestOf(service.db), before)
})

t.test('a call without an answer takes any Accept, and problems stay problem+json', async t => {
  const service = await openService(t)
  const incident = await openIncident(service)
  const accept = 'text/csv'
  t.match(await service.call('GET', '/v1/incidents', { headers: { accept }, token: null }), {
    status: 401,
    headers: { 'content-type': 'application/problem+json' },
  })
  t.equal((await service.call('DELETE', incident, { headers: { accept } })).status, 204)
})

t.test('every operation that answers a body documents 406', async t => {
  const missing = Object.values(contract.paths)
    .flatMap(methods => Object.values(methods))
    .filter(({ responses }) => {
      const hasBody = Object.entries(responses).some(
        ([status, response]) => status.startsWith('2') && responseOf(response).content,
      )
      return hasBody !== '406' in responses
    })
  t.same(
    missing.map(({ operationId }) => operationId),
    [],
  )
})
