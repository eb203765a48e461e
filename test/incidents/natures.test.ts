import { sql } from 'kysely'
import t from 'tap'
import { openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

/** What an incident was, and that only what had an impact must be graded. */

const service = await openService(t, { timeZone: 'Asia/Tokyo' })
await seedPeople(service)
const { call, db } = service

const withImpact = ['incident', 'exercise']
const withoutImpact = ['near_miss', 'false_alarm', 'vulnerability']
const create = (fields: object) => call('POST', '/v1/incidents', { body: { title: 'Told', ...fields } })

t.test('only what had an impact needs a severity', async t => {
  for (const nature of withoutImpact)
    for (const fields of [{}, { severity: null }, { severity: 'SEV4' }]) {
      const { status, body } = await create({ nature, ...fields })
      t.match({ status, body }, { status: 201, body: { nature, severity: null, ...fields } })
    }
  for (const nature of [undefined, ...withImpact])
    for (const fields of [{}, { severity: null }]) {
      const { status, body } = await create({ nature, ...fields })
      t.match({ status, body }, { status: 422, body: { code: 'invalid_body' } }, nature ?? 'none')
      t.match(body.errors, [{ pointer: '/severity', code: 'required' }])
      t.match(body.detail, /SEV1 to SEV5.*near_miss, false_alarm or vulnerability.*\/nature/)
    }
})

t.test('neither may be changed so that they do not fit', async t => {
  const incident = await openIncident(service, { nature: 'near_miss', severity: null })
  const patch = (body: object) => call('PATCH', incident, { body })
  for (const nature of [...withImpact, null])
    t.match(await patch({ nature }), { status: 422, body: { errors: [{ pointer: '/severity' }] } })
  t.match(await patch({ nature: 'exercise', severity: 'SEV3' }), { status: 200, body: { severity: 'SEV3' } })
  t.match(await patch({ severity: null }), { status: 422, body: { errors: [{ pointer: '/severity' }] } })
  t.match(await patch({ severity: null, nature: 'false_alarm' }), { status: 200, body: { severity: null } })
  const id = incident.split('/').at(-1)
  for (const change of [sql`nature = 'incident'`, sql`nature = 'exercise'`, sql`nature = 'other'`])
    await t.rejects(
      sql`UPDATE incidents SET ${change} WHERE id = ${id}`.execute(db),
      { code: '23514' },
      'the table holds it, too',
    )
})

t.test('a list by severity has those without one last, in both directions and from page to page', async t => {
  const q = 'Sorted'
  const titles = ['Sorted 1', 'Sorted 2', 'Sorted 3', 'Sorted 4', 'Sorted 5']
  const severities = ['SEV3', null, 'SEV1', null, 'SEV5']
  for (const [i, title] of titles.entries())
    await openIncident(service, { title, severity: severities[i], nature: 'near_miss' })
  for (const limit of [1, 2, 3, 200]) {
    const sorted = async (sort: string) =>
      (await readAllPages(service, `/v1/incidents?q=${q}&sort=${sort}&limit=${limit}`)).map(({ title }) =>
        title.slice(-1),
      )
    t.same(await sorted('severity,title'), ['3', '1', '5', '2', '4'])
    t.same(await sorted('-severity,title'), ['5', '1', '3', '2', '4'])
    t.same(await sorted('-severity,-title'), ['5', '1', '3', '4', '2'])
    t.same(await sorted('severity'), ['3', '1', '5', '2', '4'])
    t.same(await sorted('-severity'), ['5', '1', '3', '4', '2'])
    t.same(await sorted('-title,severity'), ['5', '4', '3', '2', '1'])
  }
  const found = await readAllPages(service, `/v1/incidents?q=${q}&severity=SEV1,SEV5`)
  t.equal(found.length, 2, 'and none of them has the severity that is asked for')
})

t.test('the action items of what has no severity are listed and counted', async t => {
  const incidents: string[] = []
  for (const severity of ['SEV4', null, 'SEV2'])
    incidents.push(await openIncident(service, { title: 'With an item', nature: 'false_alarm', severity }))
  for (const incident of incidents) {
    await call('POST', `${incident}/factors`, {
      body: { category: 'detection', statement: 'The rule is old.' },
    })
    const item = { title: 'Mend the rule', owner: 'sam', due_on: '2026-06-24', priority: 'P2', factors: [1] }
    t.match((await call('POST', `${incident}/action-items`, { body: item })).status, 201)
  }
  for (const limit of [1, 200]) {
    const sorted = async (sort: string) =>
      (await readAllPages(service, `/v1/action-items?sort=${sort}&limit=${limit}`)).map(one => one.severity)
    t.same(await sorted('severity'), ['SEV2', 'SEV4', null])
    t.same(await sorted('-severity'), ['SEV4', 'SEV2', null])
    t.same(await sorted('-severity,owner'), ['SEV4', 'SEV2', null])
  }
  const { body } = await call('GET', '/v1/action-items/summary?group_by=severity')
  t.match(
    body.groups.map(({ key, label, open }: any) => [key, label, open]),
    [
      ['SEV2', 'SEV2', 1],
      ['SEV4', 'SEV4', 1],
      [null, 'No severity', 1],
    ],
  )
})

t.test('the documents say what it was, and a dash where it is not graded', async t => {
  const alarm = await openIncident(service, { title: 'A test page', nature: 'false_alarm', severity: null })
  const exercise = await openIncident(service, { title: 'Game day', nature: 'exercise' })
  const plain = await openIncident(service, { title: 'An outage' })
  const page = async (incident: string, form: string) => (await call('GET', `${incident}/${form}`)).text
  t.match(await page(alarm, 'postmortem.md'), 'Nature: False alarm, no impact   Severity: —   Authors')
  t.match(await page(alarm, 'review/agenda'), 'Nature: False alarm, no impact   Severity: —')
  const html = await page(alarm, 'postmortem.html')
  t.match(html, '<span class="chip">False alarm, no impact</span>')
  t.match(html, '<span class="chip ">Severity: —</span>')
  t.match(await page(exercise, 'postmortem.md'), 'Nature: Exercise   Severity: SEV2')
  t.match(await page(plain, 'postmortem.md'), /Status: Draft {3}Severity: SEV2/)
  t.notMatch(await page(plain, 'postmortem.html'), /Nature|Incident</)
  const { items } = (await call('GET', '/v1/postmortems?status=draft&limit=200')).body
  t.match(
    items.find(({ title }: any) => title === 'A test page'),
    { severity: null },
  )
  const graded = await call('GET', '/v1/postmortems?status=draft&severity=SEV2&limit=200')
  t.notOk(graded.body.items.some(({ severity }: any) => severity !== 'SEV2'))
})

t.test('an incident of no day is of today, in the time zone of the service', async t => {
  const before = service.clock.now
  service.clock.now = new Date('2026-06-18T15:00:00.000Z')
  t.match((await create({ severity: 'SEV4' })).body, { occurred_on: '2026-06-19', id: /^PM-2026-06-19-/ })
  service.clock.now = new Date('2026-06-18T14:59:59.999Z')
  t.match((await create({ severity: 'SEV4' })).body.occurred_on, '2026-06-18')
  service.clock.now = before
})
