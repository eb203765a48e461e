import t from 'tap'
import { drill, logLine, observed, openIncident, seedPeople } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service
const incident = await openIncident(service)

interface Refusal {
  status: number
  code: string
  errors: { pointer: string; code: string; detail: string }[]
}
const refusal = async (method: 'POST' | 'PUT' | 'PATCH', url: string, body: unknown) => {
  const answer = await call<Refusal>(method, url, { body })
  return [
    answer.status,
    answer.body.code,
    ...answer.body.errors.map(({ pointer, code }) => `${pointer} ${code}`),
  ]
}
const refusedIncident = (fields: object) => refusal('POST', '/v1/incidents', { ...drill, ...fields })
const refusedEvent = (fields: object) => refusal('POST', `${incident}/events`, observed(fields))
const storedIncident = async (fields: object) => {
  const { status, body } = await call('POST', '/v1/incidents', { body: { ...drill, ...fields } })
  t.equal(status, 201, JSON.stringify(body))
  return body
}

t.test('nothing is coerced into the type that a field must have', async t => {
  const wrong = [
    [{ title: 7 }, '/title type'],
    [{ title: ['Payments drill'] }, '/title type'],
    [{ title: null }, '/title type'],
    [{ severity: 2 }, '/severity type'],
    [{ status_update_cadence_minutes: '20' }, '/status_update_cadence_minutes type'],
    [{ status_update_cadence_minutes: 20.5 }, '/status_update_cadence_minutes type'],
    [{ impact: { users_affected: true } }, '/impact/users_affected type'],
    [{ services: 'checkout' }, '/services type'],
    [{ labels: { region: 1 } }, '/labels/region type'],
    [{ summary: 'It broke.' }, '/summary type'],
    [{ went_well: [null] }, '/went_well/0 type'],
  ] as const
  for (const [fields, fault] of wrong)
    t.same(await refusedIncident(fields), [422, 'invalid_body', fault], JSON.stringify(fields))
})

t.test('a body that is no object is refused', async t => {
  for (const body of [null, [], 'text', 1, true])
    t.same(await refusal('POST', '/v1/incidents', body), [422, 'invalid_body', ' type'], JSON.stringify(body))
  const nothing = await call('POST', '/v1/incidents')
  t.equal(nothing.status, 422)
})

t.test('unknown properties are refused at every depth, never dropped', async t => {
  t.same(await refusedIncident({ phase: 'resolved' }), [422, 'invalid_body', '/phase unknown'])
  t.same(await refusedIncident({ version: 1 }), [422, 'invalid_body', '/version unknown'])
  t.same(await refusedIncident({ impact: { duration: '31 min' } }), [
    422,
    'invalid_body',
    '/impact/duration unknown',
  ])
  t.same(await refusedEvent({ sources: [{ ...logLine, line: 4 }] }), [
    422,
    'invalid_body',
    '/sources/0/line unknown',
  ])
  t.same(await refusedIncident({ 'a/b~c': 1 }), [422, 'invalid_body', '/a~1b~0c unknown'])
})

t.test('a required field is missed by name', async t => {
  t.same(await refusal('POST', '/v1/incidents', { severity: 'SEV2' }), [
    422,
    'invalid_body',
    '/title required',
  ])
  t.same(await refusal('PUT', '/v1/people/kim', {}), [422, 'invalid_body', '/name required'])
  t.same(await refusedEvent({ sources: [{ system: 'checkout', excerpt: 'x' }] }), [
    422,
    'invalid_body',
    '/sources/0/kind required',
  ])
})

t.test('one-line fields are trimmed, and their length counts after that', async t => {
  const padded = await storedIncident({ title: `  ${'x'.repeat(200)}\u00a0` })
  t.equal(padded.title, 'x'.repeat(200))
  const person = await call('PUT', '/v1/people/priya', {
    body: { name: '\u3000Priya Raman ', team: 'payments-team' },
  })
  t.equal(person.body.name, 'Priya Raman')
  t.equal(person.body.version, 1, 'which is the name she has')
})

t.test('entries may have members of any name, and are compared all the same', async t => {
  for (const name of ['toString', 'valueOf', 'constructor', 'hasOwnProperty', 'toJSON']) {
    const related = [1, 2].map(() => ({ incident_id: 'PM-2026-06-17-a', relation: 'related_to', [name]: 1 }))
    const refusal = await refusedIncident({ related })
    t.equal(refusal[0], 422, name)
    t.ok(refusal.includes(`/related/0/${name} unknown`), name)
  }
})

t.test('entries that are alike once trimmed are refused, so that the stored list stays valid', async t => {
  t.same(await refusedIncident({ services: ['checkout', ' checkout'] }), [
    422,
    'invalid_body',
    '/services repeated',
  ])
  t.same(await refusedIncident({ authors: ['ana', 'ana'] }), [422, 'invalid_body', '/authors repeated'])
})

t.test('sentences are kept exactly, new lines and spaces too', async t => {
  const description = '  first\n\nsecond | third\t'
  const { headers } = await call('POST', `${incident}/events`, { body: observed({ description }) })
  t.equal((await call('GET', headers.location!)).body.description, description)
})

t.test('text in which nothing can be seen counts as missing', async t => {
  for (const blank of ['', ' ', '\t\n', '\u200b', '\u200d\ufeff \u2060', '\u00ad', '\u3164', '\u180e']) {
    const [status, code, fault = ''] = await refusedIncident({ title: blank })
    t.same([status, code], [422, 'invalid_body'], JSON.stringify(blank))
    t.match(fault, /^\/title (format|too_short)$/)
    t.match(await refusedEvent({ description: blank }), [422, 'invalid_body'], 'as a description')
    t.match(await refusedEvent({ sources: [{ ...logLine, excerpt: blank }] }), [422], 'as an excerpt')
  }
})

t.test('a field of one line takes no line break and no control character', async t => {
  for (const inside of ['\n', '\r', '\t', '\u2028', '\u0085', '\u001b'])
    t.same(await refusedIncident({ title: `Payments${inside}drill` }), [422, 'invalid_body', '/title format'])
})

t.test('what PostgreSQL cannot store is refused with its field', async t => {
  for (const bad of ['a\0b', '\ud800', 'a\udc00b']) {
    t.same(await refusedIncident({ title: bad }), [422, 'invalid_body', '/title format'])
    t.same(await refusedIncident({ went_well: [bad] }), [422, 'invalid_body', '/went_well/0 format'])
    t.same(await refusedEvent({ description: bad }), [422, 'invalid_body', '/description format'])
    t.same(await refusedEvent({ sources: [{ ...logLine, query: bad }] }), [
      422,
      'invalid_body',
      '/sources/0/query format',
    ])
    t.same(await refusedEvent({ sources: [{ ...logLine, url: `https://logs.example/${bad}` }] }), [
      422,
      'invalid_body',
      '/sources/0/url format',
    ])
    t.same(await refusedEvent({ dedupe_key: bad }), [422, 'invalid_body', '/dedupe_key format'])
  }
})

t.test('lengths count code points, so an emoji is one', async t => {
  const phones = '\u{1f4df}'
  t.equal((await storedIncident({ title: phones.repeat(200) })).title, phones.repeat(200))
  t.same(await refusedIncident({ title: phones.repeat(201) }), [422, 'invalid_body', '/title too_long'])
})

t.test('each kind of text has its own limit', async t => {
  const long = (length: number) => 'x'.repeat(length)
  const limits: [(text: string) => object, string, number][] = [
    [title => ({ title }), '/title', 200],
    [what_broke => ({ summary: { what_broke } }), '/summary/what_broke', 10_000],
    [description => ({ impact: { description } }), '/impact/description', 10_000],
    [sentence => ({ went_poorly: [sentence] }), '/went_poorly/0', 2000],
    [heading => ({ sections: [{ heading, body: 'x' }] }), '/sections/0/heading', 200],
    [body => ({ sections: [{ heading: 'x', body }] }), '/sections/0/body', 10_000],
    [id => ({ external_refs: [{ system: 'pagerduty', id }] }), '/external_refs/0/id', 255],
  ]
  for (const [fields, pointer, limit] of limits) {
    await storedIncident(fields(long(limit)))
    t.same(await refusedIncident(fields(long(limit + 1))), [422, 'invalid_body', `${pointer} too_long`])
  }
  const url = `https://logs.example/${long(2048 - 'https://logs.example/'.length)}`
  const kept = await call('POST', `${incident}/events`, {
    body: observed({ sources: [{ ...logLine, url }] }),
  })
  t.equal(kept.status, 201)
  t.match(await refusedEvent({ sources: [{ ...logLine, url: `${url}x` }] }), [422])
  t.match(await refusedEvent({ description: long(2001) }), [422, 'invalid_body', '/description too_long'])
  t.match(await refusedEvent({ sources: [{ ...logLine, excerpt: long(8001) }] }), [422])
})

t.test('lists have limits', async t => {
  const many = (length: number) => Array.from({ length }, (_, i) => `service-${i}`)
  await storedIncident({ services: many(100) })
  t.same(await refusedIncident({ services: many(101) }), [422, 'invalid_body', '/services too_many'])
  const section = { heading: 'Disclosure', body: 'We told them.' }
  await storedIncident({ sections: Array(20).fill(section) })
  t.same(await refusedIncident({ sections: Array(21).fill(section) }), [
    422,
    'invalid_body',
    '/sections too_many',
  ])
  const labels = (length: number) => Object.fromEntries(many(length).map(name => [name, 'x']))
  await storedIncident({ labels: labels(50) })
  t.same(await refusedIncident({ labels: labels(51) }), [422, 'invalid_body', '/labels too_many'])
  t.same(await refusedEvent({ sources: Array(21).fill(logLine) }), [422, 'invalid_body', '/sources too_many'])
})

t.test('days and times that PostgreSQL would take are refused all the same', async t => {
  const dates = [
    'today',
    'now',
    'infinity',
    '2026-02-29',
    '2026-13-01',
    '20260617',
    '17.06.2026',
    '0000-01-01',
  ]
  for (const occurred_on of [...dates, '2026-06-17T00:00:00Z'])
    t.same(await refusedIncident({ occurred_on }), [422, 'invalid_body', '/occurred_on format'], occurred_on)
  const times = [
    '2026-06-17T14:02:00',
    '2026-06-17 14:02:00Z',
    '2026-06-17T24:00:00Z',
    '2026-06-17T23:59:60Z',
    'yesterday',
    '-infinity',
    'epoch',
    '2026-06-17T14:02',
    '2026-06-17Z',
    '1781704920',
  ]
  for (const occurred_at of times)
    t.same(await refusedEvent({ occurred_at }), [422, 'invalid_body', '/occurred_at format'], occurred_at)
})

t.test('an address is http or https, without a user', async t => {
  const bad = [
    'javascript:alert(1)',
    'ftp://logs.example/a',
    '//logs.example/a',
    'logs.example',
    'https://',
    'https://priya:secret@logs.example/',
    'https://logs.example/a b',
    'https://logs.example/\n',
  ]
  for (const url of bad)
    t.same(await refusedEvent({ sources: [{ ...logLine, url }] }), [
      422,
      'invalid_body',
      '/sources/0/url format',
    ])
})

t.test('a body that names a root cause is refused with the reason, however it is spelled', async t => {
  const spellings = [
    'root_cause',
    'rootCause',
    'root_causes',
    'RootCause',
    'ROOT_CAUSE',
    'rootcause',
    'root-cause',
  ]
  for (const name of [...spellings, 'the_root_cause', 'root cause']) {
    const { status, body } = await call('POST', '/v1/incidents', { body: { ...drill, [name]: 'Sam' } })
    t.equal(status, 422, name)
    t.equal(body.code, 'root_cause_refused', name)
    t.match(body.errors, [{ pointer: `/${name}`, code: 'root_cause', detail: /factors/ }])
  }
  t.match(await refusal('PATCH', incident, { root_cause: 'Sam' }), [422, 'root_cause_refused'])
  t.match(await refusal('PATCH', incident, { cause_of_root: 'x' }), [422, 'invalid_body'])
})

t.test('a body is JSON in one of the two media types', async t => {
  const send = async (payload: string, type: string) => {
    const { status, body } = await call('POST', '/v1/incidents', {
      payload,
      headers: { 'content-type': type },
    })
    return [status, body.code]
  }
  t.same(await send('{"title": ', 'application/json'), [400, 'malformed_request'])
  t.same(await send('', 'application/json'), [400, 'malformed_request'])
  t.same(await send('{"__proto__": {"admin": true}}', 'application/json'), [400, 'malformed_request'])
  t.same(await send('title=Payments', 'application/x-www-form-urlencoded'), [415, 'unsupported_media_type'])
  t.same(await send('{}', 'text/plain'), [415, 'unsupported_media_type'])
  t.same(await send('{}', 'nonsense'), [415, 'unsupported_media_type'])
  const whole = JSON.stringify({ ...drill, title: 'Typed with a parameter' })
  t.same(await send(whole, 'application/json; charset=utf-8'), [201, undefined])
})

t.test('a patch comes as merge-patch or as plain JSON', async t => {
  for (const type of ['application/merge-patch+json', 'application/json']) {
    const { status } = await call('PATCH', incident, {
      body: { severity: 'SEV2' },
      headers: { 'content-type': type },
    })
    t.equal(status, 200, type)
  }
  const other = await call('PATCH', incident, {
    body: [],
    headers: { 'content-type': 'application/json-patch+json' },
  })
  t.same([other.status, other.body.code], [415, 'unsupported_media_type'])
})

t.test('an ordinary body may have 1 MiB and no byte more', async t => {
  const size = 1024 * 1024
  const empty = JSON.stringify({ ...drill, padding: '' })
  const body = { ...drill, padding: 'x'.repeat(size - empty.length) }
  t.match(await refusal('POST', '/v1/incidents', body), [422, 'invalid_body', '/padding unknown'])
  t.same(await refusal('POST', '/v1/incidents', { ...body, padding: `${body.padding}x` }), [413, 'too_large'])
})

t.test('a refused body leaves nothing behind', async t => {
  const before = (await call('GET', '/v1/incidents?limit=200')).body.items.length
  await refusedIncident({ authors: ['nobody'] })
  await refusedIncident({ id: 'PM-2026-06-18-other-day' })
  t.equal((await call('GET', '/v1/incidents?limit=200')).body.items.length, before)
})

t.test('every fault of a small body is named at once, one for each field', async t => {
  t.same(
    await refusal('POST', '/v1/incidents', { titel: 'Payments drill', services: ['a', 7], severity: 2 }),
    [422, 'invalid_body', '/title required', '/titel unknown', '/severity type', '/services/1 type'],
  )
})

t.test('a large body is refused at its first fault', async t => {
  const services = Array.from({ length: 100 }, (_, i) => `${i}${' '.repeat(200)}`)
  const went_well = Array.from({ length: 10 }, () => 'x'.repeat(2001))
  const answer = await refusal('POST', '/v1/incidents', { title: 7, severity: 2, services, went_well })
  t.equal(answer.length, 3, 'the status, the code and one fault')
})

t.test('an unknown field is answered with the names there are', async t => {
  const { body } = await call('PUT', '/v1/people/kim', { body: { name: 'Kim', mail: 'kim@carta.example' } })
  t.match(body.errors, [
    {
      pointer: '/mail',
      detail: '/mail is not known here: did you mean email? Known: name, email, team, active.',
    },
  ])
})

t.test('an error says only the beginning of a name that is as long as a body', async t => {
  const { body, text } = await call('PUT', '/v1/people/kim', {
    body: { name: 'Kim', ['k'.repeat(100_000)]: 1 },
  })
  t.match(body.errors, [{ pointer: /^\/k{499}…$/, code: 'unknown' }])
  t.ok(text.length < 3000)
})

t.test('a service has no comma in its name, for no filter would find it', async t => {
  t.same(await refusedIncident({ services: ['a,b'] }), [422, 'invalid_body', '/services/0 pattern'])
  for (const service of [',', 'a,', ',a'])
    t.equal((await call('GET', `/v1/incidents?service=${service}`)).body.code, 'invalid_query')
})

t.test('an empty body is none where no body is read, and malformed where one is', async t => {
  const { body } = await call('POST', `${incident}/events`, {
    body: observed({ description: 'To be retracted.' }),
  })
  const url = `${incident}/events/${body.id}/retraction`
  const headers = { 'content-type': 'application/json' }
  await call('PUT', url, { body: { reason: 'A mistake.' } })
  t.match(await call('DELETE', url, { headers }), { status: 200, body: { retraction: null } })
  t.equal((await call('DELETE', '/v1/nothing', { headers })).status, 404)
  t.match(await call('PUT', url, { headers, payload: '' }), {
    status: 400,
    body: { code: 'malformed_request' },
  })
})

t.test('an empty object is none, too, where no body is read, and nothing else is', async t => {
  const service = await openService(t)
  const incident = await openIncident(service)
  const url = `${incident}/review-request`
  for (const payload of ['{}', ' {\r\n\t} ', ''])
    for (const method of ['PUT', 'DELETE'] as const) {
      const headers = { 'content-type': 'application/json' }
      t.equal((await service.call(method, url, { payload, headers })).status, 200, `${method} ${payload}`)
    }
  t.equal((await service.call('DELETE', incident, { payload: '{}' })).status, 204)
  for (const payload of ['{"a":1}', '[]', 'null', '""', '{}{}', '{', '0', ' ', '\u00a0{}'])
    t.match(await service.call('PUT', url, { payload }), {
      status: 422,
      body: { code: 'invalid_body', errors: [{ code: 'unexpected' }] },
    })
  const headers = { 'content-type': 'text/plain' }
  t.equal((await service.call('PUT', url, { payload: '{}', headers })).status, 415)
})
