import t from 'tap'
import { openService } from '../help/service.ts'
import { alert, alertGroup, incidentsIn, makeLink, ownGroup, pagerDutyEvent, resolved } from './payloads.ts'

/** Which spell of impact what has come belongs to, and what it marks there. */

const service = await openService(t)
const { call } = service
const { newIncident, eventsOf } = incidentsIn(service)
const post = (url: string, body: object) => call('POST', url, { body, token: null })

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
