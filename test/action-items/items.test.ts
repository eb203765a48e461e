import t from 'tap'
import { openService } from '../help/service.ts'
import { anItem, drill, givenDrill, givenFactor, givenItem, refusal } from './given.ts'

t.test('an action item is stored as it was sent, with the names a panel needs', async t => {
  const service = await openService(t, { now: '2026-06-27T09:00:00.000Z' })
  await givenDrill(service)
  await givenFactor(service)
  const tracker = { system: 'jira', key: 'CHK-481' }
  const body = { ...anItem, type: 'prevent', done_when: 'A drill loses no payment.', tracker }
  const created = await service.call('POST', `${drill}/action-items`, { body })
  t.equal(created.status, 201)
  t.equal(created.headers.location, `${drill}/action-items/AI-1`)
  t.match(created.body, {
    ...body,
    tracker: { ...tracker, url: null },
    id: 'AI-1',
    status: 'open',
    acceptance: null,
    closure: null,
    deferrals: [],
    effectiveness: null,
    incident_title: 'Payments drill',
    severity: 'SEV2',
    owner_name: 'Priya Raman',
    overdue: true,
    days_overdue: 3,
    as_of: '2026-06-27',
    tz: 'UTC',
    version: 1,
  })
  const bare = await service.call('POST', `${drill}/action-items`, {
    body: { ...anItem, status: 'proposed' },
  })
  t.match(bare.body, { id: 'AI-2', status: 'proposed', type: null, tracker: null, overdue: false })

  const read = await service.call('GET', created.headers.location!)
  t.same(read.body, created.body)
  t.equal(read.headers.etag, created.headers.etag)
  const headers = { 'if-none-match': read.headers.etag! }
  t.equal((await service.call('GET', created.headers.location!, { headers })).status, 304)
  const elsewhere = await service.call('GET', `${created.headers.location}?as_of=2026-06-24&tz=Asia/Tokyo`)
  t.match(elsewhere.body, { overdue: false, days_overdue: 0, as_of: '2026-06-24', tz: 'Asia/Tokyo' })
})

t.test('the items of an incident are listed by number, page by page', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  for (let i = 0; i < 11; i += 1) await givenItem(service, { due_on: `2026-07-${20 - i}` })
  const first = await service.call('GET', `${drill}/action-items?limit=9`)
  t.match(first.body, { as_of: '2026-06-18', tz: 'UTC' })
  const next = await service.call('GET', first.headers.link!.slice(1).split('>')[0]!)
  const ids = [...first.body.items, ...next.body.items].map((item: any) => item.id)
  t.same(
    ids,
    Array.from({ length: 11 }, (_, i) => `AI-${i + 1}`),
  )
  t.equal(next.body.next_cursor, null)
})

t.test('what is not there, and what is malformed, is 404', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  const nowhere = '/v1/incidents/PM-2026-01-01-none/action-items'
  for (const id of ['AI-1', 'AI-0', 'AI-01', '1', 'ai-1', 'AI-99999999999']) {
    const url = `${drill}/action-items/${id}`
    t.match(await service.call('GET', url), { status: 404, body: { code: 'not_found' } }, url)
  }
  t.equal((await service.call('GET', nowhere)).status, 404)
  t.equal((await service.call('GET', `${nowhere}/AI-1`)).status, 404)
  t.equal((await service.call('POST', nowhere, { body: anItem })).status, 404)
  const ai1 = `${drill}/action-items/AI-1`
  t.equal((await service.call('PATCH', ai1, { body: { title: 'x' } })).status, 404)
  t.equal((await service.call('PUT', `${ai1}/acceptance`, { body: { by: 'priya' } })).status, 404)
  t.equal(
    (await service.call('POST', `${ai1}/deferrals`, { body: { to: '2026-07-01', reason: 'x' } })).status,
    404,
  )
  t.equal(
    (await service.call('PUT', `${ai1}/closure`, { body: { outcome: 'cancelled', reason: 'x' } })).status,
    404,
  )
  t.equal((await service.call('DELETE', `${ai1}/closure`)).status, 404)
  t.equal((await service.call('PUT', `${ai1}/effectiveness`, { body: { result: 'pending' } })).status, 404)
  await givenItem(service)
  t.same(refusal(await service.call('GET', `${ai1}?tz=Mars/Olympus`)), {
    status: 400,
    code: 'invalid_query',
    at: ['tz'],
  })
})

t.test('a field that breaks a rule is refused with its pointer, and nothing is stored', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  await service.call('PATCH', '/v1/people/sam', { body: { active: false } })
  const cases: [object, string, string[]][] = [
    [{ title: ' ' }, 'invalid_body', ['/title']],
    [{ due_on: '2026-02-30' }, 'invalid_body', ['/due_on']],
    [{ due_on: 'today' }, 'invalid_body', ['/due_on']],
    [{ priority: 'high' }, 'invalid_body', ['/priority']],
    [{ factors: [] }, 'invalid_body', ['/factors']],
    [{ factors: [1, 1] }, 'invalid_body', ['/factors']],
    [{ factors: [2] }, 'unknown_reference', ['/factors/0']],
    [{ factors: [1, 2, 2147483647] }, 'unknown_reference', ['/factors/1', '/factors/2']],
    [{ status: 'in_progress' }, 'invalid_body', ['/status']],
    [{ overdue: true }, 'invalid_body', ['/overdue']],
    [{ root_cause: 'Sam' }, 'root_cause_refused', ['/root_cause']],
    [{ owner: 'nobody' }, 'unknown_reference', ['/owner']],
    [{ owner: 'sam' }, 'invalid_body', ['/owner']],
    [{ owner: 'payments-team' }, 'owner_is_team', ['/owner']],
    [{ owner: ['priya', 'ana'] }, 'invalid_body', ['/owner']],
  ]
  for (const [more, code, at] of cases) {
    const reply = await service.call('POST', `${drill}/action-items`, { body: { ...anItem, ...more } })
    t.same(refusal(reply), { status: 422, code, at }, JSON.stringify(more))
  }
  const team = await service.call('POST', `${drill}/action-items`, {
    body: { ...anItem, owner: 'payments-team' },
  })
  t.match(team.body.detail, 'an action item has one owner, and payments-team is a team')
  t.same((await service.call('GET', `${drill}/action-items`)).body.items, [])
})

t.test('a patch changes what it names and keeps the rest', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  const item = await givenItem(service, { tracker: { system: 'jira', key: 'CHK-481' } })
  const patch = (body: object, headers = {}) => service.call('PATCH', item, { body, headers })
  const first = await patch({ status: 'in_progress', tracker: { url: 'https://jira.carta.example/CHK-481' } })
  t.match(first.body, {
    version: 2,
    status: 'in_progress',
    tracker: { key: 'CHK-481', url: 'https://jira.carta.example/CHK-481' },
  })
  t.match((await patch({ tracker: null, due_on: '2026-06-25' })).body, {
    tracker: null,
    due_on: '2026-06-25',
  })
  t.equal((await patch({ due_on: '2026-06-25' })).body.version, 3, 'the same again is no change')
  const finished = await patch({ status: 'done' })
  t.match(finished.body.detail, /PUT …\/closure/, 'the refusal names the way to done')
  const cases: [object, string, string[]][] = [
    [{ status: 'done' }, 'invalid_body', ['/status']],
    [{ status: 'cancelled' }, 'invalid_body', ['/status']],
    [{ title: null }, 'invalid_body', ['/title']],
    [{ factors: [9] }, 'unknown_reference', ['/factors/0']],
    [{ owner: 'payments-team' }, 'owner_is_team', ['/owner']],
    [{ owner: 'nobody' }, 'unknown_reference', ['/owner']],
    [{ acceptance: null }, 'invalid_body', ['/acceptance']],
    [{ closure: { outcome: 'done' } }, 'invalid_body', ['/closure']],
  ]
  for (const [body, code, at] of cases) {
    t.same(refusal(await patch(body)), { status: 422, code, at }, JSON.stringify(body))
  }
  t.match(await patch({ title: 'x' }, { 'if-match': first.headers.etag }), {
    status: 412,
    body: { code: 'version_mismatch' },
  })
  const { headers } = await service.call('GET', item)
  t.equal((await patch({ title: 'x' }, { 'if-match': headers.etag })).status, 200)
})

t.test('an owner who leaves keeps the item, and cannot be given another', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  const item = await givenItem(service)
  const { body } = await service.call('PATCH', '/v1/people/priya', { body: { active: false } })
  t.match(body.open_action_items, [{ id: 'AI-1' }])
  t.equal((await service.call('PATCH', item, { body: { priority: 'P0' } })).status, 200)
  await service.call('PATCH', item, { body: { owner: 'ana' } })
  const back = await service.call('PATCH', item, { body: { owner: 'priya' } })
  t.same(refusal(back), { status: 422, code: 'invalid_body', at: ['/owner'] })
})

t.test('of two patches of one version at once, one wins', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  const item = await givenItem(service)
  for (let round = 0; round < 5; round += 1) {
    const { headers } = await service.call('GET', item)
    const statuses = await Promise.all(
      ['one', 'other'].map(async word => {
        const call = { body: { title: `${word} ${round}` }, headers: { 'if-match': headers.etag! } }
        return (await service.call('PATCH', item, call)).status
      }),
    )
    t.same(statuses.sort(), [200, 412])
  }
  t.equal((await service.call('GET', item)).body.version, 6)
})

t.test('twenty action items at once have twenty numbers', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  const urls = await Promise.all(Array.from({ length: 20 }, () => givenItem(service)))
  t.same(
    urls.map(url => Number(url.split('AI-')[1])).sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
})
