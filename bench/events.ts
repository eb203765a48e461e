import { prepareEvent } from '../src/timeline/inserting/prepared-event.ts'
import type { EventInput } from '../src/timeline/schema.ts'

let sent = 0

/** A new event of about 1 KB, as monitoring sends them. */
export function nextEvent(): EventInput {
  sent += 1
  const at = new Date(Date.UTC(2026, 0, 1) + sent).toISOString()
  return {
    occurred_at: at,
    kind: 'alert',
    dedupe_key: `bench-${sent}`,
    description: `PaymentErrorRateHigh fires: 38 % of checkout payments fail, for the ${sent}th time, and orders are lost.`,
    role: 'on-call engineer',
    sources: [
      {
        kind: 'alert',
        system: 'prometheus',
        url: `https://prometheus.example/alerts?name=PaymentErrorRateHigh&n=${sent}`,
        excerpt: `PaymentErrorRateHigh{service="checkout",region="eu-west-1"} = 0.38 at ${at}`,
        query:
          'sum(rate(payments_failed_total[5m])) by (service) / sum(rate(payments_total[5m])) by (service)',
        captured_at: at,
      },
      {
        kind: 'log',
        system: 'checkout',
        excerpt:
          `${at} ERROR payments call failed: 503 from payments-stub, "no space left on device"\n`.repeat(4),
      },
    ],
  }
}

/** The columns of a row of `COPY events FROM STDIN`, in the order of `copyRow`. */
export const copiedColumns =
  'id, incident_id, occurred_at, corrected_at, "precision", kind, description, role, sources, source_system, dedupe_key, content_sha256, changed_by, changed_at, request_id'

const facts = { changed_by: 'token:bench', changed_at: '2026-01-02T12:00:00.000Z', request_id: 'bench' }

/** A new event as COPY takes the row that the service would store. */
export function copyRow(incident: string): string {
  const event = prepareEvent(incident, nextEvent(), facts)
  const { occurred_at, precision, kind, description, role, sources } = event.values
  const claim = [occurred_at, occurred_at, precision, kind, description, role, JSON.stringify(sources)]
  const key = [event.source_system, event.dedupe_key, event.content_sha256]
  const fields = [event.id, incident, ...claim, ...key, ...Object.values(facts)]
  return `${fields.map(field => String(field).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')).join('\t')}\n`
}
