import t from 'tap'
import { drill, givenFactor, givenIncident, givenItem, refusal } from '../action-items/given.ts'
import { openService } from '../help/service.ts'
import { aChange, givenChange, givenThread, verification } from './given.ts'

const sourceless = { verified_by_source: null, status: 'proposed' }

t.test('a change is stored as it was sent, and has the next number', async t => {
  const service = await openService(t)
  await givenThread(service)
  const body = { ...aChange, status: 'applied', factors: [2, 1] }
  const created = await service.call('POST', `${drill}/changes`, { body })
  t.equal(created.status, 201)
  t.equal(created.headers.location, `${drill}/changes/1`)
  t.match(created.body, { ...body, number: 1, version: 1, verified_by_source: null, warnings: [] })
  t.equal(created.body.incident_id, 'PM-2026-06-17-payments-drill')

  const bare = { target_kind: 'dashboard', target: '  Payments  ', factors: [2] }
  t.match((await service.call('POST', `${drill}/changes`, { body: bare })).body, {
    ...{ number: 2, target: 'Payments', before: null, after: null, url: null, action_item: null },
    ...sourceless,
  })
  const read = await service.call('GET', created.headers.location!)
  t.equal(read.status, 200)
  t.same(read.body, created.body)
  t.equal(read.headers.etag, created.headers.etag)
  const again = await service.call('GET', created.headers.location!, {
    headers: { 'if-none-match': read.headers.etag! },
  })
  t.equal(again.status, 304)
})

t.test('before and after are kept exactly, as long as they may be', async t => {
  const service = await openService(t)
  await givenThread(service)
  const odd = ' \t# Runbook\r\n\r\n  step\u2028two  \n\n'
  for (const text of [odd, '漢'.repeat(100_000)]) {
    const number = await givenChange(service, {
      target_kind: 'runbook',
      before: text,
      after: `${text.slice(1)}x`,
    })
    const { body } = await service.call('GET', `${drill}/changes/${number}`)
    t.equal(body.before, text)
    t.equal(body.after, `${text.slice(1)}x`)
  }
  const long = await service.call('POST', `${drill}/changes`, {
    body: { ...aChange, after: 'x'.repeat(100_001) },
  })
  t.same(refusal(long), { status: 422, code: 'invalid_body', at: ['/after'] })
})

t.test('changes are listed by number, by status and by kind of target, page by page', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service)
  await givenChange(service, { target_kind: 'slo', status: 'applied' })
  await givenChange(service, { target_kind: 'runbook', status: 'verified', verified_by_source: verification })
  await givenChange(service, { target_kind: 'slo' })
  const numbers = async (query: string) => {
    const { body } = await service.call('GET', `${drill}/changes${query}`)
    return body.items.map((change: any) => change.number)
  }
  t.same(await numbers(''), [1, 2, 3, 4])
  t.same(await numbers('?target_kind=slo'), [2, 4])
  t.same(await numbers('?status=applied,verified'), [2, 3])
  t.same(await numbers('?status=proposed&target_kind=slo,runbook'), [4])
  const first = await service.call('GET', `${drill}/changes?limit=3`)
  t.match(first.headers.link, /rel="next"/)
  t.same(await numbers(`?limit=3&cursor=${first.body.next_cursor}`), [4])
})

t.test('what is not there, and what is malformed, is 404', async t => {
  const service = await openService(t)
  await givenThread(service)
  for (const url of [
    ...['1', '0', 'x', '-1', '99999999999'].map(number => `${drill}/changes/${number}`),
    '/v1/incidents/PM-2026-01-01-none/changes',
    '/v1/incidents/PM-2026-01-01-none/changes/1',
    '/v1/incidents/none/changes/1',
  ]) {
    t.match(await service.call('GET', url), { status: 404, body: { code: 'not_found' } }, url)
  }
  t.equal((await service.call('PATCH', `${drill}/changes/1`, { body: { status: 'applied' } })).status, 404)
  t.equal((await service.call('DELETE', `${drill}/changes/1`)).status, 404)
  const elsewhere = '/v1/incidents/PM-2026-01-01-none/changes'
  t.equal((await service.call('POST', elsewhere, { body: aChange })).status, 404)
  t.same(refusal(await service.call('GET', `${drill}/changes?target_kind=alert`)), {
    status: 400,
    code: 'invalid_query',
    at: ['target_kind'],
  })
})

t.test('a field that breaks a rule is refused with its pointer, and nothing is stored', async t => {
  const service = await openService(t)
  await givenThread(service)
  const elsewhere = await givenIncident(service, 'Other', '2026-06-01')
  for (const more of [{}, {}, {}]) await givenFactor(service, elsewhere, more)
  await givenItem(service, {}, elsewhere)
  await givenItem(service, {}, elsewhere)
  const verified = (source: object) => ({ status: 'verified', verified_by_source: source })
  const cases: [object, string, string[]][] = [
    [{ target_kind: 'alert' }, 'invalid_body', ['/target_kind']],
    [{ target: undefined }, 'invalid_body', ['/target']],
    [{ target: 'two\nlines' }, 'invalid_body', ['/target']],
    [{ before: ' \u200b' }, 'invalid_body', ['/before']],
    [{ url: 'ftp://git.carta.example/1' }, 'invalid_body', ['/url']],
    [{ status: 'done' }, 'invalid_body', ['/status']],
    [{ warnings: [] }, 'invalid_body', ['/warnings']],
    [{ root_cause: 'Sam' }, 'root_cause_refused', ['/root_cause']],
    [{ before: 'a', after: 'a' }, 'invalid_body', ['/after']],
    [{ action_item: null }, 'invalid_body', ['/factors']],
    [{ action_item: null, factors: [] }, 'invalid_body', ['/factors']],
    [{ action_item: '1' }, 'invalid_body', ['/action_item']],
    [{ action_item: 'AI-2' }, 'unknown_reference', ['/action_item']],
    [{ action_item: 'AI-999999999' }, 'unknown_reference', ['/action_item']],
    [{ factors: [1, 3] }, 'unknown_reference', ['/factors/1']],
    [{ factors: [1, 1] }, 'invalid_body', ['/factors']],
    [{ factors: [0] }, 'invalid_body', ['/factors/0']],
    [{ status: 'verified' }, 'invalid_body', ['/verified_by_source']],
    [{ verified_by_source: verification }, 'invalid_body', ['/verified_by_source']],
    [{ status: 'applied', verified_by_source: verification }, 'invalid_body', ['/verified_by_source']],
    [verified({ kind: 'log', system: 'ci' }), 'invalid_body', ['/verified_by_source']],
    [verified({ kind: 'log', excerpt: 'seen' }), 'invalid_body', ['/verified_by_source/system']],
    [verified({ excerpt: 'seen', system: 'ci' }), 'invalid_body', ['/verified_by_source/kind']],
    [verified({ kind: 'statement', excerpt: 'seen' }), 'invalid_body', ['/verified_by_source/stated_by']],
    [
      verified({ kind: 'statement', excerpt: 'seen', stated_by: 'nobody' }),
      'unknown_reference',
      ['/verified_by_source/stated_by'],
    ],
    [
      verified({ kind: 'statement', excerpt: 'seen', stated_by: 'payments-team' }),
      'unknown_reference',
      ['/verified_by_source/stated_by'],
    ],
  ]
  for (const [more, code, at] of cases) {
    const reply = await service.call('POST', `${drill}/changes`, { body: { ...aChange, ...more } })
    t.same(refusal(reply), { status: 422, code, at }, JSON.stringify(more))
  }
  t.same((await service.call('GET', `${drill}/changes`)).body.items, [])
  t.equal(await givenChange(service), 1, 'and no number is used')
})

t.test('a change is applied, verified by a source, and rolled back', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service)
  const patch = (body: object) => service.call('PATCH', `${drill}/changes/1`, { body })
  t.match((await patch({ status: 'applied' })).body, { status: 'applied', version: 2 })
  t.same(refusal(await patch({ status: 'verified' })).at, ['/verified_by_source'])
  t.same(refusal(await patch({ verified_by_source: verification })).at, ['/verified_by_source'])
  t.match((await patch({ status: 'verified', verified_by_source: verification })).body, {
    status: 'verified',
    verified_by_source: {
      ...verification,
      url: null,
      evidence: null,
      query: null,
      captured_at: null,
      stated_by: null,
    },
    version: 3,
  })
  t.same(refusal(await patch({ status: 'applied' })).at, ['/verified_by_source'])
  t.same(refusal(await patch({ verified_by_source: null })).at, ['/verified_by_source'])
  t.match((await patch({ status: 'proposed', verified_by_source: null })).body, { ...sourceless, version: 4 })
})

t.test(
  'a verification is stored as an event’s source is: in UTC, a statement as what a person said',
  async t => {
    const service = await openService(t)
    await givenThread(service)
    const stated = {
      ...{ kind: 'statement', stated_by: 'sam', excerpt: 'I saw it fire.' },
      captured_at: '2026-06-25T11:00:00.1239+02:00',
    }
    const body = { ...aChange, status: 'verified', verified_by_source: stated }
    t.match((await service.call('POST', `${drill}/changes`, { body })).body.verified_by_source, {
      ...{ ...stated, system: 'person', captured_at: '2026-06-25T09:00:00.123Z' },
      ...{ url: null, query: null },
    })
  },
)

t.test('a patch changes what it names and keeps the rest', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service)
  const patch = (body: object, headers = {}) => service.call('PATCH', `${drill}/changes/1`, { body, headers })
  const first = await patch({ target: 'PaymentFailureRatioHigh', before: null })
  t.match(first.body, { ...aChange, target: 'PaymentFailureRatioHigh', before: null, version: 2 })
  t.equal((await patch({ target: 'PaymentFailureRatioHigh' })).body.version, 2, 'the same again is no change')
  t.same(refusal(await patch({ before: aChange.after })).at, ['/after'])
  t.same(refusal(await patch({ action_item: null })).at, ['/factors'])
  t.match((await patch({ action_item: null, factors: [2] })).body, { action_item: null, factors: [2] })
  t.same(refusal(await patch({ factors: null })).at, ['/factors'])
  t.same(refusal(await patch({ factors: [7] })), {
    status: 422,
    code: 'unknown_reference',
    at: ['/factors/0'],
  })
  t.same(refusal(await patch({ target: null })).at, ['/target'])
  t.equal((await patch({})).status, 422)
  t.match(await patch({ url: null }, { 'if-match': first.headers.etag }), {
    status: 412,
    body: { code: 'version_mismatch' },
  })
  const { headers } = await service.call('GET', `${drill}/changes/1`)
  t.equal((await patch({ url: null }, { 'if-match': headers.etag })).status, 200)
})

t.test('a deleted change leaves its number unused, and its history', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service)
  await service.call('PATCH', `${drill}/changes/1`, { body: { status: 'applied' } })
  const remove = (headers = {}) => service.call('DELETE', `${drill}/changes/1`, { headers })
  t.equal((await remove({ 'if-match': '"7-0123456789abcdef"' })).status, 412)
  t.equal((await remove()).status, 204)
  t.equal((await service.call('GET', `${drill}/changes/1`)).status, 404)
  t.equal(await givenChange(service), 2)
  const { body } = await service.call('GET', `${drill}/history`)
  t.match(
    body.items.filter((entry: any) => entry.resource === 'change' && entry.id === '1'),
    [
      {
        change: 'created',
        version: 1,
        fields: { action_item: 'AI-1', after: aChange.after, status: 'proposed' },
      },
      { change: 'updated', version: 2, fields: { status: 'applied' } },
      { change: 'deleted', version: 2, changed_by: 'token:admin' },
    ],
  )
})

t.test('a factor that a change names is not deleted', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service, { action_item: null, factors: [2] })
  const refused = await service.call('DELETE', `${drill}/factors/2`)
  t.match(refused, { status: 409, body: { code: 'conflict', detail: /referred to by change 1:/ } })
  await service.call('DELETE', `${drill}/changes/1`)
  t.equal((await service.call('DELETE', `${drill}/factors/2`)).status, 204)
})

t.test('an incident is deleted with its changes', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service)
  t.equal((await service.call('DELETE', drill)).status, 204)
  t.same(await service.db.selectFrom('changes').selectAll().execute(), [])
})

t.test('a change that is sent again under its key is stored once', async t => {
  const service = await openService(t)
  await givenThread(service)
  const send = (body: object) =>
    service.call('POST', `${drill}/changes`, { body, headers: { 'idempotency-key': 'pull-118' } })
  const first = await send(aChange)
  const again = await send(aChange)
  t.equal(again.status, 201)
  t.same(again.body, first.body)
  t.equal(again.headers['idempotent-replayed'], 'true')
  t.equal((await send({ ...aChange, status: 'applied' })).body.code, 'idempotency_key_reused')
  t.equal((await service.call('GET', `${drill}/changes`)).body.items.length, 1)
})

t.test('of two patches of one version at once, one wins', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service)
  for (let round = 0; round < 5; round += 1) {
    const { headers } = await service.call('GET', `${drill}/changes/1`)
    const statuses = await Promise.all(
      ['one', 'other'].map(async word => {
        const call = { body: { target: `${word} ${round}` }, headers: { 'if-match': headers.etag! } }
        return (await service.call('PATCH', `${drill}/changes/1`, call)).status
      }),
    )
    t.same(statuses.sort(), [200, 412])
  }
})

t.test('a factor deleted while changes come to name it leaves no number dangling', async t => {
  const service = await openService(t)
  await givenThread(service)
  for (let round = 0; round < 12; round += 1) {
    const number = await givenFactor(service)
    const create = () => service.call('POST', `${drill}/changes`, { body: { ...aChange, factors: [number] } })
    const remove = () => service.call('DELETE', `${drill}/factors/${number}`)
    const calls = round % 2 === 0 ? [create, remove, create] : [remove, create, create]
    const statuses = (await Promise.all(calls.map(call => call()))).map(({ status }) => status)
    t.same(statuses.sort(), statuses.includes(204) ? [204, 422, 422] : [201, 201, 409], `factor ${number}`)
  }
})
