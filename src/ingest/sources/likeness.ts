import type { IngestSourceName } from '../../access/links/mapping-schema.ts'
import { textAt, valueAt, wordAt } from './reading.ts'

/** What each tool's payload has that no other's has. */
const marks: { source: IngestSourceName; name: string; isIn: (body: unknown) => boolean }[] = [
  { source: 'alertmanager', name: 'Alertmanager’s', isIn: body => isGroup(body, '4') },
  { source: 'grafana', name: 'Grafana’s', isIn: body => isGroup(body, '1') },
  { source: 'pagerduty', name: 'PagerDuty’s', isIn: body => textAt(body, 'event', 'event_type') !== null },
  { source: 'cloudevents', name: 'a CloudEvent', isIn: body => textAt(body, 'specversion') !== null },
]

const isGroup = (body: unknown, version: string): boolean =>
  Array.isArray(valueAt(body, 'alerts')) && wordAt(body, 'version') === version

/** A sentence on the tool whose payload another one's looks like; null where that cannot be told. */
export function likenessOf(body: unknown, source: IngestSourceName): string | null {
  const tool = marks.find(({ isIn }) => isIn(body))
  if (tool === undefined || tool.source === source) return null
  return `It looks like ${tool.name}: that needs a link of source ${tool.source}.`
}
