import t from 'tap'
import { logLine, observed, openIncident, readAllPages } from '../help/cast.ts'
import { openService } from '../help/service.ts'

/** Times that are known more or less well: what is accepted, how it is stored, and in which order it is listed. */

const service = await openService(t)
const { call } = service

const post = (incident: string, fields: object) =>
  call('POST', `${incident}/events`, { body: observed(fields) })
const addressOf = async (incident: string, fields: object) => (await post(incident, fields)).headers.location!
const read = async (event: string) => (await call('GET', event)).body
const refusalOf = ({ status, body }: { status: number; body: any }) => [
  status,
  ...(body.errors ?? []).map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`),
]
const day = '2026-06-17'

t.test('a time is stored as the start of the unit to which it is known', async t => {
  const incident = await openIncident(service)
  const cases: [object, string, string][] = [
    [{ occurred_at: day }, 'day', `${day}T00:00:00.000Z`],
    [{ occurred_at: `${day}T14Z` }, 'hour', `${day}T14:00:00.000Z`],
    [{ occurred_at: `${day}T14+05:30` }, 'hour', `${day}T08:30:00.000Z`],
    [{ occurred_at: `${day}T00:10+02:00` }, 'minute', '2026-06-16T22:10:00.000Z'],
    [{ occurred_at: `${day}T14:08:31.25Z` }, 'exact', `${day}T14:08:31.250Z`],
    [{ occurred_at: `${day}T14:08:31Z`, precision: 'minute' }, 'minute', `${day}T14:08:00.000Z`],
    [{ occurred_at: `${day}T14:08:31+05:30`, precision: 'hour' }, 'hour', `${day}T08:30:00.000Z`],
    [{ occurred_at: `${day}T23:30:00-05:00`, precision: 'day' }, 'day', `${day}T00:00:00.000Z`],
    [{ occurred_at: `${day}T14:08Z`, precision: 'approximate' }, 'approximate', `${day}T14:08:00.000Z`],
  ]
  for (const [fields, precision, occurred_at] of cases)
    t.match(
      await read(await addressOf(incident, fields)),
      { precision, occurred_at, corrected_at: occurred_at },
      JSON.stringify(fields),
    )
})

t.test('a time that says less than its precision, or ends before it begins, is refused', async t => {
  const incident = await openIncident(service)
  const until = (from: string, occurred_until: string) => ({ occurred_at: from, occurred_until })
  const bad: [object, string][] = [
    [{ occurred_at: day, precision: 'hour' }, '/occurred_at coarser_than_precision'],
    [{ occurred_at: `${day}T14Z`, precision: 'minute' }, '/occurred_at coarser_than_precision'],
    [{ occurred_at: `${day}T14:08Z`, precision: 'exact' }, '/occurred_at coarser_than_precision'],
    [{ occurred_at: day, precision: 'approximate' }, '/occurred_at coarser_than_precision'],
    [until(`${day}T14:08Z`, `${day}T15Z`), '/occurred_until coarser_than_precision'],
    [until(`${day}T14:08Z`, `${day}T14:07Z`), '/occurred_until order'],
    [{ ...until(`${day}T14Z`, `${day}T13Z`), between: true }, '/occurred_until order'],
    [{ ...until(day, '2026-06-16'), between: true }, '/occurred_until order'],
    [until(`${day}T14:08:00Z`, '2026-06-20T00:00:00Z'), '/occurred_until future'],
    [{ occurred_at: day, between: true }, '/occurred_until required'],
    [
      { ...until(`${day}T10Z`, `${day}T11Z`), milestones: ['impact_started', 'resolved'] },
      '/milestones lasted',
    ],
    [{ occurred_at: `${day}T14:08` }, '/occurred_at format'],
    [{ occurred_at: '2026-02-30' }, '/occurred_at format'],
    [{ milestone: 'detected', milestones: ['mitigated'] }, '/milestone exclusive'],
    [{ milestones: ['detected', 'detected'] }, '/milestones repeated'],
    [{ spell: 0 }, '/spell too_small'],
  ]
  for (const [fields, fault] of bad)
    t.same(refusalOf(await post(incident, fields)), [422, fault], JSON.stringify(fields))
  t.equal((await post(incident, until(day, day))).status, 201, 'within one day it may last')
  const one = { milestone: 'detected', milestones: [] }
  t.same((await read(await addressOf(incident, one))).milestones, ['detected'], 'an empty list says nothing')
  const other = { milestone: null, milestones: ['resolved'] }
  t.same((await read(await addressOf(incident, other))).milestones, ['resolved'])
  t.match(
    (await post(incident, { occurred_at: day, precision: 'hour' })).body.detail,
    /leave the precision out/,
  )
  t.equal(
    (await post(incident, until(`${day}T14:08Z`, `${day}T15Z`))).body.detail,
    '/occurred_until says less than the precision minute, which is that of both times: give it to the minute, or send the precision hour.',
  )
})

t.test('a patched time says how well it is known, unless the precision comes with it', async t => {
  const incident = await openIncident(service)
  const event = await addressOf(incident, { occurred_at: `${day}T14:08:31Z` })
  const patch = async (body: object) => (await call('PATCH', event, { body })).body
  t.match(await patch({ occurred_at: `${day}T14:08Z` }), {
    precision: 'minute',
    occurred_at: `${day}T14:08:00.000Z`,
  })
  t.match(await patch({ occurred_at: `${day}T14:09:30Z` }), {
    precision: 'minute',
    occurred_at: `${day}T14:09:00.000Z`,
  })
  t.match(await patch({ occurred_at: day }), { precision: 'day', occurred_at: `${day}T00:00:00.000Z` })
  t.match(
    await patch({ occurred_at: `${day}T14:10Z` }),
    { precision: 'minute', occurred_at: `${day}T14:10:00.000Z` },
    'what is known better loses nothing',
  )
  t.match(await patch({ occurred_at: `${day}T14:10:20Z`, precision: 'exact' }), {
    precision: 'exact',
    occurred_at: `${day}T14:10:20.000Z`,
  })
  t.match(await patch({ occurred_at: day, precision: 'hour' }), {
    status: 422,
    errors: [{ pointer: '/occurred_at', code: 'coarser_than_precision' }],
  })
  t.match(await patch({ precision: 'hour' }), { precision: 'hour', occurred_at: `${day}T14:00:00.000Z` })
  t.match(await patch({ occurred_until: `${day}T16Z`, between: true }), {
    occurred_until: `${day}T16:00:00.000Z`,
    between: true,
    version: 8,
  })
  t.match(await patch({ occurred_at: `${day}T17Z` }), {
    errors: [{ pointer: '/occurred_until', code: 'order' }],
  })
  t.match(await patch({ occurred_until: null }), {
    errors: [{ pointer: '/occurred_until', code: 'required' }],
  })
  t.match(await patch({ occurred_until: null, between: false }), { occurred_until: null, version: 9 })
})

t.test('a patch makes no time more precise than it was told', async t => {
  const incident = await openIncident(service)
  const cases: [string, string[]][] = [
    [day, ['hour', 'minute', 'exact', 'approximate']],
    [`${day}T14Z`, ['minute', 'exact']],
    [`${day}T14:08Z`, ['exact']],
  ]
  for (const [occurred_at, finer] of cases) {
    const event = await addressOf(incident, { occurred_at, occurred_until: occurred_at })
    const stored = await read(event)
    for (const precision of finer)
      for (const time of [{}, { occurred_at: stored.occurred_at }])
        t.match(
          (await call('PATCH', event, { body: { ...time, precision } })).body,
          { status: 422, errors: [{ pointer: '/precision', code: 'finer_than_stored' }] },
          `${occurred_at} ${precision}`,
        )
    t.same((await call('PATCH', event, { body: { precision: null } })).body, stored, 'null says nothing new')
    const told = { occurred_at: `${day}T14:08:31Z`, occurred_until: null, precision: finer.at(-1)! }
    t.equal((await call('PATCH', event, { body: told })).status, 200, 'with its time it may')
  }
})

t.test('days stand first in their day, in the list, page by page, and between two times', async t => {
  const incident = await openIncident(service, { clock_offsets: { phone: 60_000 } })
  const phone = { sources: [{ ...logLine, system: 'phone' }] }
  const events: [string, string, object?][] = [
    ['exactly midnight', `${day}T00:00:00Z`],
    ['the day', day],
    ['the day again', day],
    ['a day by the phone', day, phone],
    ['a minute past midnight by the phone', `${day}T00:00:30Z`, phone],
    ['the hour', `${day}T00Z`],
    ['noon', `${day}T12:00:00Z`],
    ['the next day', '2026-06-18'],
    ['the day before', '2026-06-16'],
    ['late the day before', '2026-06-16T23:59:59.999Z'],
  ]
  for (const [description, occurred_at, fields] of events)
    await post(incident, { description, occurred_at, ...fields })
  const listed = async (query: string) =>
    (await readAllPages<{ description: string }>(service, `${incident}/events?${query}`)).map(
      ({ description }) => description,
    )
  const inOrder = [
    'the day before',
    'a minute past midnight by the phone',
    'late the day before',
    'the day',
    'the day again',
    'a day by the phone',
    'exactly midnight',
    'the hour',
    'noon',
    'the next day',
  ]
  t.same(await listed('limit=200'), inOrder)
  for (const limit of [1, 2, 3]) t.same(await listed(`limit=${limit}`), inOrder, `${limit} a page`)
  const since = (time: string) => listed(`limit=1&occurred_since=${time}`)
  t.same(await since(`${day}T00:00:00Z`), inOrder.slice(3), 'a day begins with its first moment')
  t.same(await since(`${day}T00:00:00.001Z`), inOrder.slice(8))
  t.same(await listed(`limit=1&occurred_before=${day}T00:00:00Z`), inOrder.slice(0, 3))
  t.same(await listed(`limit=2&occurred_before=${day}T12:00:00Z&occurred_since=${day}T00:00:00Z`), [
    ...inOrder.slice(3, 8),
  ])
})

t.test('a retracted milestone does not come back into a spell where another has it', async t => {
  const incident = await openIncident(service)
  const marked = { milestones: ['detected', 'mitigated'], spell: 2 }
  const first = await addressOf(incident, marked)
  await call('PUT', `${first}/retraction`, { body: { reason: 'Too early.' } })
  const second = await addressOf(incident, {
    occurred_at: `${day}T15:00:00Z`,
    milestone: 'mitigated',
    spell: 2,
  })
  await addressOf(incident, { occurred_at: `${day}T16:00:00Z`, milestone: 'detected', spell: 1 })
  const refused = await call('DELETE', `${first}/retraction`)
  t.same([refused.status, refused.body.code], [409, 'milestone_taken'])
  t.match(refused.body.detail, /mitigated of spell 2 belongs to event/)
  t.match(refused.body.errors, [{ pointer: '/milestones', event_id: second.split('/').at(-1) }])
  t.match(await read(first), { retraction: { reason: 'Too early.' }, version: 2 })
  t.equal((await call('PATCH', second, { body: { spell: 3 } })).status, 200)
  t.match((await call('DELETE', `${first}/retraction`)).body, { retraction: null, ...marked })
  const moved = await call('PATCH', second, { body: { spell: 2 } })
  t.same([moved.status, moved.body.code], [409, 'milestone_taken'])
})

t.test('what is of low relevance is stored, listed and citable, and the document counts it', async t => {
  const incident = await openIncident(service)
  const low = (n: number, fields: object = {}) => ({
    occurred_at: `${day}T14:0${n}:00Z`,
    description: `Chatter ${n}.`,
    relevance: 'low',
    ...fields,
  })
  await post(incident, { description: 'Checkout fails.', milestone: 'impact_started' })
  const chatter = await addressOf(incident, low(4))
  const sample = async () => {
    const [md, html, json] = await Promise.all(
      ['md', 'html', 'json'].map(form => call('GET', `${incident}/postmortem.${form}`)),
    )
    return { md: md!.text, html: html!.text, json: json!.body }
  }
  const one = await sample()
  const events = `GET /v1/incidents/${incident.split('/').at(-1)}/events`
  t.match(one.md, `\n1 event of low relevance is stored, and not listed here: ${events} has it.\n`)
  t.notMatch(one.md, /Chatter/)
  t.notMatch(one.html, /Chatter/)
  t.match(one.html, '1 event, times in UTC.')
  t.match(one.json.events, [{ relevance: 'normal' }, { description: 'Chatter 4.', relevance: 'low' }])
  t.equal((await call('GET', `${incident}/events`)).body.items.length, 2)

  const statement = { sources: [{ kind: 'statement', excerpt: 'I saw it.', stated_by: 'priya' }] }
  await call('PUT', '/v1/people/priya', { body: { name: 'Priya' } })
  await post(incident, low(5, statement))
  const cited = { category: 'technical', statement: 'No retries.', events: [chatter.split('/').at(-1)] }
  t.equal((await call('POST', `${incident}/factors`, { body: cited })).status, 201)
  const mitigated = await addressOf(incident, low(9, { milestone: 'mitigated' }))
  const two = await sample()
  t.match(two.md, `\n3 events of low relevance are stored, and not listed here: ${events} has them.\n`)
  t.match(two.md, 'rests on 14:04')
  t.match(two.md, /How long: 7 min, from 14:02 to 14:09 UTC/)
  t.match(two.html, /14:09<\/tspan> Mitigated/, 'a milestone is drawn, since durations are measured from it')
  const x = (name: string) => Number(two.html.match(new RegExp(`class="mark ${name}" cx="([0-9.]+)"`))?.[1])
  t.ok(x('mitigated') > x('impact_started') && x('mitigated') <= 960, 'within the drawing')
  const { items } = (await call('GET', `${incident}/checks`)).body
  const of = (code: string) => items.filter((one: any) => one.code === code)
  t.equal(of('STATEMENT_ONLY').length, 0, 'nobody is asked about what the document only counts')
  t.notOk(of('FACTOR_UNCITED').length)
  t.notOk(of('TIMELINE_EMPTY').length)

  await call('PATCH', chatter, { body: { relevance: 'normal' } })
  t.match((await sample()).md, /\| 14:04 \| Chatter 4\. \|.*\n2 events of low relevance are stored/s)
  t.match(await read(chatter), { relevance: 'normal', version: 2 })
  t.equal((await call('PATCH', chatter, { body: { relevance: null } })).body.relevance, 'normal')
  t.equal((await call('PATCH', chatter, { body: { relevance: 'none' } })).status, 422)
  await call('PATCH', mitigated, { body: { relevance: 'normal' } })
  t.match((await sample()).md, '\n1 event of low relevance is stored')
})

t.test('a timeline of low relevance alone is not called empty', async t => {
  const incident = await openIncident(service)
  await post(incident, { relevance: 'low' })
  const { text } = await call('GET', `${incident}/postmortem.md`)
  t.match(text, '## Timeline (UTC)\n\n1 event of low relevance is stored, and not listed here: GET ')
  t.notMatch(text, /no events yet/)
  t.notMatch((await call('GET', `${incident}/postmortem.html`)).text, /<figure>/)
})
