import t, { type Test } from 'tap'
import { openService } from '../help/service.ts'
import { givenDrill, givenFactor, givenItem, refusal } from './given.ts'

/** An item on a service of its own, and the calls below its address. */
async function givenOne(t: Test, more: object = {}) {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  const url = await givenItem(service, more)
  return {
    service,
    read: () => service.call('GET', url),
    patch: (body: object) => service.call('PATCH', url, { body }),
    accept: (by: string, headers = {}) => service.call('PUT', `${url}/acceptance`, { body: { by }, headers }),
    defer: (to: string, headers = {}) =>
      service.call('POST', `${url}/deferrals`, { body: { to, reason: 'The sandbox is closed.' }, headers }),
    close: (body: object, headers = {}) => service.call('PUT', `${url}/closure`, { body, headers }),
    reopen: (headers = {}) => service.call('DELETE', `${url}/closure`, { headers }),
    rate: (body: object, headers = {}) => service.call('PUT', `${url}/effectiveness`, { body, headers }),
  }
}

const stale = { 'if-match': '"7-0123456789abcdef"' }
const done = { outcome: 'done', evidence_urls: ['https://git.carta.example/checkout/pull/913'] }
const wrongState = (pointer: string) => ({ status: 409, code: 'wrong_state', at: [pointer] })
const cancelled = { outcome: 'cancelled', reason: 'The stub is gone.' }

t.test('the owner accepts a proposal, which opens it; again changes nothing', async t => {
  const { service, accept } = await givenOne(t, { status: 'proposed' })
  const first = await accept('priya')
  t.match(first, { status: 200, body: { status: 'open', version: 2 } })
  t.same(first.body.acceptance, { at: '2026-06-18T09:00:00.000Z', by: 'priya' })
  service.clock.now = new Date('2026-06-19T09:00:00.000Z')
  const again = await accept('priya')
  t.match(again.body, { version: 2, acceptance: first.body.acceptance })
})

t.test('nobody but the owner accepts an item', async t => {
  const { accept, read } = await givenOne(t)
  for (const by of ['sam', 'payments-team', 'nobody']) {
    t.same(refusal(await accept(by)), { status: 422, code: 'invalid_body', at: ['/by'] }, by)
  }
  t.same(refusal(await accept('Not a handle')), { status: 422, code: 'invalid_body', at: ['/by'] })
  t.equal((await accept('priya', stale)).status, 412)
  t.equal((await read()).body.acceptance, null)
})

t.test('what is done may still be accepted, what is cancelled not', async t => {
  const { accept, close, reopen } = await givenOne(t)
  await close(done)
  t.match((await accept('priya')).body, { status: 'done', acceptance: { by: 'priya' } })
  await reopen()
  t.match((await accept('priya')).body, { status: 'open', acceptance: { by: 'priya' } })
  const other = await givenOne(t)
  await other.close(cancelled)
  t.same(refusal(await other.accept('priya')), wrongState('/by'))
})

t.test('an acceptance in progress keeps the status', async t => {
  const { accept, patch } = await givenOne(t)
  await patch({ status: 'in_progress' })
  t.match((await accept('priya')).body, { status: 'in_progress', acceptance: { by: 'priya' } })
})

t.test('a new owner has to accept anew', async t => {
  const { accept, patch } = await givenOne(t)
  await accept('priya')
  t.match((await patch({ owner: 'priya', priority: 'P0' })).body, { acceptance: { by: 'priya' } })
  t.match((await patch({ owner: 'ana' })).body, { owner: 'ana', owner_name: 'Ana Lima', acceptance: null })
  t.equal((await accept('priya')).status, 422)
  t.match((await accept('ana')).body.acceptance, { by: 'ana' })
})

t.test('an item is proposed at its creation only, so that no patch hides what is overdue', async t => {
  const { service, patch, accept, close, read } = await givenOne(t, { status: 'proposed' })
  t.match(await patch({ status: 'proposed', priority: 'P0' }), { status: 200, body: { status: 'proposed' } })
  t.match((await patch({ status: 'open' })).body, { status: 'open' })
  for (const status of ['in_progress', 'open', 'in_progress']) {
    t.match(await patch({ status }), { status: 200, body: { status } })
    t.same(refusal(await patch({ status: 'proposed' })), wrongState('/status'), status)
  }
  t.match((await patch({ status: 'proposed' })).body.detail, 'PUT …/closure')
  await accept('priya')
  t.same(refusal(await patch({ status: 'proposed' })), wrongState('/status'), 'accepted')
  service.clock.now = new Date('2026-07-18T09:00:00.000Z')
  t.equal((await service.call('GET', '/v1/action-items?overdue=true')).body.items.length, 1)
  await close(done)
  t.same(refusal(await patch({ status: 'proposed' })), wrongState('/status'), 'closed')
  t.match((await read()).body, { status: 'done' })

  const other = await givenItem(service, { status: 'proposed' })
  const started = await service.call('PATCH', other, { body: { status: 'in_progress' } })
  t.match(started, { status: 200, body: { status: 'in_progress' } })
})

t.test('the due date of an accepted item moves by deferral only', async t => {
  const { accept, patch, defer } = await givenOne(t)
  await patch({ due_on: '2026-06-25' })
  t.match((await patch({ due_on: '2026-06-24' })).body, { due_on: '2026-06-24' }, 'before, it moves freely')
  await accept('priya')
  for (const body of [{ due_on: '2026-06-30' }, { due_on: '2026-06-30', owner: 'ana' }]) {
    const reply = await patch(body)
    t.same(refusal(reply), wrongState('/due_on'))
    t.match(reply.body.detail, 'POST …/deferrals')
  }
  t.equal((await patch({ due_on: '2026-06-24', title: 'Retry payments' })).status, 200)
  const moved = await defer('2026-07-01')
  t.match(moved, { status: 201, body: { due_on: '2026-07-01' } })
  t.same(moved.body.deferrals, [
    {
      from: '2026-06-24',
      to: '2026-07-01',
      reason: 'The sandbox is closed.',
      at: '2026-06-18T09:00:00.000Z',
    },
  ])
  t.match((await defer('2026-07-08')).body.deferrals, [
    { from: '2026-06-24', to: '2026-07-01' },
    { from: '2026-07-01', to: '2026-07-08' },
  ])
})

t.test('a due date that was accepted once does not pass freely through the hands of others', async t => {
  const { service, accept, patch, defer } = await givenOne(t)
  const twin = await givenItem(service)
  await accept('priya')
  await patch({ owner: 'ana' })
  t.same(refusal(await patch({ due_on: '2026-12-31' })), wrongState('/due_on'))
  t.same(refusal(await patch({ due_on: '2026-12-31', owner: 'priya' })), wrongState('/due_on'))
  t.match((await patch({ owner: 'priya', title: 'Retry' })).body, { acceptance: null, due_on: '2026-06-24' })
  t.same(refusal(await patch({ due_on: '2026-12-31' })), wrongState('/due_on'))
  t.equal((await defer('2026-07-01')).status, 201)
  const other = await service.call('PATCH', twin, { body: { due_on: '2026-12-31' } })
  t.equal(other.status, 200, 'another item, which nobody has accepted, is not held by it')
})

t.test('a deferral of an item that nobody has accepted yet is not undone by a patch', async t => {
  const { patch, defer } = await givenOne(t)
  await defer('2026-07-01')
  t.same(refusal(await patch({ due_on: '2026-06-24' })), wrongState('/due_on'))
})

t.test('a deferral goes to a later day, of an item that is not closed', async t => {
  const { defer, close, service } = await givenOne(t, { status: 'proposed' })
  for (const to of ['2026-06-24', '2026-06-23', '2026-06-31']) {
    t.same(refusal(await defer(to)), { status: 422, code: 'invalid_body', at: ['/to'] }, to)
  }
  t.equal((await defer('2026-06-25', stale)).status, 412)
  t.equal((await defer('2026-06-25')).status, 201)
  await close(cancelled)
  t.same(refusal(await defer('2026-07-01')), wrongState('/to'))
  const url = '/v1/incidents/PM-2026-06-17-payments-drill/action-items/AI-1/deferrals'
  t.same(refusal(await service.call('POST', url, { body: { to: '2026-07-01' } })).at, ['/reason'])
})

t.test('of two deferrals at once, each is kept or refused', async t => {
  const { defer, read } = await givenOne(t)
  const replies = await Promise.all([defer('2026-07-01'), defer('2026-07-02'), defer('2026-07-03')])
  const kept = replies.filter(({ status }) => status === 201).length
  const { body } = await read()
  t.equal(body.deferrals.length, kept)
  t.equal(body.due_on, '2026-07-03')
  t.equal(body.version, 1 + kept)
})

t.test('done needs evidence and cancelled needs a reason', async t => {
  const { close, read } = await givenOne(t)
  const cases: [object, string][] = [
    [{ outcome: 'done' }, '/evidence_urls'],
    [{}, '/evidence_urls'],
    [{ outcome: 'done', evidence_urls: [] }, '/evidence_urls'],
    [{ outcome: 'done', reason: 'It works.' }, '/evidence_urls'],
    [{ reason: 'It works.' }, '/evidence_urls'],
    [{ outcome: 'done', evidence_url: 'https://git.example/1' }, '/evidence_url'],
    [
      { outcome: 'done', evidence_urls: Array.from({ length: 11 }, (_, i) => `https://git.example/${i}`) },
      '/evidence_urls',
    ],
    [{ outcome: 'done', evidence_urls: ['javascript:alert(1)'] }, '/evidence_urls/0'],
    [{ outcome: 'cancelled' }, '/reason'],
    [{ outcome: 'cancelled', reason: ' ' }, '/reason'],
    [{ outcome: 'open' }, '/outcome'],
  ]
  for (const [body, pointer] of cases) {
    t.same(refusal(await close(body)), { status: 422, code: 'invalid_body', at: [pointer] })
  }
  t.equal((await close(done, stale)).status, 412)
  t.match((await read()).body, { status: 'open', version: 1 })
})

t.test('a closed item keeps its owner, due date and status until its closure is deleted', async t => {
  const { service, close, reopen, patch } = await givenOne(t)
  const first = await close(done)
  t.match(first, { status: 200, body: { status: 'done', version: 2, overdue: false } })
  t.same(first.body.closure, {
    ...{ ...done, done_on: '2026-06-18' },
    ...{ reason: null, at: '2026-06-18T09:00:00.000Z' },
  })
  service.clock.now = new Date('2026-07-18T09:00:00.000Z')
  t.match(
    (await close(done)).body,
    { version: 2, closure: first.body.closure },
    'the same again is no change',
  )
  const cases: [object, string][] = [
    [{ status: 'open' }, '/status'],
    [{ owner: 'ana' }, '/owner'],
    [{ due_on: '2026-12-31' }, '/due_on'],
    [{ status: 'open', due_on: '2026-12-31', title: 'x' }, '/due_on'],
    [{ status: 'open', due_on: '2026-12-31', owner: 'ana' }, '/owner'],
  ]
  for (const [body, pointer] of cases) {
    const reply = await patch(body)
    t.same(refusal(reply), wrongState(pointer), JSON.stringify(body))
    t.match(reply.body.detail, 'DELETE …/closure')
  }
  const others = {
    title: 'Retry',
    done_when: 'x',
    priority: 'P0',
    type: 'detect',
    factors: [1],
    owner: 'priya',
  }
  t.match(await patch(others), { status: 200, body: others }, 'its other fields may change')
  t.equal((await reopen(stale)).status, 412)
  const reopened = await reopen()
  t.match(reopened, {
    status: 200,
    body: { status: 'open', closure: null, overdue: true, days_overdue: 24 },
  })
  t.match(
    await reopen(),
    { status: 200, body: { status: 'open', version: reopened.body.version } },
    'a retry changes nothing',
  )
})

t.test('a closure is corrected in place, and turned around only by deleting it', async t => {
  const { service, close, reopen } = await givenOne(t)
  const first = await close(done)
  service.clock.now = new Date('2026-07-18T09:00:00.000Z')
  const evidence_urls = ['https://git.carta.example/checkout/pull/914']
  t.match(await close({ ...done, evidence_urls, reason: 'The other was reverted.' }), {
    status: 200,
    body: { closure: { evidence_urls, reason: 'The other was reverted.', at: first.body.closure.at } },
  })
  const turned = await close(cancelled)
  t.same(refusal(turned), wrongState('/outcome'))
  t.match(turned.body.detail, 'DELETE …/closure')
  await reopen()
  t.match(await close(cancelled), { status: 200, body: { status: 'cancelled' } })
  t.same(refusal(await close(done)), wrongState('/outcome'))
  t.match(await close({ ...cancelled, reason: 'The stub was replaced.' }), {
    status: 200,
    body: { closure: { reason: 'The stub was replaced.', at: '2026-07-18T09:00:00.000Z' } },
  })
})

t.test('what was cancelled has no effect to look at', async t => {
  const { close, rate, reopen } = await givenOne(t)
  await close(cancelled)
  const reply = await rate({ result: 'effective' })
  t.same(refusal(reply), wrongState('/result'))
  t.match(reply.body.detail, 'DELETE …/closure')
  await reopen()
  t.equal((await rate({ result: 'pending' })).status, 200)
  await close(done)
  t.equal((await rate({ result: 'effective' })).status, 200)
})

t.test('an item is looked at again: whether it helped', async t => {
  const { rate } = await givenOne(t)
  const pending = await rate({ review_on: '2026-09-24', result: 'pending' })
  t.same(pending.body.effectiveness, { review_on: '2026-09-24', result: 'pending', note: null })
  t.same((await rate({ result: 'effective', note: 'No loss in three drills.' })).body.effectiveness, {
    review_on: null,
    result: 'effective',
    note: 'No loss in three drills.',
  })
  t.same(refusal(await rate({ result: 'great' })).at, ['/result'])
  t.equal((await rate({ result: 'effective' }, stale)).status, 412)
})

t.test('every change of an item is in the history', async t => {
  const { service, accept, close } = await givenOne(t)
  await accept('priya')
  await close(done)
  const { body } = await service.call('GET', '/v1/incidents/PM-2026-06-17-payments-drill/history')
  t.match(
    body.items.filter((entry: any) => entry.resource === 'action_item'),
    [
      { id: 'AI-1', version: 1, change: 'created', fields: { acceptance: null } },
      { id: 'AI-1', version: 2, change: 'updated', fields: { closure: null } },
      { id: 'AI-1', version: 3, change: 'updated', fields: { status: 'done' } },
    ],
  )
})

t.test('an item can be deferred a hundred times, and no more', async t => {
  const { service, defer } = await givenOne(t)
  const facts = { changed_by: 'admin', changed_at: '2026-06-18T09:00:00Z', request_id: 'arranged' }
  await service.db
    .updateTable('action_items')
    .set({
      ...facts,
      deferrals: JSON.stringify(
        Array.from({ length: 100 }, () => ({
          from: '2026-06-24',
          to: '2026-06-25',
          reason: 'Again.',
          at: '2026-06-18T09:00:00.000Z',
        })),
      ),
    })
    .execute()
  t.same(refusal(await defer('2026-12-24')), wrongState('/to'))
})
