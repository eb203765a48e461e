import type { ActionItem } from '../../src/action-items/schema.ts'
import type { Postmortem, PostmortemFactor } from '../../src/postmortem/schema.ts'
import type { Event } from '../../src/timeline/schema.ts'
import { actionItem, at, event, eventId, factor, incidentId, milestonesOf, row, source } from './builders.ts'
import { changes } from './drill-changes.ts'

/** The payments drill of Carta, a shop, as stored data: the fixture that the document's tests render. */

const chat = (minute: string, excerpt: string) =>
  source('chat', 'slack', { url: `https://carta.example/slack/inc-payments/p${minute}`, excerpt })

const events: Event[] = [
  event(1, '14:00', 'The drill begins: the payments stub is set to answer 503 to four calls in ten.', {
    kind: 'change',
    role: 'operations lead',
    sources: [
      source('deploy', 'argo', {
        url: 'https://argo.carta.example/applications/payments-stub/history/41',
        excerpt: 'payments-stub rev 41: FAIL_RATIO=0.4',
      }),
    ],
  }),
  event(2, '14:02', 'Card payments begin to fail at checkout.', {
    kind: 'impact',
    milestones: ['impact_started'],
    occurred_at: at('14:02:04'),
    sources: [
      source('log', 'checkout', {
        excerpt: 'ERROR payment declined: upstream payments-stub 503 order=o-88121 attempt=1/1',
      }),
      source('metric', 'prometheus', {
        url: 'https://grafana.carta.example/d/checkout/payments?viewPanel=4&from=1781704800000',
        query:
          'sum(rate(checkout_payments_total{outcome="failed"}[1m]))\n  / sum(rate(checkout_payments_total[1m]))',
      }),
    ],
  }),
  event(3, '14:04', 'The order error rate stays flat: the inventory cache still answers for unpaid orders.', {
    kind: 'diagnosis',
    sources: [
      source('screenshot', 'grafana', {
        url: 'https://grafana.carta.example/d/orders/overview?viewPanel=2',
        excerpt: 'orders_errors_total 0.2 % (cache hit ratio 0.97)',
      }),
    ],
  }),
  event(4, '14:08', 'PaymentErrorRateHigh fires: 38 % of checkout payments fail.', {
    kind: 'alert',
    milestones: ['detected'],
    sources: [
      source('alert', 'prometheus', {
        url: 'https://prometheus.carta.example/alerts?name=PaymentErrorRateHigh',
        excerpt: 'PaymentErrorRateHigh{service="checkout"} = 0.38',
      }),
    ],
  }),
  event(5, '14:14', 'The page is acknowledged, six minutes after it fired.', {
    kind: 'acknowledgement',
    milestones: ['acknowledged'],
    role: 'incident commander',
    sources: [
      source('alert', 'pagerduty', {
        url: 'https://carta.pagerduty.example/incidents/Q2R11PAY',
        excerpt: 'Acknowledged by phone at 14:14:00Z; first push 14:08:12Z, second push 14:13:12Z',
      }),
    ],
  }),
  event(6, '14:15', 'First status update: card payments fail and are being looked into.', {
    kind: 'status_update',
    role: 'communications lead',
    sources: [chat('1415', 'Card payments at checkout are failing. Next update at 14:35.')],
  }),
  event(7, '14:19', 'The payments stub is seen to answer 503; checkout makes one attempt and gives up.', {
    kind: 'diagnosis',
    sources: [
      source('log', 'payments-stub', {
        excerpt:
          '14:19:02 POST /v1/charges 503 4ms\n14:19:02 POST /v1/charges 200 61ms\n14:19:03 POST /v1/charges 503 3ms',
      }),
    ],
  }),
  event(8, '14:24', 'The roll-back of the stub is chosen over a hot fix of checkout.', {
    kind: 'decision',
    role: 'incident commander',
    sources: [chat('1424', 'Rolling the stub back is one command and reversible. Do that first.')],
  }),
  event(9, '14:31', 'Command is handed over, so that the first commander can run the roll-back.', {
    kind: 'handoff',
    role: 'incident commander',
    sources: [chat('1431', 'Ana has command. Sam runs the roll-back.')],
  }),
  event(10, '14:33', 'The stub is rolled back; failed payments fall below 1 %.', {
    kind: 'action',
    milestones: ['mitigated'],
    role: 'operations lead',
    sources: [
      source('deploy', 'argo', {
        url: 'https://argo.carta.example/applications/payments-stub/history/42',
        excerpt: 'payments-stub rev 42: FAIL_RATIO=0',
      }),
    ],
  }),
  event(11, '14:35', 'Second status update: payments recover, queue of orders is being worked off.', {
    kind: 'status_update',
    role: 'communications lead',
    sources: [chat('1435', 'Payments are recovering. Next update at 14:55.')],
  }),
  event(12, '14:41', 'Support has stopped receiving new complaints.', {
    kind: 'recovery',
    precision: 'approximate',
    sources: [
      source('statement', 'person', {
        stated_by: 'sam',
        excerpt: 'I think the last ticket came in around twenty to three.',
      }),
    ],
  }),
  event(13, '14:52', 'All queued orders are paid; the alert has been clear for 15 minutes.', {
    kind: 'recovery',
    milestones: ['resolved'],
    sources: [
      source('metric', 'prometheus', {
        url: 'https://grafana.carta.example/d/checkout/payments?viewPanel=5',
        excerpt: 'checkout_queue_depth 0',
      }),
    ],
  }),
  event(14, '14:54', 'Third status update: resolved.', {
    kind: 'status_update',
    role: 'communications lead',
    sources: [chat('1454', 'Resolved. The postmortem review is on 18 June.')],
  }),
]

const factors: PostmortemFactor[] = [
  factor(1, 'The payments stub failed four calls in ten, and nothing kept it from being switched that way.', {
    events: [eventId(1), eventId(7)],
    counterfactual: {
      if: 'the payments stub',
      had: 'refused a failure ratio above 5 % outside the drill’s window',
      would_have: 'failed one payment in twenty',
    },
    effect: 'impact_reduced',
  }),
  factor(2, 'The checkout payments call had no retries, so every failed call reached a customer.', {
    events: [eventId(2), eventId(7)],
    counterfactual: {
      if: 'the checkout payments call',
      had: 'retried with backoff',
      would_have: 'failed 6 % of payments instead of 38 %',
    },
    effect: 'impact_reduced',
  }),
  factor(
    3,
    'The alert stayed unacknowledged for six minutes: the escalation waits five before it pages again.',
    {
      category: 'process',
      events: [eventId(4), eventId(5)],
      counterfactual: {
        if: 'the escalation policy',
        had: 'paged the second on-call after two minutes',
        would_have: 'been acknowledged by 14:10',
      },
      effect: 'recovered_sooner',
    },
  ),
  factor(4, 'The inventory cache masked the early signal: orders looked healthy while payments failed.', {
    category: 'detection',
    events: [eventId(3)],
    counterfactual: {
      if: 'the orders dashboard',
      had: 'counted only paid orders',
      would_have: 'been seen at 14:04',
    },
    effect: 'detected_sooner',
  }),
]

const actionItems: ActionItem[] = [
  actionItem(1, 'Add retry-with-backoff to the checkout payments call', {
    type: 'prevent',
    done_when: 'A drill with the payments stub failing for 30 s loses no payment.',
    tracker: { system: 'jira', key: 'CHK-481', url: 'https://jira.carta.example/browse/CHK-481' },
    acceptance: { at: '2026-06-18T10:00:00.000Z', by: 'priya' },
  }),
  actionItem(2, 'Page the second on-call after two minutes without acknowledgement', {
    owner: 'sam',
    due_on: '2026-06-26',
    type: 'process',
    factors: [3],
    done_when: 'A test page that nobody answers reaches the second on-call within 150 s.',
    acceptance: { at: '2026-06-18T10:05:00.000Z', by: 'sam' },
  }),
  actionItem(3, 'Count only paid orders on the orders dashboard', {
    owner: 'ana',
    due_on: '2026-07-01',
    priority: 'P2',
    type: 'detect',
    factors: [4],
    done_when: 'Failing payments move the panel within one minute in the next drill.',
  }),
  actionItem(4, 'Alert on the share of failed payments at 5 % over two minutes', {
    due_on: '2026-07-01',
    type: 'detect',
    factors: [3, 4],
    status: 'in_progress',
    acceptance: { at: '2026-06-18T10:00:00.000Z', by: 'priya' },
  }),
  actionItem(5, 'Cap the payments stub’s failure ratio outside drill windows', {
    owner: 'sam',
    due_on: '2026-07-08',
    priority: 'P3',
    type: 'mitigate',
    factors: [1],
    status: 'proposed',
  }),
]

/** The whole drill; each call returns a new value, which a test may change. */
export const drill = (): Postmortem =>
  structuredClone({
    incident: {
      id: incidentId,
      occurred_on: '2026-06-17',
      title: 'Payments drill: checkout could not take card payments',
      severity: 'SEV2',
      nature: 'incident',
      lang: null,
      status: 'draft',
      amending: false,
      phase: 'resolved',
      summary: {
        what_broke: 'Checkout could not take card payments: 38 % of the calls to the payments stub failed.',
        who_was_affected: 'Everyone who paid by card in Carta’s shop; 1,840 people saw an error.',
      },
      impact: {
        description: 'Orders were kept and paid later; no order was lost.',
        users_affected: 1840,
        requests_failed: 2310,
        cost: null,
      },
      services: ['checkout', 'payments'],
      labels: { region: 'eu-west' },
      authors: ['ana', 'priya'],
      roles: [
        { role: 'incident_commander', person: 'sam', from: at('14:14'), to: at('14:31') },
        { role: 'incident_commander', person: 'ana', from: at('14:31'), to: null },
        { role: 'operations_lead', person: 'sam', from: at('14:31'), to: null },
        { role: 'communications_lead', person: 'priya', from: at('14:15'), to: null },
      ],
      status_update_cadence_minutes: 20,
      clock_offsets: { checkout: 4000 },
      went_well: [
        'The status page said so within a minute of the acknowledgement, and every 20 minutes after it.',
        'The roll-back was one command, rehearsed, and took two minutes.',
      ],
      went_poorly: ['The first page went to a silenced phone, and nothing noticed for six minutes.'],
      got_lucky: ['It was a drill at 14:00 on a Wednesday, not a Friday evening.'],
      sections: [],
      external_refs: [
        {
          system: 'pagerduty',
          id: 'Q2R11PAY',
          url: 'https://carta.pagerduty.example/incidents/Q2R11PAY',
          shared: false,
        },
      ],
      related: [],
      created_at: at('15:00'),
      ...row,
    },
    people: { ana: 'Ana Duarte', priya: 'Priya Raman', sam: 'Sam Okoro' },
    milestones: milestonesOf(events),
    events,
    factors,
    action_items: actionItems,
    changes,
    review: null,
    waivers: [],
    redactions: [],
    amendments: [],
    evidence: [],
  })

/** An incident of which nothing is known but its title. */
export function bare(): Postmortem {
  const { incident } = drill()
  return {
    incident: {
      ...incident,
      title: 'Something broke',
      summary: { what_broke: null, who_was_affected: null },
      impact: { description: null, users_affected: null, requests_failed: null, cost: null },
      ...{
        services: [],
        labels: {},
        authors: [],
        roles: [],
        clock_offsets: {},
        external_refs: [],
        related: [],
      },
      ...{ went_well: [], went_poorly: [], got_lucky: [] },
      status_update_cadence_minutes: null,
    },
    people: {},
    milestones: milestonesOf([], null),
    events: [],
    factors: [],
    action_items: [],
    changes: [],
    review: null,
    waivers: [],
    redactions: [],
    amendments: [],
    evidence: [],
  }
}

/** The drill with other events, and milestones computed from them. */
export function drillWith(change: (events: Event[]) => Event[]): Postmortem {
  const data = drill()
  const events = change(data.events)
  return { ...data, events, milestones: milestonesOf(events) }
}
