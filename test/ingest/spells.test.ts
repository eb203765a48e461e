import t from 'tap'
import { observed } from '../help/cast.ts'
import { openService } from '../help/service.ts'
import { alert, alertGroup, incidentsIn, makeLink, ownGroup, pagerDutyEvent, resolved } from './payloads.ts'

/** Which spell of impact what has come belongs to, and what it marks there. */

const service = await openService(t)
const { call } = service
const { newIncident, eventsOf } = incidentsIn(service)
const post = (url: string, body: object) =>
  call('POST', url, { body, token: url.includes('link=') ? null : undefined! })

const marksOf = async (id: string) =>
  (await eventsOf(id)).map(({ spell, milestones, relevance }) =>
    [spell, milestones.join(), relevance].join(' ').replace('  ', ' '),
  )

t.test('an alert that fires again while its incident goes on is of low relevance', async t => {
  const id = await newIncident('Flapping')
  const url = await makeLink(service, 'alertmanager', { incident_id: id })
  const one = alert()
  await post(url, alertGroup([one, alert({ startsAt: '2026-06-17T14:09:00Z' })]))
  await post(url, alertGroup([{ ...one, startsAt: '2026-06-17T14:20:00Z' }]))
  t.same(await marksOf(id), ['1 detected normal', '1 normal', '1 low'])
})

t.test('an incident is resolved once all that fires in it has ended', async t => {
  const id = await newIncident('Two groups')
  const url = await makeLink(service, 'alertmanager', { incident_id: id })
  const [one, two] = [alert(), alert({ startsAt: '2026-06-17T14:12:00Z' })]
  await post(url, alertGroup([one], ownGroup('one')))
  await post(url, alertGroup([two], ownGroup('two')))
  const first = await post(url, alertGroup([resolved(two, '2026-06-17T14:20:00Z')], ownGroup('two')))
  t.match(first.body.results, [
    { result: 'created', warnings: [/another alert of this incident still fires/] },
  ])
  await post(url, alertGroup([resolved(one, '2026-06-17T14:50:00Z')], ownGroup('one')))
  t.same(await marksOf(id), ['1 detected normal', '1 normal', '1 normal', '1 resolved normal'])
})

t.test(
  'what fires after its incident was resolved begins another spell, where the link names the incident',
  async t => {
    const id = await newIncident('Again')
    const url = await makeLink(service, 'alertmanager', { incident_id: id })
    const one = alert()
    const again = { ...one, startsAt: '2026-06-17T16:00:00Z' }
    await post(url, alertGroup([one]))
    await post(url, alertGroup([resolved(one, '2026-06-17T14:39:00Z')]))
    await post(url, alertGroup([again]))
    t.equal((await call('GET', `/v1/incidents/${id}`)).body.phase, 'ongoing')
    await post(url, alertGroup([resolved(again, '2026-06-17T16:30:00Z')]))
    t.same(await marksOf(id), [
      '1 detected normal',
      '1 resolved normal',
      '2 detected normal',
      '2 resolved normal',
    ])
  },
)

t.test('the first beginning is detected and the last end resolved, in whatever order they come', async t => {
  const id = await newIncident('Late')
  const url = await makeLink(service, 'alertmanager', { incident_id: id })
  const [one, two, three] = ['08', '05', '06'].map(minute =>
    alert({ startsAt: `2026-06-17T14:${minute}:00Z` }),
  )
  const send = (own: string, sent: typeof one) => post(url, alertGroup([sent!], ownGroup(own)))
  await send('one', one)
  await send('one', resolved(one!, '2026-06-17T14:20:00Z'))
  await send('two', two)
  t.same(await marksOf(id), ['1 detected normal', '1 normal', '1 normal'], 'another goes on')
  await send('two', resolved(two!, '2026-06-17T14:40:00Z'))
  await send('three', three)
  await send('three', resolved(three!, '2026-06-17T14:10:00Z'))
  t.same(await marksOf(id), [
    ...['1 detected normal', '1 normal', '1 normal', '1 normal', '1 normal', '1 resolved normal'],
  ])
  t.equal((await call('GET', `/v1/incidents/${id}`)).body.phase, 'resolved')
  await send('four', resolved(alert(), '2026-06-17T14:45:00Z'))
  t.same(
    (await marksOf(id)).slice(-2),
    ['1 normal', '1 resolved normal'],
    'also an end without its beginning',
  )
})

t.test('a milestone that a person has given stays where it is', async t => {
  const id = await newIncident('By a person')
  const body = observed({ occurred_at: '2026-06-17T14:10:00Z', milestones: ['detected'] })
  await call('POST', `/v1/incidents/${id}/events`, { body })
  await post(await makeLink(service, 'alertmanager', { incident_id: id }), alertGroup([alert()]))
  t.same(await marksOf(id), ['1 normal', '1 detected normal'])
})

t.test(
  'an end that comes before its beginning waits for it, also where the group had an incident before',
  async t => {
    const url = await makeLink(service, 'alertmanager', { unknown: 'draft' })
    const own = ownGroup('ends first')
    const [one, two] = [alert(), alert({ startsAt: '2026-06-17T18:00:00Z' })]
    await post(url, alertGroup([one], own))
    await post(url, alertGroup([resolved(one, '2026-06-17T14:39:00Z')], own))
    const end = await post(url, alertGroup([resolved(two, '2026-06-17T18:10:00Z')], own))
    t.match(end.body.results, [{ result: 'inbox', why: 'unknown_incident' }])
    const { incident_id } = (await post(url, alertGroup([two], own))).body.results[0]
    t.same(await marksOf(incident_id), ['1 detected normal', '1 resolved normal'])
  },
)

t.test('PagerDuty: reopened is a new spell, and what follows belongs to it', async t => {
  const id = await newIncident('Spells')
  const url = await makeLink(service, 'pagerduty', { incident_id: id })
  const at = (time: string) => `2026-06-17T${time}:00Z`
  for (const [type, time] of [
    ['incident.triggered', at('14:08')],
    ['incident.acknowledged', at('14:14')],
    ['incident.resolved', at('14:39')],
    ['incident.reopened', at('15:10')],
    ['incident.resolved', at('15:30')],
  ] as const)
    t.equal((await post(url, pagerDutyEvent(type, time, { id: 'QSPELLS' }))).status, 200)
  t.same(
    (await eventsOf(id)).map(({ spell, milestones }) => [spell, milestones.join()]),
    [
      [1, 'detected'],
      [1, 'acknowledged'],
      [1, 'resolved'],
      [2, 'detected'],
      [2, 'resolved'],
    ],
  )
  const late = await post(
    url,
    pagerDutyEvent('incident.annotated', at('14:20'), {
      id: 'Q',
      incident: { id: 'QSPELLS' },
      content: 'Late.',
    }),
  )
  t.equal(late.status, 200)
  t.match((await eventsOf(id))[2], { spell: 1, kind: 'note' })
})

t.test('ends that come at once leave the last one resolved, and none is refused', async t => {
  for (let round = 0; round < 8; round++) {
    const id = await newIncident(`At once ${round}`)
    const url = await makeLink(service, 'alertmanager', { incident_id: id })
    const alerts = Array.from({ length: 4 }, () => alert())
    await post(url, alertGroup(alerts))
    const answers = await Promise.all(
      alerts.map((one, i) => {
        const ends = resolved(one, `2026-06-17T14:${20 + i}:00Z`)
        return post(url, alertGroup([ends], ownGroup(`at once ${i}`)))
      }),
    )
    t.same(new Set(answers.map(({ status }) => status)), new Set([200]))
    t.same(
      (await marksOf(id)).filter(marks => marks.includes('resolved')),
      ['1 resolved normal'],
    )
    t.match((await marksOf(id)).at(-1), 'resolved')
  }
})

t.test('an end that comes before the news of its spell is the end of that', async t => {
  const id = await newIncident('Reopened late')
  const url = await makeLink(service, 'pagerduty', { incident_id: id })
  for (const [type, time] of [
    ['incident.resolved', '10:40'],
    ['incident.triggered', '10:00'],
    ['incident.resolved', '11:30'],
    ['incident.reopened', '11:00'],
  ] as const)
    await post(url, pagerDutyEvent(type, `2026-06-17T${time}:00Z`, { id: 'QREOPENED' }))
  t.same(await marksOf(id), [
    ...['1 detected normal', '1 resolved normal', '2 detected normal', '2 resolved normal'],
  ])
})

t.test('a correction of a person is not undone by what a tool sends after it', async t => {
  const id = await newIncident('Corrected')
  const url = await makeLink(service, 'alertmanager', { incident_id: id })
  const [noise, real] = [alert(), alert({ startsAt: '2026-06-17T14:12:00Z' })]
  await post(url, alertGroup([noise, real]))
  const [first, second] = await eventsOf(id)
  for (const [event, milestones] of [
    [first, []],
    [second, ['detected']],
  ] as const)
    await call('PATCH', `/v1/incidents/${id}/events/${event.id}`, { body: { milestones } })
  await post(
    url,
    alertGroup([resolved(noise, '2026-06-17T14:20:00Z'), resolved(real, '2026-06-17T14:30:00Z')]),
  )
  t.same(await marksOf(id), ['1 normal', '1 detected normal', '1 normal', '1 resolved normal'])
})
