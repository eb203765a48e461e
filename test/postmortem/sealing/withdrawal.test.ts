import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { deletionBy } from '../../../src/db/transact.ts'
import { logLine, observed, openIncident, readAllPages } from '../../help/cast.ts'
import { digestOf } from '../../help/digest.ts'
import { openService } from '../../help/service.ts'
import { givenReady, seal } from '../ready.ts'

/** An amendment that is taken back leaves what the last revision says, and the audit of how it came to that. */

const service = await openService(t)
const { call, db } = service

const amend = (incident: string) =>
  call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A source was missing.' } })
const withdraw = (incident: string, headers: Record<string, string> = {}) =>
  call('DELETE', `${incident}/amendments/current`, { headers })
const must = async (answer: Promise<{ status: number; text: string; body: any; headers: any }>) => {
  const { status, text, body, headers } = await answer
  if (status >= 300) throw new Error(text)
  return { body, headers }
}

/** A final postmortem that has more than it must, with two events that came in by keys. */
async function givenFinal(title: string, fields: object = {}) {
  const incident = await givenReady(service, title)
  const offsets = { clock_offsets: { checkout: 4000 }, impact: { requests_failed: null } }
  await must(call('PATCH', incident, { body: { ...offsets, ...fields } }))
  const waiver = { reason: 'Nobody has counted.' }
  await must(call('PUT', `${incident}/checks/IMPACT_MISSING/waiver`, { body: waiver }))
  const deliveries = ['a', 'b'].map(key =>
    observed({ occurred_at: '2026-06-17T14:05:00Z', dedupe_key: key, description: `Delivery ${key}.` }),
  )
  for (const body of deliveries) await must(call('POST', `${incident}/events`, { body }))
  await must(seal(service, incident))
  const { body } = await call('GET', `${incident}/postmortem.json`)
  return { incident, sealed: body, deliveries }
}

/** What the document says, without the facts of rows and what lives on. */
function said({ action_items: _, changes: __, amendments: ___, people: ____, ...document }: any): unknown {
  const strip = (value: any): any => {
    if (Array.isArray(value)) return value.map(strip)
    if (typeof value !== 'object' || value === null) return value
    const { version: _, changed_by: __, changed_at: ___, ...rest } = value
    return Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, strip(member)]))
  }
  return strip(document)
}
/** Deletes an event as a route would that allows it in an amendment. */
const deleteEvent = (id: string) =>
  sql`${deletionBy(facts)} DELETE FROM events USING deletion WHERE id = ${id}`.execute(db)
const facts = { changed_by: 'x', changed_at: '2026-06-18T09:00:00Z', request_id: 'x' }
const working = async (incident: string) =>
  (await call('GET', `${incident}/postmortem.json?copy=working`)).body
const eventsOf = ({ events }: any, milestone: string) =>
  events.find((event: any) => event.milestones.includes(milestone))

t.test('all that an amendment changed is again what the last revision says', async t => {
  const other = await openIncident(service, { title: 'Another' })
  const { incident, sealed, deliveries } = await givenFinal('Everything', {
    external_refs: [{ system: 'pagerduty', id: 'Q2R11PAY' }],
    related: [{ incident_id: other.split('/').at(-1)!, relation: 'related_to' }],
  })
  const before = await call('GET', `${incident}/postmortem.md`)
  await must(amend(incident))
  await must(
    call('PATCH', incident, {
      body: {
        ...{
          title: 'Another title',
          severity: 'SEV4',
          clock_offsets: { checkout: -9000 },
          labels: { a: 'b' },
        },
        ...{ summary: { what_broke: 'Something else.' }, external_refs: [], related: [], went_well: [] },
      },
    }),
  )
  const [impact, detected] = ['impact_started', 'detected'].map(name => eventsOf(sealed, name))
  const event = (id: string) => `${incident}/events/${id}`
  // Two swap their milestones, one begins a second spell, one is retracted, one disputed, one deleted, and one is new.
  await must(call('PATCH', event(impact.id), { body: { milestones: [] } }))
  await must(call('PATCH', event(detected.id), { body: { milestones: ['impact_started'] } }))
  await must(
    call('PATCH', event(impact.id), { body: { milestones: ['detected'], sources: [logLine, logLine] } }),
  )
  const { id: retracted } = eventsOf(sealed, 'mitigated')
  await must(call('PUT', `${event(retracted)}/retraction`, { body: { reason: 'It was staging.' } }))
  const doubt = { statement: 'It was earlier.', raised_by: 'priya' }
  await must(call('PUT', `${event(eventsOf(sealed, 'resolved').id)}/dispute`, { body: doubt }))
  const { id: again } = sealed.events.find((one: any) => one.dedupe_key === 'a')
  await must(call('PATCH', event(again), { body: { milestones: ['impact_started', 'mitigated'], spell: 2 } }))
  const added = observed({ dedupe_key: 'new', milestone: 'mitigated', occurred_at: '2026-06-17T14:30:00Z' })
  const { body: receipt } = await must(call('POST', `${incident}/events`, { body: added }))
  await must(
    call('PATCH', `${incident}/factors/1`, {
      body: { statement: 'Else.', events: [receipt.id], recurs: null },
    }),
  )
  await must(
    call('POST', `${incident}/factors`, {
      body: { category: 'process', statement: 'One more.', events: [receipt.id] },
    }),
  )
  // Nothing but the factor's own items and changes names it.
  await must(call('PATCH', `${incident}/action-items/AI-2`, { body: { factors: [1] } }))
  await must(call('DELETE', `${incident}/factors/2`))
  await deleteEvent(sealed.events.find((one: any) => one.dedupe_key === 'b').id)
  const review = await call('GET', `${incident}/review`)
  await must(
    call('PUT', `${incident}/review`, {
      body: { held_at: '2026-06-17T20:00:00Z', facilitator: 'sam', attendees: ['sam'] },
      headers: { 'if-match': review.headers.etag! },
    }),
  )
  await must(call('PUT', `${incident}/checks/IMPACT_MISSING/waiver`, { body: { reason: 'It was a drill.' } }))
  await must(
    call('PATCH', `${incident}/action-items/AI-1`, {
      body: { title: 'Add retries with backoff', factors: [1] },
    }),
  )
  t.notSame(said(await working(incident)), said(sealed))

  const withdrawn = await withdraw(incident)
  t.equal(withdrawn.status, 204)
  const now = await working(incident)
  t.same(said(now), said(sealed))
  t.match(now.incident, { status: 'final', amending: false })
  t.same(now.amendments, [])
  t.match(
    now.action_items.map(({ id, title, factors }: any) => [id, title, factors]),
    [
      ['AI-1', 'Add retries with backoff', [1]],
      ['AI-2', 'Add retries', [1]],
    ],
    'what lives on stays as it is now',
  )
  t.equal((await call('GET', `${incident}/postmortem.md`)).text, before.text)
  t.equal((await call('GET', event(receipt.id))).status, 404)
  t.match(await call('GET', '/v1/external-refs/pagerduty/Q2R11PAY'), {
    body: { incident_id: sealed.incident.id, status: 'final' },
  })
  t.equal((await call('PATCH', incident, { body: { title: 'No' } })).status, 409, 'and it is sealed again')
  for (const body of deliveries) {
    const replay = await call('POST', `${incident}/events`, { body })
    t.match([replay.status, replay.headers['idempotent-replayed']], [200, 'true'])
  }
})

t.test('the history says what was done and undone, version by version', async t => {
  const { incident, sealed } = await givenFinal('Audit')
  await must(amend(incident))
  const { body: added } = await must(
    call('POST', `${incident}/events`, { body: observed({ dedupe_key: 'n' }) }),
  )
  await must(call('PATCH', `${incident}/action-items/AI-2`, { body: { factors: [1] } }))
  await must(call('DELETE', `${incident}/factors/2`))
  await must(call('PATCH', incident, { body: { title: 'Another' } }))
  await must(withdraw(incident))
  const entries = await readAllPages(service, `${incident}/history?limit=200`)
  const of = (resource: string, id: string) =>
    entries
      .filter(entry => entry.resource === resource && entry.id === id)
      .map(({ version, change, fields }: any) => [version, change, fields.title ?? fields.statement ?? ''])
  t.same(of('event', added.id), [
    [1, 'created', ''],
    [1, 'deleted', ''],
  ])
  const [, statement] = sealed.factors.map((factor: any) => factor.statement)
  t.same(of('factor', '2'), [
    [1, 'created', statement],
    [1, 'deleted', statement],
    [2, 'updated', statement],
  ])
  t.same(
    of('incident', sealed.incident.id)
      .slice(-3)
      .map(([, , title]) => title),
    ['Audit', 'Another', 'Audit'],
  )
  const untouched = sealed.events.map(({ id }: any) => of('event', id).length)
  t.same(
    untouched,
    untouched.map(() => 1),
    'what was not changed has no new version',
  )
  const { body: factor } = await must(call('GET', `${incident}/factors/2`))
  t.equal(factor.version, 2)
})

t.test('it can be amended again: the amendments and the revisions keep their numbers', async t => {
  const { incident } = await givenFinal('Again')
  await must(amend(incident))
  await must(call('POST', `${incident}/events`, { body: observed({ dedupe_key: 'late' }) }))
  await must(withdraw(incident))
  const taken = { number: 1, withdrawn: { by: 'token:admin', at: service.clock.now.toISOString() } }
  t.match(await call('GET', `${incident}/amendments/1`), { status: 200, body: taken })

  const body = { author: 'ana', reason: 'The cost was missing.' }
  t.match(await call('POST', `${incident}/amendments`, { body }), {
    status: 201,
    headers: { location: `${incident}/amendments/2` },
    body: { number: 2, withdrawn: null },
  })
  const late = await call('POST', `${incident}/events`, {
    body: observed({ dedupe_key: 'late', description: 'Something else under the same key.' }),
  })
  t.equal(late.status, 201, 'a key that went with its event is free')
  await must(call('PATCH', incident, { body: { impact: { cost: 'EUR 12,400' } } }))
  t.match(await seal(service, incident), { status: 201, body: { number: 2, amendment: body } })
  const { body: document } = await call('GET', `${incident}/postmortem.json`)
  t.match(document.amendments, [{ number: 2, ...body }])
  t.equal(document.amendments.length, 1, 'one that was withdrawn is no part of the document')
  t.match((await call('GET', `${incident}/amendments`)).body.items, [taken, { number: 2, withdrawn: null }])
  t.match((await call('GET', `${incident}/revisions/1`)).body.amendment, null)
})

t.test('what lives on and cites what was added since is named, and nothing changes', async t => {
  const { incident, sealed } = await givenFinal('Cited')
  const next = await openIncident(service, { title: 'Later', occurred_on: '2026-07-01' })
  await must(amend(incident))
  const { body: factor } = await must(
    call('POST', `${incident}/factors`, { body: { category: 'process', statement: 'One more.' } }),
  )
  await must(call('PATCH', `${incident}/action-items/AI-1`, { body: { factors: [1, factor.number] } }))
  const change = { target_kind: 'slo', target: 'Checkout', factors: [factor.number] }
  await must(call('POST', `${incident}/changes`, { body: change }))
  const recurs = { incident_id: sealed.incident.id, number: factor.number }
  await must(call('POST', `${next}/factors`, { body: { category: 'process', statement: 'Again.', recurs } }))
  const before = await digestOf(db)
  const refused = await withdraw(incident)
  t.match([refused.status, refused.body.code], [409, 'conflict'])
  t.match(refused.body.errors, [
    { pointer: '/action_items/AI-1/factors', code: 'added_since', detail: /AI-1 names factor 3/ },
    { pointer: '/changes/2/factors', code: 'added_since', detail: /change 2 names factor 3/ },
    { pointer: '/factors/3', code: 'added_since', detail: /factor 1 of PM-2026-07-01-later names factor 3/ },
  ])
  t.equal(refused.body.errors.length, 3)
  t.equal(await digestOf(db), before)

  await must(call('PATCH', `${incident}/action-items/AI-1`, { body: { factors: [1] } }))
  await must(call('PATCH', `${incident}/changes/2`, { body: { factors: [2] } }))
  await must(call('PATCH', `${next}/factors/1`, { body: { recurs: null } }))
  t.equal((await withdraw(incident)).status, 204)
  t.same(said(await working(incident)), said(sealed))
  const { body } = await must(
    amend(incident).then(() =>
      call('POST', `${incident}/factors`, { body: { category: 'process', statement: 'New.' } }),
    ),
  )
  t.equal(body.number, 4, 'a number is never used again')
})

t.test('what the revision refers to must still be free, or be there', async t => {
  const doomed = await openIncident(service, { title: 'Doomed', occurred_on: '2026-01-02' })
  await must(call('POST', `${doomed}/factors`, { body: { category: 'process', statement: 'Before.' } }))
  const [doomedId] = doomed.split('/').slice(-1)
  const reference = { system: 'jira', id: 'CHK-1' }
  const { incident } = await givenFinal('Referring', { external_refs: [reference] })
  await must(amend(incident))
  await must(
    call('PATCH', `${incident}/factors/1`, { body: { recurs: { incident_id: doomedId, number: 1 } } }),
  )
  await must(
    call('PATCH', incident, { body: { related: [{ incident_id: doomedId, relation: 'related_to' }] } }),
  )
  await must(seal(service, incident))

  await must(amend(incident))
  await must(call('PATCH', incident, { body: { external_refs: [] } }))
  const other = await openIncident(service, { title: 'Claims it', external_refs: [reference] })
  const taken = await withdraw(incident)
  t.match([taken.status, taken.body.code], [409, 'conflict'])
  t.match(taken.body.errors, [
    { pointer: '/external_refs/0', detail: /jira:CHK-1 belongs to PM-2026-06-17-claims-it/ },
  ])
  await must(call('PATCH', other, { body: { external_refs: [] } }))

  await must(call('PATCH', incident, { body: { related: [] } }))
  await must(call('PATCH', `${incident}/factors/1`, { body: { recurs: null } }))
  await must(call('DELETE', doomed))
  const gone = await withdraw(incident)
  t.match([gone.status, gone.body.code], [409, 'conflict'])
  t.match(gone.body.errors, [
    { pointer: '/related/0/incident_id', detail: /doomed, which does not exist/ },
    { pointer: '/factors/1/recurs', detail: /factor 1 of PM-2026-01-02-doomed, which was deleted/ },
  ])
})

t.test('what the revision refers to cannot be deleted at the same moment', async t => {
  const earlier = await openIncident(service, { title: 'Earlier', occurred_on: '2026-01-03' })
  await must(call('POST', `${earlier}/factors`, { body: { category: 'process', statement: 'Before.' } }))
  const [earlierId] = earlier.split('/').slice(-1)
  const { incident } = await givenFinal('Recurring')
  await must(amend(incident))
  const recurs = { incident_id: earlierId, number: 1 }
  await must(call('PATCH', `${incident}/factors/1`, { body: { recurs } }))
  await must(seal(service, incident))
  await must(amend(incident))
  await must(call('PATCH', `${incident}/factors/1`, { body: { recurs: null } }))

  const trx = await db.startTransaction().execute()
  await sql`${deletionBy(facts)} DELETE FROM factors USING deletion WHERE incident_id = ${earlierId}`.execute(
    trx,
  )
  let isAnswered = false
  const withdrawal = withdraw(incident).finally(() => {
    isAnswered = true
  })
  while (!isAnswered && !(await isSomebodyWaiting())) await setImmediate()
  await trx.commit().execute()
  t.match(await withdrawal, { status: 409, body: { errors: [{ pointer: '/factors/1/recurs' }] } })
})

/** Whether a statement waits for a lock. */
async function isSomebodyWaiting(): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(db)
  return rows.length > 0
}

t.test('only an open amendment can be taken back, by who may, and as it was read', async t => {
  const draft = await openIncident(service)
  t.match(await withdraw(draft), { status: 409, body: { code: 'wrong_state' } })
  t.equal((await withdraw('/v1/incidents/PM-2026-01-01-none')).status, 404)
  const { incident } = await givenFinal('Refused')
  t.match(await withdraw(incident), {
    status: 409,
    body: { code: 'wrong_state', detail: /no amendment to take back/ },
  })
  await must(amend(incident))
  const { headers } = await call('GET', incident)
  await must(call('PATCH', incident, { body: { title: 'Another' } }))
  const before = await digestOf(db)
  t.equal((await withdraw(incident, { 'if-match': headers.etag! })).status, 412)
  t.equal(await digestOf(db), before)
  const fresh = (await call('GET', incident)).headers.etag!
  t.equal((await withdraw(incident, { 'if-match': fresh })).status, 204)
  t.match(await withdraw(incident), { status: 409, body: { code: 'wrong_state' } })
})

t.test('a secret that was taken out meanwhile does not come back', async t => {
  const { incident, sealed } = await givenFinal('Redacted')
  const { id } = sealed.events.find((event: any) => event.dedupe_key === 'a')
  const event = `${incident}/events/${id}`
  await must(amend(incident))
  await must(call('PATCH', event, { body: { description: 'Another sentence.' } }))
  const redaction = { pointers: ['/description'], versions: [1], reason: 'It named a customer.' }
  await must(call('PUT', `${event}/redaction`, { body: redaction }))
  await must(withdraw(incident))
  t.match(await call('GET', event), {
    body: { description: '[redacted]', redactions: [{ reason: redaction.reason }] },
  })
  t.same(said(await working(incident)), said((await call('GET', `${incident}/postmortem.json`)).body))
})

t.test('of a withdrawal and a sealing at once one wins, and the document is whole', async t => {
  const { incident } = await givenFinal('Race')
  for (let round = 0; round < 4; round += 1) {
    await must(amend(incident))
    await must(call('PATCH', incident, { body: { title: `Race ${round}` } }))
    const answers = await Promise.all([
      call('POST', `${incident}/revisions`, { headers: { 'if-match': '*' } }),
      withdraw(incident),
      ...['x', 'y'].map(key =>
        call('POST', `${incident}/events`, { body: observed({ dedupe_key: `${round}${key}` }) }),
      ),
    ])
    const [sealing, withdrawal, ...events] = answers.map(({ status }) => status)
    t.ok((sealing === 201) !== (withdrawal === 204), `${sealing} ${withdrawal}`)
    for (const status of events) t.ok([201, 409].includes(status!), `${status}`)
    t.same(said(await working(incident)), said((await call('GET', `${incident}/postmortem.json`)).body))
  }
})
