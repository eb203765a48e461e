import { deepEqual, equal, ok } from 'node:assert/strict'
import { client } from './generated/client.gen.js'
import {
  type ActionItemType,
  createEvent,
  createIncident,
  listActionItems,
  listIncidents,
  type MilestoneName,
  patchEvent,
  patchPerson,
  type Retraction,
  type Severity,
} from './generated/index.js'

const { DEBRIEF_URL, DEBRIEF_TOKEN, LEAVER, OVERDUE_INCIDENT, NEW_INCIDENT } = process.env as Record<
  string,
  string
>
client.setConfig({ baseUrl: DEBRIEF_URL!, auth: DEBRIEF_TOKEN!, throwOnError: true })

const { data: incident } = await createIncident<true>({
  body: { id: NEW_INCIDENT!, title: 'Payments drill', severity: 'SEV2', services: ['checkout'] },
})
const severity: Severity | null = incident.severity
equal(severity, 'SEV2')
ok(!Number.isNaN(Date.parse(incident.created_at)))

const address = { incident_id: NEW_INCIDENT! }
const { data: created } = await createEvent<true>({
  path: address,
  body: {
    occurred_at: '2026-06-17T16:08:00.25+02:00',
    precision: 'approximate',
    kind: 'alert',
    milestone: 'detected',
    description: 'Many payments fail.',
    sources: [{ kind: 'alert', system: 'prometheus', url: 'https://prometheus.example/alerts' }],
  },
})
const { data: event } = await patchEvent<true>({
  path: { ...address, event_id: created.id },
  body: { description: 'Nine in ten payments fail.' },
})
const milestones: MilestoneName[] = event.milestones
const retraction: Retraction | null = event.retraction
deepEqual([event.precision, milestones, retraction], ['approximate', ['detected'], null])
equal(event.occurred_at, '2026-06-17T14:08:00.250Z')

const { data: person } = await patchPerson<true>({
  path: { handle: LEAVER! },
  body: { name: 'Mara L. Lindqvist' },
})
deepEqual([person.name, person.active, person.email], ['Mara L. Lindqvist', false, null])

const { data: overdue } = await listActionItems<true>({ query: { overdue: true, status: ['open'] } })
const item = overdue.items.find(({ incident_id }) => incident_id === OVERDUE_INCIDENT)
const type: ActionItemType | null | undefined = item?.type
deepEqual([item?.id, item?.overdue, item?.due_on, type], ['AI-1', true, '2026-01-15', 'mitigate'])
equal(item?.closure, null)

const { data: page } = await listIncidents<true>({ query: { limit: 1 } })
equal(page.items.length, 1)
equal(typeof page.next_cursor, 'string')
