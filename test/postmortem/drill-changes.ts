import type { PostmortemChange } from '../../src/postmortem/schema.ts'
import { change, source } from './builders.ts'

/** What the drill changed: an alert rule, an SLO and a runbook, as they stand in Carta's repositories. */

const ruleBefore = `groups:
  - name: checkout
    interval: 30s
    rules:
      - record: checkout_orders:error_ratio
        expr: sum(rate(checkout_orders_total{outcome="failed"}[5m])) / sum(rate(checkout_orders_total[5m]))
      - alert: PaymentErrorRateHigh
        expr: checkout_orders:error_ratio > 0.10
        for: 5m
        labels:
          severity: page
          service: checkout
        annotations:
          summary: '{{ $value | humanizePercentage }} of orders fail'
          runbook_url: https://runbooks.carta.example/payments
`

const ruleAfter = `groups:
  - name: checkout
    interval: 30s
    rules:
      - record: checkout_orders:error_ratio
        expr: sum(rate(checkout_orders_total{outcome="failed"}[5m])) / sum(rate(checkout_orders_total[5m]))
      - record: checkout_payments:failure_ratio
        expr: sum(rate(checkout_payments_total{outcome="failed"}[2m])) / sum(rate(checkout_payments_total[2m]))
      - alert: PaymentErrorRateHigh
        expr: checkout_payments:failure_ratio > 0.05
        for: 2m
        labels:
          severity: page
          service: checkout
        annotations:
          summary: '{{ $value | humanizePercentage }} of payments fail'
          runbook_url: https://runbooks.carta.example/payments
`

const slo = (objective: string, good: string) => `apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout-payments
spec:
  service: checkout
  indicator:
    spec:
      ratioMetric:
        good: ${good}
  objectives:
    - target: ${objective}
`

const runbook = `# Payments

1. Look at the failure ratio of payments, not of orders: the inventory cache answers for unpaid orders.
2. Acknowledge within five minutes; after that the page goes to the secondary.
3. Roll back with \`argo rollback checkout\`.
`

export const changes: PostmortemChange[] = [
  change(1, {
    before: ruleBefore,
    after: ruleAfter,
    url: 'https://git.carta.example/monitoring/pull/118',
    status: 'verified',
    verified_by_source: source('alert', 'prometheus', {
      url: 'https://prometheus.carta.example/alerts?name=PaymentErrorRateHigh',
      excerpt: 'PaymentErrorRateHigh fired 2 min after the stub was set to fail.',
    }),
    factors: [3],
  }),
  change(2, {
    target_kind: 'slo',
    target: 'checkout-payments',
    before: slo('0.995', 'checkout_orders_total{outcome="ok"}'),
    after: slo('0.999', 'checkout_payments_total{outcome="ok"}'),
    action_item: null,
    factors: [3, 4],
  }),
  change(3, {
    target_kind: 'runbook',
    target: 'Payments',
    after: runbook,
    status: 'proposed',
    action_item: 'AI-2',
  }),
]
