import { isObject } from '../../kit/json/json.ts'
import { type Alert, type AlertTool, annotatedValue, plainWords, readAlerts } from './alerts.ts'
import { onOneLine, sourceOf, textAt, urlAt, valueAt, wordAt } from './reading.ts'
import { headerIn, hmacOf, isSignature } from './signatures.ts'
import type { SigningSource } from './source.ts'

const tool: AlertTool = {
  system: 'grafana',
  name: 'Grafana',
  version: '1',
  groupOf: payload => {
    const [key, organization] = [textAt(payload, 'groupKey'), wordAt(payload, 'orgId')]
    return key !== null && organization !== null ? `${organization}:${key}` : key
  },
  wordsOf,
  figuresOf: alert => values(alert) ?? annotatedValue(alert),
  moreSources: ({ payload }) => {
    const figures = urlAt(payload, 'panelURL') ?? urlAt(payload, 'dashboardURL')
    const image = urlAt(payload, 'imageURL')
    return [
      ...(figures === null ? [] : [sourceOf('metric', 'grafana', figures, [])]),
      ...(image === null ? [] : [sourceOf('screenshot', 'grafana', image, [])]),
    ]
  },
  // What the button *Test* of a contact point sends.
  isTest: ({ name, labels }) => name === 'TestAlert' && labels.instance === 'Grafana',
}

/** Grafana has alerts of its own on a rule whose query returns nothing, or fails: not what the rule watches is wrong then. */
function wordsOf(alert: Alert) {
  const rule = alert.labels.rulename ?? alert.name
  if (alert.name === 'DatasourceNoData')
    return { subject: rule, fires: `${rule} has no data`, ends: `${rule} has data again`, summary: null }
  if (alert.name !== 'DatasourceError') return plainWords(alert)
  const summary = onOneLine(textAt(alert.payload, 'annotations', 'Error') ?? '') || null
  return {
    subject: `${rule} cannot be evaluated`,
    fires: `${rule} cannot be evaluated`,
    ends: `${rule} can be evaluated again`,
    summary,
  }
}

/** `values` by the names of the queries and expressions, or older versions' `valueString`. */
function values({ payload }: Alert): string | null {
  const named = valueAt(payload, 'values')
  const figures = Object.entries(isObject(named) ? named : {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${name}=${value}`] : [],
  )
  return figures.length > 0 ? figures.join(', ') : textAt(payload, 'valueString')
}

const signatureHeader = 'X-Grafana-Alerting-Signature'
/** Its name is the user's to choose, without a default: these are those of Grafana's examples. */
const timestampHeaders = ['x-grafana-alerting-signature-timestamp', 'x-grafana-alerting-timestamp']

/**
 * Grafana Alerting 12, webhook notifier, whose payload has version 1:
 * https://grafana.com/docs/grafana/v12.0/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/.
 * What it signs begins with its time where it is told to send that. A repeat is known by its key, so that time is not judged.
 */
export const grafana: SigningSource = {
  read: delivery => readAlerts(delivery, tool),
  signature: {
    header: signatureHeader,
    isValid: (secret, body, headers) => {
      const time = timestampHeaders.map(name => headers[name]).find(value => value !== undefined)
      const right = time === undefined ? hmacOf(secret, body) : hmacOf(secret, `${time}:`, body)
      return isSignature(headerIn(headers, signatureHeader), right)
    },
  },
}
