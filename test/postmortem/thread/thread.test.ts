import { sql } from 'kysely'
import t from 'tap'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { threadOf } from '../../../src/postmortem/thread/thread.ts'
import { mostListed } from '../../../src/timeline/shown/selection.ts'
import { drill as incident } from '../../action-items/given.ts'
import { givenChange, givenThread, verification } from '../../changes/given.ts'
import { openService } from '../../help/service.ts'
import { actionItem, at, change, event, eventId, factor, source } from '../builders.ts'
import { bare, drill } from '../drill.ts'

/** One thread without a break. */
const whole = (more: Partial<Postmortem> = {}): Postmortem => ({
  ...bare(),
  people: { priya: 'Priya Raman' },
  events: [
    event(1, '14:08', 'The alert fires late.', {
      sources: [source('alert', 'prometheus'), source('statement', 'person', { stated_by: 'priya' })],
    }),
  ],
  factors: [factor(1, 'The alert watched orders.', { events: [eventId(1)] })],
  action_items: [actionItem(1, 'Watch payments', { factors: [1] })],
  changes: [
    change(1, {
      action_item: 'AI-1',
      status: 'verified',
      verified_by_source: source('log', 'ci', { url: 'https://ci.example/1' }),
    }),
  ],
  ...more,
})

/** Each dangling node as `node: missing`. */
const loose = (more: Partial<Postmortem>) =>
  threadOf(whole(more)).dangling.map(({ node, missing }) => `${node}: ${missing}`)
const messages = (more: Partial<Postmortem>) => threadOf(whole(more)).dangling.map(({ message }) => message)

t.test('the thread runs from the sources to the verification, and back', async t => {
  const { nodes, edges, dangling } = threadOf(whole())
  const e1 = `events/${eventId(1)}`
  t.same(
    nodes.map(({ id, kind, label }) => [id, kind, label]),
    [
      [`${e1}/sources/0`, 'source', 'prometheus alert'],
      [`${e1}/sources/1`, 'source', 'recollection of Priya Raman'],
      [e1, 'event', 'The alert fires late.'],
      ['factors/1', 'factor', 'The alert watched orders.'],
      ['action-items/AI-1', 'action_item', 'Watch payments'],
      ['changes/1', 'change', 'PaymentErrorRateHigh'],
      ['changes/1/verification', 'verification', 'ci log'],
    ],
  )
  t.same(
    edges.map(({ from, kind, to }) => `${from} ${kind} ${to}`),
    [
      `${e1}/sources/0 supports ${e1}`,
      `${e1}/sources/1 supports ${e1}`,
      `${e1} shows factors/1`,
      'factors/1 addressed_by action-items/AI-1',
      'action-items/AI-1 carried_out_by changes/1',
      'changes/1 verified_by changes/1/verification',
    ],
  )
  t.same(dangling, [])
  t.match(nodes.at(-1), {
    href: '/v1/incidents/PM-2026-06-17-payments-drill/changes/1',
    url: 'https://ci.example/1',
  })
  t.match(nodes[0], { href: `/v1/incidents/PM-2026-06-17-payments-drill/${e1}`, url: null, status: null })
})

t.test('a factor that came back leads to the earlier one', async t => {
  const recurs = { incident_id: 'PM-2025-01-01-x', number: 2 }
  const factors = [1, 2].map(number =>
    factor(number, 'Again.', { events: [eventId(1)], recurs, disposition: 'accepted_risk' }),
  )
  const { nodes, edges } = threadOf(whole({ factors }))
  t.same(
    nodes.filter(({ id }) => id.startsWith('incidents/')),
    [
      {
        ...{
          id: 'incidents/PM-2025-01-01-x/factors/2',
          kind: 'factor',
          label: 'factor 2 of PM-2025-01-01-x',
        },
        ...{ status: null, href: '/v1/incidents/PM-2025-01-01-x/factors/2', url: null },
      },
    ],
  )
  t.equal(edges.filter(({ kind }) => kind === 'recurs').length, 2)
})

t.test('each break of the thread is named with what would mend it', async t => {
  const shown = { events: [eventId(1)] }
  t.same(messages({ factors: [factor(1, 'a')] }), ['Factor 1 rests on no event: name those that show it.'])
  const retraction = { reason: 'Another cluster.', at: at('16:00') }
  const events = [event(1, '14:08', 'a', { retraction }), event(2, '14:09', 'b')]
  t.same(messages({ events }), ['Factor 1 rests only on what is retracted: name an event that stands.'])
  t.same(messages({ events, factors: [factor(1, 'a', { events: [eventId(1), eventId(2)] })] }), [
    'Factor 1 rests on an event that is retracted, among others: name another, or leave it out.',
  ])
  t.same(messages({ factors: [...whole().factors, factor(2, 'b', shown)] }), [
    'Factor 2 is addressed by no action item, and is no accepted risk.',
  ])
  const [first] = whole().changes
  t.same(
    loose({ factors: [...whole().factors, factor(2, 'b', shown)], changes: [{ ...first!, factors: [2] }] }),
    ['factors/2: action_item'],
    'a change that comes from it alone is nobody’s promise, as the check has it',
  )
  const action_items = [actionItem(1, 'a', { factors: [1], status: 'cancelled' })]
  t.same(messages({ action_items }), ['Factor 1 is addressed by nothing but what is cancelled: AI-1.'])
  t.same(messages({ changes: [] }), ['AI-1 has led to no change yet.'])
  const done = [actionItem(1, 'a', { factors: [1], status: 'done' })]
  t.same(messages({ changes: [], action_items: done }), [
    'AI-1 is done, and no change says what is different now.',
  ])
  t.same(messages({ changes: [change(1, { action_item: 'AI-1' })] }), [
    'Change 1 is applied, and nothing shows yet that it works.',
  ])
  t.same(messages({ changes: [change(1, { action_item: 'AI-1', status: 'proposed' })] }), [
    'Change 1 is proposed: once it is applied, something has to show that it works.',
  ])
})

t.test('what ends for a reason is no break', async t => {
  const shown = { events: [eventId(1)] }
  t.same(loose({ events: [...whole().events, event(2, '14:09', 'shows no factor')] }), [])
  t.same(
    loose({ factors: [...whole().factors, factor(2, 'b', { ...shown, disposition: 'accepted_risk' })] }),
    [],
  )
  const cancelled = actionItem(2, 'b', { factors: [1], status: 'cancelled' })
  t.same(loose({ action_items: [...whole().action_items, cancelled] }), [])
})

t.test('every edge and every loose end names a node, and no node comes twice', async t => {
  const { nodes, edges, dangling } = threadOf(drill())
  const ids = new Set(nodes.map(({ id }) => id))
  t.equal(ids.size, nodes.length)
  t.same(
    [...edges.flatMap(({ from, to }) => [from, to]), ...dangling.map(({ node }) => node)].filter(
      id => !ids.has(id),
    ),
    [],
  )
  t.same(threadOf(drill()), threadOf(drill()), 'and the same data gives the same thread')
})

t.test('a source and a verification say what they say', async t => {
  const verified = whole().changes[0]!.verified_by_source!
  const labels = (excerpt: string | null) => {
    const source = { ...verified, excerpt }
    const { nodes } = threadOf(
      whole({ changes: [change(1, { status: 'verified', verified_by_source: source })] }),
    )
    return nodes.filter(({ kind }) => kind === 'verification').map(({ label }) => label)
  }
  const [bare = ''] = labels(null)
  t.same(labels('retry 1 of 3'), [`${bare}: retry 1 of 3`])
  t.same(
    labels('x'.repeat(300)).map(label => label.length),
    [200],
  )
})

t.test('a label has 200 code points at most', async t => {
  const label = (description: string) =>
    threadOf(whole({ events: [event(1, '14:08', description)] })).nodes.find(({ kind }) => kind === 'event')!
      .label
  t.equal(label('😀'.repeat(200)), '😀'.repeat(200))
  t.equal(label('😀'.repeat(201)), `${'😀'.repeat(199)}…`)
  t.equal(label('x'.repeat(2000)), `${'x'.repeat(199)}…`)
})

t.test('the thread is read with whatever is stored; of no incident it is 404', async t => {
  const service = await openService(t)
  await givenThread(service)
  await givenChange(service, { factors: [2], status: 'verified', verified_by_source: verification })
  const { status, body, headers } = await service.call('GET', `${incident}/thread`)
  t.equal(status, 200)
  t.same(
    body.nodes.map((node: any) => node.id),
    ['factors/1', 'factors/2', 'action-items/AI-1', 'changes/1', 'changes/1/verification'],
  )
  t.same(
    body.dangling.map(({ node, missing }: any) => `${node}: ${missing}`),
    ['factors/1: event', 'factors/2: event', 'factors/2: action_item'],
  )
  const known = await service.call('GET', `${incident}/thread`, {
    headers: { 'if-none-match': headers.etag! },
  })
  t.equal(known.status, 304)
  for (const id of ['PM-2026-01-01-none', 'none'])
    t.match(await service.call('GET', `/v1/incidents/${id}/thread`), {
      status: 404,
      body: { code: 'not_found' },
    })
})

t.test('an incident of 20,000 events has the thread of those that its document lists', async t => {
  const service = await openService(t)
  await givenThread(service)
  const sources = JSON.stringify([source('log', 'checkout', { excerpt: 'x'.repeat(500) })])
  await sql`
    INSERT INTO events (id, incident_id, occurred_at, corrected_at, precision, kind, description, sources, source_system,
      dedupe_key, content_sha256, changed_by, changed_at, request_id)
    SELECT gen_random_uuid(), 'PM-2026-06-17-payments-drill', m, m, 'exact', 'note', repeat('Payments fail. ', 100),
      ${sources}::jsonb, 'checkout', n::text, '', 'admin', m, 'arranged'
    FROM generate_series(1, 20000) n, LATERAL (SELECT '2026-06-17T14:00:00Z'::timestamptz + n * interval '1 second' AS m) x`.execute(
    service.db,
  )
  const began = performance.now()
  const { status, body } = await service.call('GET', `${incident}/thread`)
  t.equal(status, 200)
  t.equal(body.nodes.length, 2 * mostListed + 3)
  t.equal(body.edges.length, mostListed + 1)
  t.comment(`${Math.round(performance.now() - began)} ms`)
})
