import { openIncident, readAllPages } from '../help/cast.ts'
import type { Service } from '../help/service.ts'

/** Makes a link, and returns the address to post to. */
export async function makeLink({ call }: Service, source: string, fields: object = {}): Promise<string> {
  const body = { name: `${source}-${crypto.randomUUID()}`, source, ...fields }
  const made = await call('POST', '/v1/links', { body })
  const { pathname, search } = new URL(made.body.url)
  return pathname + search
}

/** Opens incidents and reads their events, by their ids. */
export const incidentsIn = (service: Service) => ({
  newIncident: async (title: string) => idOf(await openIncident(service, { title })),
  eventsOf: (id: string) => readAllPages(service, `/v1/incidents/${id}/events?limit=200`),
})

export const idOf = (incident: string): string => incident.replace('/v1/incidents/', '')

type Alert = { status: string } & Record<string, unknown>

let fingerprints = 0

/** An alert of Alertmanager that fires. */
export const alert = (fields: object = {}): Alert => ({
  status: 'firing',
  labels: { alertname: 'PaymentErrorRateHigh', service: 'checkout' },
  annotations: { summary: '38 % of checkout payments fail.' },
  startsAt: '2026-06-17T14:08:00.123456789Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'https://prometheus.carta.example/graph?g0.expr=up',
  fingerprint: (fingerprints++).toString(16).padStart(16, '0'),
  ...fields,
})

/** The same alert at its end. */
export const resolved = (given: Alert, endsAt: string): Alert => ({ ...given, status: 'resolved', endsAt })

/** What Alertmanager posts of a group. */
export const alertGroup = (alerts: Alert[], fields: object = {}) => ({
  version: '4',
  groupKey: '{}:{alertname="PaymentErrorRateHigh"}',
  truncatedAlerts: 0,
  status: alerts.every(({ status }) => status === 'resolved') ? 'resolved' : 'firing',
  receiver: 'debrief',
  groupLabels: { alertname: 'PaymentErrorRateHigh' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'https://alertmanager-0.carta.example',
  alerts,
  ...fields,
})

/** The key of a group that no other test has. */
export const ownGroup = (name: string) => ({ groupKey: `{}:{test="${name}"}` })

/** What PagerDuty posts. */
export const pagerDutyEvent = (event_type: string, occurred_at: string, fields: object = {}) => ({
  event: {
    id: crypto.randomUUID(),
    event_type,
    resource_type: 'incident',
    occurred_at,
    agent: null,
    client: null,
    data: {
      id: 'Q2R11PAY',
      type: 'incident',
      html_url: 'https://carta.pagerduty.com/incidents/Q2R11PAY',
      number: 42,
      status: 'triggered',
      title: 'Checkout payments fail',
      ...fields,
    },
  },
})
