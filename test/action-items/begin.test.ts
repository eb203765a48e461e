import t from 'tap'
import { lacks, type Needs, needs } from '../../src/action-items/needs.ts'
import { actionStatuses } from '../../src/action-items/schema.ts'
import { openService } from '../help/service.ts'
import { anItem, drill, givenDrill, givenFactor, givenIncident, givenItem, refusal } from './given.ts'

/** How action items begin: proposed with a title alone, open with all that is asked for, or done before it was written down. */

/** Half an hour before the day ends where the service is. */
const service = await openService(t, { now: '2026-11-26T09:30:00.000Z', timeZone: 'Pacific/Kiritimati' })
const { call } = service
await givenDrill(service)
await givenFactor(service)

const title = 'Improve how we tell customers'
const needed = ['/owner', '/due_on', '/priority', '/factors']
const post = (body: object, incident = drill) => call('POST', `${incident}/action-items`, { body })
const documentOf = async (incident = drill) => (await call('GET', `${incident}/postmortem.md`)).text
const pulls = ['https://git.carta.example/checkout/pull/913', 'https://git.carta.example/checkout/pull/914']

t.test('a proposed item needs a title alone, and the document shows it as proposed', async t => {
  const incident = await givenIncident(service, 'Born', '2026-06-17')
  const { status, body, headers } = await post({ title, status: 'proposed' }, incident)
  t.equal(status, 201)
  const nothing = { owner: null, owner_name: null, due_on: null, priority: null, factors: [] }
  t.match(body, { title, status: 'proposed', ...nothing, overdue: false, days_overdue: 0 })
  t.match((await call('GET', `${headers.location}?as_of=2099-01-01`)).body, { overdue: false })
  const markdown = await documentOf(incident)
  t.match(markdown, `| AI-1 · proposed | ${title} | — | — | — | — |\n`)
  t.match(markdown, '- AI-1: not accepted yet\n')
  const html = await call('GET', `${incident}/postmortem.html`)
  t.equal(html.status, 200)
  t.notMatch(html.text, /null|undefined/)
  for (const path of ['checks', 'review/agenda', 'thread', 'history', 'postmortem.json'])
    t.equal((await call('GET', `${incident}/${path}`)).status, 200, path)
  const asNull = await post(
    { title, status: 'proposed', owner: null, due_on: null, priority: null },
    incident,
  )
  t.match(asNull, { status: 201, body: nothing })
})

t.test('to open one takes all that it lacks, named at once', async t => {
  t.same(
    refusal(await post({ title })),
    { status: 422, code: 'invalid_body', at: needed },
    'open unless said',
  )
  t.same(refusal(await post({ title, factors: [], priority: null, due_on: '2026-12-24' })).at, [
    '/owner',
    '/priority',
    '/factors',
  ])
  const item = await givenItem(service, {
    title,
    status: 'proposed',
    owner: null,
    due_on: null,
    priority: null,
    factors: [],
  })
  const patch = (body: object) => call('PATCH', item, { body })
  for (const status of ['open', 'in_progress'])
    t.same(refusal(await patch({ status })), { status: 422, code: 'invalid_body', at: needed }, status)
  const refused = await patch({ status: 'open', owner: 'sam', factors: [1] })
  t.same(refusal(refused).at, ['/due_on', '/priority'])
  t.match(refused.body.detail, /^due_on and priority cannot be left out/)
  t.same((await call('GET', item)).body.owner, null, 'nothing of it is stored')
  t.match(await patch({ owner: 'sam' }), {
    status: 200,
    body: { status: 'proposed', owner_name: 'Sam Okafor' },
  })
  t.match(await patch({ owner: null }), { status: 200, body: { owner: null, owner_name: null } })
  const { owner, due_on, priority, factors } = anItem
  t.match(await patch({ owner, due_on, priority, factors, status: 'open' }), { body: { status: 'open' } })
})

t.test('an acceptance opens a proposed item that lacks nothing, and names what another lacks', async t => {
  const item = await givenItem(service, { status: 'proposed', owner: null, priority: null })
  const accept = (by: string) => call('PUT', `${item}/acceptance`, { body: { by } })
  const refused = await accept('priya')
  t.same(refusal(refused), { status: 409, code: 'wrong_state', at: ['/owner', '/priority'] })
  t.match(refused.body.detail, /AI-\d+ is proposed and has no owner and no priority yet: PATCH it/)
  await call('PATCH', item, { body: { owner: 'priya', priority: 'P2' } })
  t.same(refusal(await accept('sam')), { status: 422, code: 'invalid_body', at: ['/by'] })
  t.match(await accept('priya'), { status: 200, body: { status: 'open', acceptance: { by: 'priya' } } })
})

t.test('what an item has cannot be taken away once it was open', async t => {
  const item = await givenItem(service)
  const taken = { owner: null, due_on: null, priority: null, factors: [] }
  t.same(refusal(await call('PATCH', item, { body: taken })), {
    status: 422,
    code: 'invalid_body',
    at: needed,
  })
  t.same(refusal(await call('PATCH', item, { body: { factors: null } })).at, ['/factors'])
  await call('PUT', `${item}/closure`, { body: { outcome: 'cancelled', reason: 'The stub is gone.' } })
  const gone = await call('PATCH', item, { body: { priority: null, factors: [] } })
  t.same(refusal(gone), { status: 422, code: 'invalid_body', at: ['/priority', '/factors'] })
  t.match((await call('DELETE', `${item}/closure`)).body, { status: 'open', priority: 'P1', factors: [1] })
})

t.test('the day of a proposed item that is not set cannot be deferred, and is set freely', async t => {
  const item = await givenItem(service, { status: 'proposed', due_on: null })
  const body = { to: '2026-12-24', reason: 'The sandbox is closed.' }
  const refused = await call('POST', `${item}/deferrals`, { body })
  t.same(refusal(refused), { status: 409, code: 'wrong_state', at: ['/to'] })
  t.match(await call('PATCH', item, { body: { due_on: '2026-12-24' } }), { status: 200 })
})

t.test(
  'what was done before it was written down is told in one call, with the day and all addresses',
  async t => {
    const incident = await givenIncident(service, 'Done before', '2026-01-19')
    await givenFactor(service, incident)
    const work = { title: 'Retry payments', owner: 'priya', factors: [1] }
    const first = await post({ ...work, closure: { done_on: '2026-01-20', evidence_urls: pulls } }, incident)
    t.equal(first.status, 201)
    t.match(first.body, { status: 'done', due_on: null, priority: null, acceptance: null, overdue: false })
    t.same(first.body.closure, {
      ...{ outcome: 'done', done_on: '2026-01-20', evidence_urls: pulls, reason: null },
      at: '2026-11-26T09:30:00.000Z',
    })
    const second = await post(
      {
        ...work,
        status: 'done',
        closure: { outcome: 'done', done_on: '2026-01-22', evidence_urls: pulls.slice(1) },
      },
      incident,
    )
    t.match(second.body, { id: 'AI-2', status: 'done', closure: { done_on: '2026-01-22' } })
    const markdown = await documentOf(incident)
    t.match(markdown, `done 2026-01-20: [evidence 1](${pulls[0]}), [evidence 2](${pulls[1]})`)
    t.match(markdown, `done 2026-01-22: [evidence](${pulls[1]})`)
    t.match(markdown, '| AI-1 · done | Retry payments | Priya Raman | — | — | 1 |\n')
    const { items } = (await call('GET', `${incident}/checks`)).body
    t.same(
      items.filter(({ code }: any) => /^ACTION_(UNACCEPTED|DONE_WHEN|OWNER)$/.test(code)),
      [],
      'and neither an acceptance nor done_when is asked for',
    )
  },
)

t.test(
  'what was done by somebody who has left can still be told, and nothing new be given to them',
  async t => {
    await call('PUT', '/v1/people/lea', { body: { name: 'Lea', active: false } })
    const work = { ...anItem, owner: 'lea' }
    t.same(refusal(await post(work)).at, ['/owner'])
    t.match(await post({ ...work, closure: { evidence_urls: pulls } }), {
      status: 201,
      body: { owner_name: 'Lea' },
    })
    const reply = await post({ ...work, owner: 'nobody', closure: { evidence_urls: pulls } })
    t.same(refusal(reply), { status: 422, code: 'unknown_reference', at: ['/owner'] })
  },
)

t.test('what was cancelled in the review is told in one call, too, with a title alone', async t => {
  const reason = 'A second provider costs more than it saves.'
  const { body } = await post({ title, status: 'cancelled', closure: { reason } })
  t.match(body, { status: 'cancelled', owner: null, closure: { done_on: null, evidence_urls: [], reason } })
  t.match((await post({ title, closure: { outcome: 'cancelled', reason } })).body, { status: 'cancelled' })
})

t.test('an item that begins as done is refused where it contradicts itself or lacks something', async t => {
  const work = { title, owner: 'priya', factors: [1] }
  const evidence_urls = pulls
  const cases: [object, string[]][] = [
    [{ ...work, status: 'done' }, ['/closure']],
    [{ ...work, status: 'cancelled' }, ['/closure']],
    [{ ...work, status: 'done', closure: null }, ['/closure']],
    [{ ...work, status: 'open', closure: { evidence_urls } }, ['/status']],
    [{ ...work, status: 'proposed', closure: { evidence_urls } }, ['/status']],
    [{ ...work, status: 'cancelled', closure: { outcome: 'done', evidence_urls } }, ['/status']],
    [{ ...work, status: 'in_progress' }, ['/status']],
    [{ ...work, closure: {} }, ['/closure/evidence_urls']],
    [{ ...work, closure: { outcome: 'cancelled' } }, ['/closure/reason']],
    [{ ...work, closure: { evidence_urls: ['ftp://a.example'] } }, ['/closure/evidence_urls/0']],
    [{ ...work, closure: { evidence_urls: [pulls[0], pulls[0]] } }, ['/closure/evidence_urls']],
    [{ ...work, closure: { evidence_urls, done_on: '2026-06-16' } }, ['/closure/done_on']],
    [{ ...work, closure: { evidence_urls, done_on: '2026-11-27' } }, ['/closure/done_on']],
    [
      { ...work, closure: { outcome: 'cancelled', reason: 'No.', done_on: '2026-11-01' } },
      ['/closure/done_on'],
    ],
    [{ title, closure: { evidence_urls } }, ['/owner', '/factors']],
  ]
  for (const [body, at] of cases)
    t.same(refusal(await post(body)), { status: 422, code: 'invalid_body', at }, JSON.stringify(body))
})

t.test('a proposed item becomes done only with an owner and a factor', async t => {
  const item = await givenItem(service, {
    status: 'proposed',
    owner: null,
    due_on: null,
    priority: null,
    factors: [],
  })
  const close = (body: object) => call('PUT', `${item}/closure`, { body })
  t.same(refusal(await close({ evidence_urls: pulls })), {
    status: 409,
    code: 'wrong_state',
    at: ['/owner', '/factors'],
  })
  await call('PATCH', item, { body: { owner: 'sam', factors: [1] } })
  t.match(await close({ evidence_urls: pulls }), { status: 200, body: { status: 'done', due_on: null } })
  await call('PUT', `${item}/acceptance`, { body: { by: 'sam' } })
  const reopened = await call('DELETE', `${item}/closure`)
  t.match(
    reopened.body,
    { status: 'proposed', closure: null, acceptance: null },
    'it lacks what an open one has',
  )
  t.match(await call('PATCH', item, { body: { due_on: '2026-12-24', priority: 'P3', status: 'open' } }), {
    status: 200,
  })
})

t.test('a cancelled proposal is proposed again when it is reopened', async t => {
  const item = await givenItem(service, { status: 'proposed', owner: null })
  const cancelled = await call('PUT', `${item}/closure`, { body: { outcome: 'cancelled', reason: 'No.' } })
  t.match(cancelled.body, { status: 'cancelled', owner: null })
  t.match((await call('DELETE', `${item}/closure`)).body, { status: 'proposed', closure: null })
})

t.test(
  'the day of the doing is today where the service is, unless it is told, and is corrected without the time of telling',
  async t => {
    const item = await givenItem(service)
    const close = (body: object) => call('PUT', `${item}/closure`, { body })
    service.clock.now = new Date('2026-11-26T10:30:00.000Z')
    t.teardown(() => {
      service.clock.now = new Date('2026-11-26T09:30:00.000Z')
    })
    const first = await close({ evidence_urls: pulls })
    t.match(first.body.closure, { done_on: '2026-11-27', at: '2026-11-26T10:30:00.000Z' })
    service.clock.now = new Date('2026-12-24T12:00:00.000Z')
    t.equal(
      (await close({ evidence_urls: pulls })).body.version,
      first.body.version,
      'a retry is no correction',
    )
    const corrected = await close({ evidence_urls: pulls.slice(0, 1), done_on: '2026-11-20' })
    t.match(corrected.body.closure, { done_on: '2026-11-20', at: '2026-11-26T10:30:00.000Z' })
    t.match((await close({ evidence_urls: pulls })).body.closure, { done_on: '2026-11-20' })
    for (const done_on of ['2026-06-16', '2026-12-26', '2026-02-30'])
      t.same(refusal(await close({ evidence_urls: pulls, done_on })).at, ['/done_on'], done_on)
    t.match((await close({ evidence_urls: pulls, done_on: '2026-06-17' })).body.closure, {
      done_on: '2026-06-17',
    })
  },
)

t.test('a title may have 500 characters', async t => {
  t.equal((await post({ title: 'ü'.repeat(500), status: 'proposed' })).status, 201)
  t.same(refusal(await post({ title: 'ü'.repeat(501), status: 'proposed' })).at, ['/title'])
})

t.test('what has no owner yet is nobody’s, and is in no count of what is open', async t => {
  const quiet = await givenIncident(service, 'Quiet', '2026-05-02', { services: ['quiet'] })
  await post({ title, status: 'proposed' }, quiet)
  for (const group of ['owner', 'team', 'priority', 'severity', 'service', 'age']) {
    const { body } = await call(
      'GET',
      `/v1/action-items/summary?group_by=${group}&incident_id=${quiet.split('/').at(-1)}`,
    )
    t.match(body, { total: { open: 0, overdue: 0 }, groups: [] }, group)
  }
  const found = async (query: string) =>
    (await call('GET', `/v1/action-items?service=quiet&${query}`)).body.items.length
  t.equal(await found(''), 1)
  t.equal(await found('overdue=false'), 1)
  for (const query of [
    'owner=priya,sam,ana',
    'team=payments-team',
    'priority=P0,P1,P2,P3',
    'due_from=1970-01-01',
    'due_to=9998-12-31',
    'due_within=9999d',
    'overdue=true',
    'overdue=true&as_of=2099-01-01',
  ])
    t.equal(await found(query), 0, query)
})

t.test('the table refuses what the calls refuse: each status needs the same of both', async t => {
  const facts = { changed_by: 'admin', changed_at: '2026-11-26T09:30:00Z', request_id: 'arranged' }
  const incident_id = drill.split('/').at(-1)!
  let number = 1000
  const isTaken = async (fields: Needs & { status: string }) => {
    number += 1
    const row = { incident_id, number, title, ...fields, created_at: facts.changed_at, ...facts }
    const insert = service.db.insertInto('action_items').values(row)
    return insert.execute().then(
      () => true,
      (error: Error & { constraint?: string }) => {
        t.equal(error.constraint, 'action_items_needs')
        return false
      },
    )
  }
  for (const status of actionStatuses)
    for (let held = 0; held < 16; held += 1) {
      const fields: Needs = {
        owner: held & 1 ? 'priya' : null,
        due_on: held & 2 ? '2026-12-24' : null,
        priority: held & 4 ? 'P1' : null,
        factors: held & 8 ? [1] : [],
      }
      const isReady = lacks(fields, needs[status]).length === 0
      t.equal(await isTaken({ ...fields, status }), isReady, `${status} ${JSON.stringify(fields)}`)
    }
})
