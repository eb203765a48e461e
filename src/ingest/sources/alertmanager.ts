import { type AlertTool, annotatedValue, plainWords, readAlerts } from './alerts.ts'
import { textAt } from './reading.ts'
import type { IngestSource } from './source.ts'

const tool: AlertTool = {
  system: 'alertmanager',
  name: 'Alertmanager',
  version: '4',
  groupOf: payload => textAt(payload, 'groupKey'),
  wordsOf: plainWords,
  figuresOf: annotatedValue,
  moreSources: () => [],
}

/**
 * Prometheus Alertmanager 0.28, webhook of version 4: https://prometheus.io/docs/alerting/0.28/configuration/#webhook_config.
 * It signs nothing.
 */
export const alertmanager: IngestSource = { read: delivery => readAlerts(delivery, tool) }
