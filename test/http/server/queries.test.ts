import { createHash } from 'node:crypto'
import t from 'tap'
import { sha256Hex } from '../../../src/kit/json/json.ts'
import { openIncident, readAllPages, seedPeople } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service
const people = Array.from({ length: 230 }, (_, i) => ({
  handle: `p${String(i).padStart(3, '0')}`,
  name: `Person ${i}`,
  team: 'payments-team',
}))
await call('POST', '/v1/people/batch?atomic=true', { body: { people } })
const everyone = ['ana', ...people.map(({ handle }) => handle), 'priya', 'sam']

interface Page {
  items: { handle: string }[]
  next_cursor: string
}
const refusal = async (url: string) => {
  const { status, body } = await call('GET', url)
  return [
    status,
    body.code,
    ...body.errors.map((e: { parameter: string; code: string }) => `${e.parameter} ${e.code}`),
  ]
}

t.test('a query takes known names only, each once', async t => {
  t.same(await refusal('/v1/people?name=x'), [400, 'invalid_query', 'name unknown'])
  t.same(await refusal('/v1/people?limit=1&limit=2'), [400, 'invalid_query', 'limit repeated'])
  t.same(await refusal('/v1/people?active=true&active=true'), [400, 'invalid_query', 'active repeated'])
  t.same(await refusal('/v1/people?team=a&team=a'), [400, 'invalid_query', 'team repeated'])
  t.same(await refusal('/v1/people?Limit=1'), [400, 'invalid_query', 'Limit unknown'])
  t.same(await refusal('/v1/people?__proto__=1'), [400, 'invalid_query', '__proto__ unknown'])
  t.same(await refusal('/v1/people?limit[]=1'), [400, 'invalid_query', 'limit[] unknown'])
})

t.test('the same text means to each route what its own rules say, however often it is sent', async t => {
  const query = '?limit=1&active=true'
  for (let time = 0; time < 3; time++) {
    t.equal((await call<Page>('GET', `/v1/people${query}`)).body.items.length, 1)
    t.same(await refusal(`/v1/incidents${query}`), [400, 'invalid_query', 'active unknown'])
  }
  t.same(await refusal('/v1/people?limit=0'), await refusal('/v1/people?limit=0'))
})

t.test('limit is an integer from 1; more than 200 means 200', async t => {
  for (const limit of ['0', '-1', '1.5', '1e2', '', 'ten', '05', '%2B5', ' 5', '0x10'])
    t.match(await refusal(`/v1/people?limit=${limit}`), [400, 'invalid_query', /^limit /], limit)
  const counts = async (query: string) => (await call<Page>('GET', `/v1/people${query}`)).body.items.length
  t.equal(await counts('?limit=1'), 1)
  t.equal(await counts(''), 50)
  t.equal(await counts('?limit=200'), 200)
  t.equal(await counts('?limit=999'), 200)
  t.equal(await counts('?limit=2147483647'), 200)
  t.same(await refusal('/v1/people?limit=2147483648'), [400, 'invalid_query', 'limit too_large'])
  t.same(await refusal(`/v1/people?limit=${'9'.repeat(30)}`), [400, 'invalid_query', 'limit too_large'])
  t.same(await refusal('/v1/people?limit=0'), [400, 'invalid_query', 'limit too_small'])
})

t.test('a truth is true or false and nothing else', async t => {
  for (const active of ['1', '0', 'True', 'TRUE', 'yes', '', '%20true', 'true%20', 'null', 'on'])
    t.same(await refusal(`/v1/people?active=${active}`), [400, 'invalid_query', 'active type'], active)
  for (const atomic of ['1', 'True', '']) {
    const batch = { people: [{ handle: 'kim', name: 'Kim' }] }
    const { status, body } = await call('POST', `/v1/people/batch?atomic=${atomic}`, { body: batch })
    t.match({ status, body }, { status: 400, body: { errors: [{ parameter: 'atomic', code: 'type' }] } })
  }
})

t.test('a refusal names the parameter, its rule and an example, beside all other faults', async t => {
  const { body } = await call('GET', '/v1/people?limit=05&active=1&name=x')
  const details = body.errors.map(({ detail }: { detail: string }) => detail)
  t.equal(details[0], 'limit must be an integer in plain digits, such as 50.')
  t.equal(details[1], 'active must be true or false.')
  t.match(details[2], /^name is not known here\. Known: cursor, limit, team, active\.$/)
})

t.test('a list comes with commas, repeated, or both', async t => {
  const severities = ['SEV1', 'SEV2', 'SEV3', 'SEV5']
  for (const severity of severities) await openIncident(service, { severity, title: `List of ${severity}` })
  const found = async (query: string) => {
    const { status, body } = await call('GET', `/v1/incidents?q=List%20of&${query}`)
    t.equal(status, 200, query)
    return body.items.map((incident: { severity: string }) => incident.severity).sort()
  }
  const spellings = [
    'severity=SEV1,SEV2,SEV5',
    'severity=SEV1%2CSEV2%2CSEV5',
    'severity=SEV1&severity=SEV2&severity=SEV5',
    'severity=SEV1,SEV2&severity=SEV5',
  ]
  for (const query of spellings) t.same(await found(query), ['SEV1', 'SEV2', 'SEV5'], query)
  t.same(await refusal('/v1/incidents?severity=SEV1&severity=SEV9'), [400, 'invalid_query', 'severity enum'])
  t.same(await refusal('/v1/incidents?severity=SEV9,SEV8&severity='), [400, 'invalid_query', 'severity enum'])
  t.same(await refusal('/v1/incidents?service=a,,b'), [400, 'invalid_query', 'service too_short'])
  const { body } = await call('GET', '/v1/incidents?severity=SEV1,SEV9')
  t.equal(body.detail, 'severity must be one of SEV1, SEV2, SEV3, SEV4, SEV5.')
  const many = Array.from({ length: 101 }, (_, i) => `s${i}`)
  t.same(await refusal(`/v1/incidents?service=${many}`), [400, 'invalid_query', 'service too_many'])
})

t.test('each spelling of a list takes the cursor of another', async t => {
  const first = await call<Page>('GET', '/v1/incidents?severity=SEV1,SEV2&q=List&limit=1')
  const cursor = encodeURIComponent(first.body.next_cursor)
  const query = `/v1/incidents?q=List&severity=SEV1&severity=SEV2&cursor=${cursor}`
  const { status, body } = await call<Page>('GET', query)
  t.equal(status, 200)
  t.equal(body.items.length, 1)
  const repeated = await call<Page>('GET', '/v1/incidents?severity=SEV1&severity=SEV2&q=List&limit=1')
  t.equal(repeated.body.next_cursor, first.body.next_cursor)
  t.match(repeated.headers.link, /severity=SEV1%2CSEV2/)
  t.equal((await call('GET', repeated.headers.link!.slice(1).split('>')[0]!)).status, 200)
})

t.test('a number in an address that is no integer is an address under which nothing is', async t => {
  const incident = await openIncident(service)
  for (const number of ['0', '-1', '1e2', '07', '%207', '%2B7', '1.0', 'x', '9'.repeat(30)])
    for (const path of ['factors', 'changes', 'revisions']) {
      const { status, body } = await call('GET', `${incident}/${path}/${number}`)
      t.match(
        { status, body },
        { status: 404, body: { code: 'not_found', errors: [{ parameter: 'number' }] } },
      )
    }
  t.match(await call('GET', `${incident}/factors/2147483647`), { status: 404, body: { errors: [] } })
})

t.test('a parameter that breaks its rule is named', async t => {
  t.match(await refusal('/v1/people?active=yes'), [400, 'invalid_query', 'active type'])
  t.match(await refusal('/v1/incidents?status=open'), [400, 'invalid_query', 'status enum'])
  t.match(await refusal('/v1/incidents?severity=SEV1,,SEV2'), [400, 'invalid_query', 'severity enum'])
  t.match(await refusal('/v1/incidents?occurred_since=today'), [
    400,
    'invalid_query',
    'occurred_since format',
  ])
  t.match(await refusal('/v1/incidents?external_ref=pagerduty'), [
    400,
    'invalid_query',
    'external_ref pattern',
  ])
  t.match(await refusal('/v1/incidents?q='), [400, 'invalid_query', /^q /])
})

t.test('a query that PostgreSQL could not take is a bad query', async t => {
  const incident = await openIncident(service)
  const bad = ['q=%00', 'service=a%00', 'external_ref=pagerduty:%00', 'q=a%00b']
  for (const query of bad)
    t.match(await refusal(`/v1/incidents?${query}`), [400, 'invalid_query', / encoding$/], query)
  t.match(await refusal(`${incident}/events?kind=%00`), [400, 'invalid_query', 'kind encoding'])
})

t.test('a walk by next_cursor meets everyone once, in order', async t => {
  const met = await readAllPages<{ handle: string }>(service, '/v1/people?limit=60')
  t.same(
    met.map(({ handle }) => handle),
    everyone,
  )
})

t.test('Link leads to the next page with the same filters and limit', async t => {
  const first = await call<Page>('GET', '/v1/people?active=true&limit=60')
  const link = first.headers.link!.match(/^<(.+)>; rel="next"$/)![1]!
  const expected = { active: 'true', limit: '60', cursor: first.body.next_cursor }
  t.same(Object.fromEntries(new URL(link, 'http://debrief.example').searchParams), expected)
  const second = await call<Page>('GET', link)
  t.same(
    second.body.items.map(({ handle }) => handle),
    everyone.slice(60, 120),
  )
})

t.test('the last page says so even when it is full', async t => {
  const { body, headers } = await call<Page>('GET', '/v1/people?team=payments-team&limit=200')
  const rest = body.items.length + 32
  t.equal(rest, 232)
  const last = await call<Page>('GET', `/v1/people?team=payments-team&limit=32&cursor=${body.next_cursor}`)
  t.equal(last.body.items.length, 32)
  t.equal(last.body.next_cursor, null)
  t.notOk(last.headers.link)
  t.ok(headers.link)
})

t.test('a cursor serves its own list with its own filters, and any limit', async t => {
  const { body } = await call<Page>('GET', '/v1/people?team=payments-team&limit=10')
  const cursor = encodeURIComponent(body.next_cursor)
  const again = await call<Page>('GET', `/v1/people?limit=5&cursor=${cursor}&team=payments-team`)
  t.same(
    again.body.items.map(({ handle }) => handle),
    ['p010', 'p011', 'p012', 'p013', 'p014'],
  )
  for (const url of [
    `/v1/people?cursor=${cursor}`,
    `/v1/people?team=other-team&cursor=${cursor}`,
    `/v1/people?team=payments-team&active=true&cursor=${cursor}`,
    `/v1/teams?cursor=${cursor}`,
    `/v1/incidents?cursor=${cursor}`,
  ])
    t.same(await refusal(url), [400, 'invalid_cursor', 'cursor checksum'], url)
})

t.test('a cursor of another order, as from before a change of it, is refused', async t => {
  const events = `${await openIncident(service)}/events`
  const keys = ['2026-06-17T14:02:00.000Z', '019785b0-5c00-7000-8000-000000000001']
  const payload = Buffer.from(JSON.stringify(keys)).toString('base64url')
  const checksum = sha256Hex(`${events} {}\n${payload}`).slice(0, 16)
  t.same(await refusal(`${events}?cursor=${payload}.${checksum}`), [400, 'invalid_cursor', 'cursor checksum'])
})

t.test('a tampered or invented cursor is refused', async t => {
  const { body } = await call<Page>('GET', '/v1/people?limit=10')
  const [payload = '', sum = ''] = body.next_cursor.split('.')
  const other = Buffer.from('["zzz"]').toString('base64url')
  const bad = [
    payload,
    `${payload}.`,
    `.${sum}`,
    `${other}.${sum}`,
    `${payload}.${sum}.x`,
    'x',
    '',
    '.',
    'e30',
  ]
  for (const cursor of bad) {
    const answer = await refusal(`/v1/people?cursor=${cursor}`)
    t.equal(answer[0], 400, cursor)
    t.equal(answer[1], 'invalid_cursor', cursor)
  }
})

t.test('a cursor whose checksum is forged gives no 5xx', async t => {
  const forged = (path: string, text: string) => {
    const payload = Buffer.from(text).toString('base64url')
    const sum = createHash('sha256').update(`${path} {}\n${payload}`).digest('hex').slice(0, 16)
    return `${path}?cursor=${payload}.${sum}`
  }
  const keys = [
    '',
    '{',
    '{}',
    'null',
    '7',
    '[]',
    '[null]',
    '["\\u0000"]',
    '["a","b"]',
    '["x","y","z",1,2]',
    '[{}]',
  ]
  const incident = await openIncident(service)
  for (const path of ['/v1/people', '/v1/incidents', `${incident}/events`, `${incident}/history`]) {
    for (const key of [
      ...keys,
      '["2026-06-17T14:00:00Z","not-a-uuid"]',
      '["infinity","PM"]',
      '["2026-02-31","x"]',
    ]) {
      const { status } = await call('GET', forged(path, key))
      t.ok(status === 200 || status === 400, `${path} ${key}: ${status}`)
    }
  }
})

t.test('a read that takes no query refuses one, rather than ignore what was asked', async t => {
  for (const url of [
    '/v1/people/priya?x=1',
    '/v1/template?tz=Europe/Berlin',
    '/v1/incidents/PM-2026-01-01-x/postmortem.md?as_of=2026-01-01',
  ])
    t.match(await call('GET', url), {
      status: 400,
      body: { code: 'invalid_query', errors: [{ code: 'unknown' }] },
    })
})
