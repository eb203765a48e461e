import t from 'tap'
import type { ActionItem } from '../../../src/action-items/schema.ts'
import { allActionItems } from '../../../src/action-items/store.ts'
import type { SealedEntries } from '../../../src/postmortem/follow-up/first-sealed.ts'
import { type CurrentEntries, followUpOf } from '../../../src/postmortem/follow-up/follow-up.ts'
import { amend, givenFinal, idOf } from '../../export/given.ts'
import { logLine } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { givenReady, seal } from '../ready.ts'

const service = await openService(t)
const { call, clock, db } = service

t.test('what became of each action item and each change is told since the sealing', async t => {
  const incident = await givenFinal(service, 'Payments drill')
  const { body: revision } = await call('GET', `${incident}/revisions/1`)
  const sealed = (await call('GET', `${incident}/follow-up`)).body
  t.match(sealed, { incident_id: idOf(incident), revision: 1, sealed_at: revision.sealed_at })
  t.match(sealed, { as_of: '2026-06-18', tz: 'UTC', open: 2, overdue: 0 })
  t.same(
    [...sealed.action_items, ...sealed.changes].map(({ became }) => became),
    ['unchanged', 'unchanged', 'unchanged'],
  )

  await call('POST', `${incident}/action-items/AI-1/deferrals`, {
    body: { to: '2026-07-01', reason: 'The sandbox is closed.' },
  })
  const evidence_urls = ['https://git.example/pull/913', 'https://git.example/pull/914']
  const closure = { outcome: 'done', done_on: '2026-06-17', evidence_urls }
  await call('PUT', `${incident}/action-items/AI-2/closure`, { body: closure })
  const more = { title: 'Alert on retries', owner: 'ana', due_on: '2026-06-30', priority: 'P2', factors: [1] }
  await call('POST', `${incident}/action-items`, { body: more })
  const verified = { status: 'verified', verified_by_source: logLine }
  await call('PATCH', `${incident}/changes/1`, { body: verified })
  const slo = { target_kind: 'slo', target: 'Checkout', factors: [1] }
  await call('POST', `${incident}/changes`, { body: slo })

  const { status, body, headers } = await call(
    'GET',
    `${incident}/follow-up?as_of=2026-07-03&tz=Europe/Lisbon`,
  )
  t.equal(status, 200)
  t.ok(headers.etag)
  t.match(body, { as_of: '2026-07-03', tz: 'Europe/Lisbon', open: 2, overdue: 2 })
  t.match(body.action_items, [
    {
      id: 'AI-1',
      owner_name: 'Priya',
      at_sealing: { status: 'open', due_on: '2026-06-24', owner: 'priya' },
      now: { status: 'open', due_on: '2026-07-01', overdue: true, days_overdue: 2, closure: null },
      deferrals_since: 1,
      became: 'deferred',
    },
    { id: 'AI-2', now: { status: 'done', closure, overdue: false }, deferrals_since: 0, became: 'done' },
    { id: 'AI-3', at_sealing: null, now: { overdue: true, days_overdue: 3 }, became: 'new' },
  ])
  t.match(body.changes, [
    {
      number: 1,
      at_sealing: { status: 'applied' },
      now: { verified_by_source: logLine },
      became: 'verified',
    },
    { number: 2, target_kind: 'slo', target: 'Checkout', at_sealing: null, became: 'new' },
  ])
})

t.test('a deleted change stays in view', async t => {
  const incident = await givenFinal(service, 'Search is slow')
  await call('DELETE', `${incident}/changes/1`)
  const { body } = await call('GET', `${incident}/follow-up`)
  t.strictSame(body.changes, [
    {
      ...{ number: 1, target_kind: 'runbook', target: 'Payments' },
      ...{ at_sealing: { revision: 1, status: 'applied' }, now: null, became: 'deleted' },
    },
  ])
})

t.test('a correction does not forget what was promised before it', async t => {
  const incident = await givenFinal(service, 'Cache is cold')
  await call('POST', `${incident}/action-items/AI-1/deferrals`, {
    body: { to: '2027-06-24', reason: 'Other work.' },
  })
  await amend(service, incident, { title: 'Cache was cold' })
  const slo = { target_kind: 'slo', target: 'Checkout', factors: [1] }
  await call('POST', `${incident}/changes`, { body: slo })
  clock.now = new Date('2026-06-19T09:00:00.000Z')
  await seal(service, incident)
  const { body } = await call('GET', `${incident}/follow-up`)
  t.match(body, {
    revision: 2,
    sealed_at: '2026-06-19T09:00:00.000Z',
    action_items: [
      { at_sealing: { revision: 1, due_on: '2026-06-24' }, deferrals_since: 1, became: 'deferred' },
      { at_sealing: { revision: 1 }, became: 'unchanged' },
    ],
    changes: [
      { at_sealing: { revision: 1, status: 'applied' }, became: 'unchanged' },
      { at_sealing: { revision: 2, status: 'proposed' }, became: 'unchanged' },
    ],
  })
})

t.test('what has never been final is not followed up', async t => {
  const incident = await givenReady(service, 'In review')
  t.match(await call('GET', `${incident}/follow-up`), { status: 409, body: { code: 'wrong_state' } })
  t.equal((await call('GET', '/v1/incidents/PM-2026-06-17-nothing/follow-up')).status, 404)
  t.match(await call('GET', `${incident}/follow-up?tz=Mars/Olympus`), {
    status: 400,
    body: { code: 'invalid_query' },
  })
})

t.test('the word for an action item is what matters most', async t => {
  const incident = await givenReady(service, 'One item')
  const [item] = (await allActionItems(db, idOf(incident), { as_of: '2026-06-18' })) as [ActionItem]
  const deferral = { from: '2026-06-24', to: '2026-07-01', reason: 'Later.', at: '2026-06-20T09:00:00.000Z' }
  const deferred = { deferrals: [deferral], due_on: '2026-07-01' }
  const cases: [before: Partial<ActionItem>, now: Partial<ActionItem>, became: string][] = [
    [{}, {}, 'unchanged'],
    [{}, { title: 'Other words', priority: 'P0' }, 'unchanged'],
    [{}, { status: 'in_progress' }, 'in_progress'],
    [{ status: 'in_progress' }, { status: 'open' }, 'open'],
    [{ status: 'proposed' }, { status: 'open' }, 'open'],
    [{ status: 'proposed', owner: null, due_on: null }, { status: 'open' }, 'open'],
    [{}, { owner: 'sam', status: 'in_progress' }, 'reassigned'],
    [{}, { due_on: '2026-06-25', owner: 'sam' }, 'rescheduled'],
    [{}, { ...deferred, owner: 'sam', status: 'in_progress' }, 'deferred'],
    [deferred, deferred, 'unchanged'],
    [{}, { ...deferred, status: 'cancelled' }, 'cancelled'],
    [{ status: 'cancelled' }, { status: 'done' }, 'done'],
    [{ status: 'done' }, { status: 'done', owner: 'sam' }, 'unchanged'],
    [{ status: 'done' }, { ...deferred, status: 'open' }, 'reopened'],
  ]
  for (const [before, now, expected] of cases) {
    const sealed = { action_items: [first({ ...item, ...before })], changes: [], ...sealing }
    const [found] = since(sealed, { action_items: [{ ...item, ...now }], changes: [] }).action_items
    t.equal(found!.became, expected, JSON.stringify([before, now]))
  }
})

t.test('the word for a change is its status, or that its text is another', async t => {
  const [change] = (await call('GET', `${await givenReady(service, 'One change')}/changes`)).body.items
  const cases: [now: object, became: string][] = [
    [{}, 'unchanged'],
    [{ version: 2 }, 'edited'],
    [{ version: 2, status: 'proposed' }, 'proposed'],
    [{ version: 3, status: 'verified' }, 'verified'],
  ]
  for (const [now, expected] of cases) {
    const sealed = { action_items: [], changes: [first(change)], ...sealing }
    const [found] = since(sealed, { action_items: [], changes: [{ ...change, ...now }] }).changes
    t.equal(found!.became, expected)
  }
})

const first = <T>(entry: T) => ({ revision: 1, entry })
const sealing = { incident_id: 'PM-2026-06-17-x', revision: 1, sealed_at: '2026-06-18T09:00:00.000Z' }
const since = (sealed: SealedEntries, current: CurrentEntries) =>
  followUpOf(sealed, current, { as_of: '2026-06-18', tz: 'UTC' })
