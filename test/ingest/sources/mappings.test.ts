import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import type { IngestMapping } from '../../../src/access/links/mapping-schema.ts'
import { LinkInput } from '../../../src/access/links/schema.ts'
import { generic } from '../../../src/ingest/sources/generic.ts'
import { EventInput } from '../../../src/timeline/schema.ts'
import { check, deliver, receivedAt } from './deliveries.ts'

const fileAt = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const jsonAt = (path: string) => JSON.parse(fileAt(path))
const example = (name: string) => fileAt(`../../../examples/mappings/${name}`)
const mappingOf = (tool: string): IngestMapping => JSON.parse(example(`${tool}.json`)).mapping
const readFor = (tool: string, payload: string) =>
  generic.read(deliver(jsonAt(`./${tool}/${payload}.json`), { mapping: mappingOf(tool) }))

/** Each of a payload as its tool's documentation has it, with the mapping that the README points to. */
const tools: { tool: string; payload: string; from: string; events: object[] }[] = [
  {
    tool: 'datadog',
    payload: 'triggered',
    from: 'docs.datadoghq.com/integrations/webhooks, variables',
    events: [
      {
        key: '7261904418253371904',
        event: {
          occurred_at: '2026-06-17T14:08:00.000Z',
          precision: 'exact',
          kind: 'alert',
          milestones: ['detected'],
          relevance: 'normal',
          description:
            '[Triggered on {service:checkout}] Checkout payments fail: trace.http.request.errors over service:checkout was > 0.05 on average during the last 5m.',
          sources: [
            {
              kind: 'alert',
              system: 'datadog',
              url: 'https://app.datadoghq.com/event/event?id=7261904418253371904',
            },
          ],
        },
        reference: { system: 'datadog', id: '5513902277640182754', recurs: false },
        isFiring: true,
        title:
          '[Triggered on {service:checkout}] Checkout payments fail: trace.http.request.errors over service:checkout was > 0.05 on average during the last 5m',
        series: '5513902277640182754',
      },
    ],
  },
  {
    tool: 'datadog',
    payload: 'recovered',
    from: 'docs.datadoghq.com/integrations/webhooks, variables',
    events: [
      {
        event: { occurred_at: '2026-06-17T14:52:00.000Z', kind: 'recovery', milestones: ['resolved'] },
        reference: { id: '5513902277640182754' },
        isFiring: false,
        series: '5513902277640182754',
      },
    ],
  },
  {
    tool: 'sentry',
    payload: 'issue-alert',
    from: 'docs.sentry.io/organization/integrations/integration-platform/webhooks/issue-alerts',
    events: [
      {
        key: /^[0-9a-f]{64}$/,
        series: 'https://sentry.io/api/0/issues/4507112233/',
        event: {
          occurred_at: '2026-06-17T14:03:41.677Z',
          kind: 'alert',
          milestones: ['detected'],
          description: 'PaymentError: authorise answered 503: Payments fail.',
          sources: [{ url: /organizations\/carta\/issues/ }],
        },
        reference: { id: 'https://sentry.io/api/0/issues/4507112233/', recurs: true },
      },
    ],
  },
  {
    tool: 'sentry',
    payload: 'metric-alert',
    from: 'docs.sentry.io/organization/integrations/integration-platform/webhooks/metric-alerts',
    events: [
      {
        event: {
          occurred_at: receivedAt.toISOString(),
          precision: 'approximate',
          kind: 'recovery',
          milestones: ['resolved'],
          description:
            'Resolved: Too many payment errors: 3 events in the last 10 minutes Filter: level:error.',
          sources: [{ url: 'https://sentry.io/organizations/carta/alerts/1/' }],
        },
        timeSource: 'receipt',
        reference: { id: '4' },
      },
    ],
  },
  {
    tool: 'gitlab',
    payload: 'deployment',
    from: 'docs.gitlab.com/user/project/integrations/webhook_events, deployment events (GitLab 18)',
    events: [
      {
        key: '["412","success","2026-06-17 16:33:00 +0200"]',
        event: {
          occurred_at: '2026-06-17T14:33:00.000Z',
          precision: 'exact',
          kind: 'deploy',
          milestones: [],
          description:
            'carta/checkout: production: success: Point checkout at the standby payments stub: 279484c0.',
          sources: [{ kind: 'deploy', url: 'https://gitlab.carta.example/carta/checkout/-/jobs/7960' }],
        },
        reference: null,
        isFiring: false,
      },
    ],
  },
  {
    tool: 'statuspage',
    payload: 'incident',
    from: 'support.atlassian.com/statuspage/docs/enable-webhook-notifications, incident updates',
    events: [
      {
        key: 'drfcwbnpxnr6',
        event: {
          occurred_at: '2026-06-17T14:54:00.000Z',
          kind: 'status_update',
          milestones: ['resolved'],
          description: 'Card payments fail: Card payments work again.',
          sources: [{ kind: 'status_page', url: 'https://stspg.io/646947c1e' }],
        },
        reference: { id: 'lbkhbwn21v5q' },
      },
      {
        key: '2rryghr4qgrh',
        event: { occurred_at: '2026-06-17T14:15:08.000Z', kind: 'status_update', milestones: [] },
        reference: { id: 'lbkhbwn21v5q' },
      },
    ],
  },
  {
    tool: 'statuspage',
    payload: 'component',
    from: 'support.atlassian.com/statuspage/docs/enable-webhook-notifications, component updates',
    events: [],
  },
  {
    tool: 'slack',
    payload: 'message',
    from: 'docs.slack.dev/reference/events/message.channels',
    events: [
      {
        key: '["C123ABC456","1781706780.000005"]',
        event: {
          occurred_at: '2026-06-17T14:33:00.000Z',
          kind: 'note',
          milestones: [],
          description: 'Checkout is switched to the standby stub, errors are going down.',
          sources: [
            {
              kind: 'chat',
              url: null,
              excerpt:
                'text: Checkout is switched to the standby stub,\nerrors are going down\nchannel: C123ABC456\nts: 1781706780.000005',
            },
          ],
        },
        reference: { id: 'C123ABC456' },
      },
    ],
  },
  {
    tool: 'slack',
    payload: 'changed',
    from: 'docs.slack.dev/reference/events/message/message_changed',
    events: [],
  },
  {
    tool: 'opsgenie',
    payload: 'create',
    from: 'support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data',
    events: [
      {
        event: {
          occurred_at: '2026-06-17T14:08:01.166Z',
          kind: 'alert',
          milestones: ['detected'],
          description: 'Create: PaymentErrorRateHigh: 38 % of checkout payments fail.',
        },
        reference: { id: '052652ac-5d1c-464a-812a-7dd18bbfba8c', recurs: false },
        isFiring: true,
        title: /^PaymentErrorRateHigh: 38 % of checkout payments fail$/,
      },
    ],
  },
  {
    tool: 'opsgenie',
    payload: 'acknowledge',
    from: 'support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data',
    events: [
      {
        event: {
          occurred_at: '2026-06-17T14:10:02.000Z',
          kind: 'acknowledgement',
          milestones: ['acknowledged'],
        },
        isFiring: false,
        series: null,
        title: 'Acknowledge: PaymentErrorRateHigh: 38 % of checkout payments fail',
      },
    ],
  },
  {
    tool: 'cloudwatch',
    payload: 'alarm',
    from: 'docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge, single metric alarm',
    events: [
      {
        key: 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92',
        event: {
          occurred_at: '2026-06-17T14:08:40.929Z',
          kind: 'alert',
          milestones: ['detected'],
          description: /^PaymentErrorRateHigh: Threshold Crossed: .*\[0\.38\]/,
        },
        reference: { id: /alarm:PaymentErrorRateHigh$/, recurs: true },
        title: /^PaymentErrorRateHigh: Threshold Crossed/,
      },
    ],
  },
  {
    tool: 'argo-cd',
    payload: 'deployed',
    from: 'argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook',
    events: [
      {
        event: {
          occurred_at: '2026-06-17T14:33:00.000Z',
          kind: 'deploy',
          description: 'The sync of checkout to 279484c09fbe69ededfced8c1bb6e6d24616b468 ended: Succeeded.',
          sources: [{ kind: 'deploy', url: 'https://argo.carta.example/applications/checkout' }],
        },
      },
    ],
  },
]

for (const { tool, payload, from, events } of tools)
  t.test(`${tool}: ${payload}.json, as in ${from}, is read by examples/mappings/${tool}.json`, async t => {
    const reading = readFor(tool, payload)
    t.match(reading, { events })
    t.equal(reading.events.length, events.length)
    t.equal(reading.ignored === undefined, events.length > 0, 'and none is left out without a word')
    for (const { event } of reading.events) t.same(check(EventInput, event), [])
  })

t.test('the mappings are of the form that a link takes', async t => {
  for (const tool of new Set(tools.map(({ tool }) => tool)))
    t.same(check(LinkInput, JSON.parse(example(`${tool}.json`))), [], tool)
})

t.test('the templates that are pasted into Datadog and Argo CD make the payloads that were read', async t => {
  const body = parse(example('argo-cd.yaml')).data['template.debrief']
  t.same(
    Object.keys(JSON.parse(example('datadog.payload.json'))),
    Object.keys(jsonAt('./datadog/triggered.json')),
  )
  t.same(
    Object.keys(JSON.parse(parse(body).webhook.debrief.body)),
    Object.keys(jsonAt('./argo-cd/deployed.json')),
  )
})

t.test('Slack gets its challenge back, and no event comes of it', async t => {
  const challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P'
  t.same(readFor('slack', 'url-verification'), { events: [], challenge })
})

t.test('a Slack message without a text is told by its first block or attachment', async t => {
  const { event, ...outer } = jsonAt('./slack/message.json')
  const told = (change: object) =>
    generic.read(deliver({ ...outer, event: { ...event, ...change } }, { mapping: mappingOf('slack') }))
      .events[0]!.title
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'Deploy 412 is done' } }]
  t.equal(told({ text: '', blocks }), 'Deploy 412 is done')
  t.equal(told({ text: '', attachments: [{ fallback: 'Deploy 412 is done' }] }), 'Deploy 412 is done')
  t.equal(told({ text: 'Deploy 412 is done', blocks }), 'Deploy 412 is done', 'the same text once')
})
