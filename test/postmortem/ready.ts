import { drill, observed } from '../help/cast.ts'
import type { Reply, Service } from '../help/service.ts'

/** A postmortem that passes every check, stored through the API; each test breaks one thing. */

const people = ['priya', 'sam', 'ana', 'mara']

const drillEvents = [
  observed({ milestone: 'impact_started' }),
  observed({ occurred_at: '2026-06-17T14:08:00Z', milestone: 'detected', kind: 'alert' }),
  observed({ occurred_at: '2026-06-17T14:33:00Z', milestone: 'mitigated', kind: 'action' }),
  observed({ occurred_at: '2026-06-17T14:50:00Z', milestone: 'resolved', kind: 'recovery' }),
]

/** Stores it in review under a title and returns its address. Adds its people where they are missing. */
export const givenReady = (service: Service, title: string = drill.title): Promise<string> =>
  givenReadyAbout(service, { fields: { title }, events: drillEvents })

interface Happened {
  /** Of the incident, besides those that it has. */
  fields: object
  /** Bodies; the factors rest on the first two. */
  events: object[]
  /** When the review was held. */
  held_at?: string
}

/** Stores one about something else, as ready as its events let it be. */
export async function givenReadyAbout(
  { call }: Service,
  { fields, events, held_at = aReview.held_at }: Happened,
): Promise<string> {
  const everybody = people.map(handle => ({ handle, name: handle[0]!.toUpperCase() + handle.slice(1) }))
  if ((await call('GET', '/v1/people/mara')).status === 404)
    await call('POST', '/v1/people/batch?atomic=true', { body: { people: everybody } })
  const { body } = await call('POST', '/v1/incidents', {
    body: {
      ...drill,
      authors: ['ana'],
      summary: {
        what_broke: 'Checkout could not take payments.',
        who_was_affected: 'Everyone who paid by card.',
      },
      impact: { requests_failed: 2310 },
      went_well: ['The status page was up within ten minutes.'],
      ...fields,
    },
  })
  const incident = `/v1/incidents/${body.id}`
  const stored = await store(call, `${incident}/events`, events)
  const counterfactual = { if: 'the payments call', had: 'retried', would_have: 'cost fewer orders' }
  await store(call, `${incident}/factors`, [
    {
      category: 'technical',
      statement: 'The payments call had no retries.',
      events: [stored[0].id],
      counterfactual,
    },
    {
      category: 'detection',
      statement: 'The cache masked the errors.',
      events: [(stored[1] ?? stored[0]).id],
      counterfactual,
    },
  ])
  await store(call, `${incident}/action-items`, [
    { ...anItem, owner: 'priya', factors: [1] },
    { ...anItem, owner: 'sam', factors: [2] },
  ])
  await call('PUT', `${incident}/action-items/AI-1/acceptance`, { body: { by: 'priya' } })
  await call('PUT', `${incident}/action-items/AI-2/acceptance`, { body: { by: 'sam' } })
  await store(call, `${incident}/changes`, [
    {
      target_kind: 'runbook',
      target: 'Payments',
      after: 'Switch the stub.\n',
      status: 'applied',
      factors: [1],
    },
  ])
  await call('PUT', `${incident}/review-request`)
  await call('PUT', `${incident}/review`, {
    body: { ...aReview, held_at },
    headers: { 'if-none-match': '*' },
  })
  return incident
}

const anItem = {
  title: 'Add retries',
  due_on: '2026-06-24',
  priority: 'P1',
  done_when: 'A drill loses no payment.',
}

export const aReview = {
  held_at: '2026-06-18T08:00:00Z',
  facilitator: 'mara',
  attendees: ['mara', 'ana', 'priya'],
}

async function store(call: Service['call'], url: string, bodies: object[]): Promise<any[]> {
  const stored: any[] = []
  for (const body of bodies) stored.push((await call('POST', url, { body })).body)
  return stored
}

/** Seals it: reads the checks, and sends their ETag. */
export async function seal({ call }: Service, incident: string): Promise<Reply<any>> {
  const { headers } = await call('GET', `${incident}/checks`)
  return call('POST', `${incident}/revisions`, { headers: { 'if-match': headers.etag! } })
}

/** The Markdown without the line that only a sealed document has. */
export const withoutRevision = (markdown: string): string => markdown.replace(/^Revision: .*\n\n/m, '')
