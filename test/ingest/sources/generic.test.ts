import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import type { IngestMapping } from '../../../src/access/links/mapping-schema.ts'
import { LinkInput } from '../../../src/access/links/schema.ts'
import { createValidator } from '../../../src/http/server/validation/validator.ts'
import { cloudevents } from '../../../src/ingest/sources/cloudevents.ts'
import { generic } from '../../../src/ingest/sources/generic.ts'
import { type Delivery, NotTheForm } from '../../../src/ingest/sources/source.ts'
import { shortenEvent } from '../../../src/timeline/inserting/lenient.ts'
import { EventInput } from '../../../src/timeline/schema.ts'

const { check } = createValidator([EventInput, LinkInput])
const receivedAt = new Date('2026-06-17T15:00:00.000Z')
const deliver = (body: unknown, parts: Partial<Delivery> = {}): Delivery => ({
  body,
  headers: {},
  receivedAt,
  mapping: null,
  ...parts,
})

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
        title: '[Triggered on {service:checkout}] Checkout payments fail',
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
        series: null,
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
          description: 'carta/checkout: production: success: Point checkout at the standby payments stub.',
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
                '/event/text: Checkout is switched to the standby stub,\nerrors are going down\n/event/channel: C123ABC456\n/event/ts: 1781706780.000005',
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
          description: 'PaymentErrorRateHigh: 38 % of checkout payments fail: Create.',
        },
        reference: { id: '052652ac-5d1c-464a-812a-7dd18bbfba8c', recurs: false },
        isFiring: true,
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
        title: 'PaymentErrorRateHigh',
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
          description: 'checkout: Succeeded: 279484c09fbe69ededfced8c1bb6e6d24616b468.',
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

const isRefused = (read: () => unknown): boolean => {
  try {
    read()
    return false
  } catch (error) {
    return error instanceof NotTheForm
  }
}

const least = { system: 'tool', text: ['/text'] }
const readOne = (body: unknown, mapping: IngestMapping) => generic.read(deliver(body, { mapping })).events[0]!

t.test('a time counts in the forms that tools have, and the receipt where it is senseless', async t => {
  const times: [unknown, string | null][] = [
    ['2026-06-17T16:08:00.123456+02:00', '14:08:00.123'],
    ['2026-06-17 14:08:00 UTC', '14:08:00.000'],
    ['2026-06-17T14:08:00.5+0000', '14:08:00.500'],
    [1781705280, '14:08:00.000'],
    [1781705280.25, '14:08:00.250'],
    ['1781705280250', '14:08:00.250'],
    [1781705280250000, '14:08:00.250'],
    ['2026-06-17 14:08:00', null],
    ['17 June 2026', null],
    ['0', null],
    [-1781705280, null],
    ['9'.repeat(400), null],
    [1e300, null],
    ['2027-06-17T14:08:00Z', null],
    [true, null],
    [{}, null],
  ]
  for (const [at, clock] of times) {
    const { event, timeSource } = readOne({ text: 'x', at }, { ...least, time: ['/no', '/at'] })
    const expected = clock === null ? receivedAt.toISOString() : `2026-06-17T${clock}Z`
    t.match([event.occurred_at, timeSource], [expected, clock === null ? 'receipt' : 'payload'], String(at))
  }
  const { event } = readOne({ text: 'x', at: 946684800000 }, { ...least, time: ['/at'] })
  t.equal(event.occurred_at, '2000-01-01T00:00:00.000Z', 'milliseconds of long ago')
})

t.test('a pointer finds what RFC 6901 says, and from the top with a # before it', async t => {
  const body = {
    'a/b': { 'm~n': 'slash' },
    list: [{ text: 'first', ' ': 3 }, { text: true }],
    '': 'empty',
    '~1': 'tilde',
    text: 'top',
  }
  const found: [string, string | null][] = [
    ['/a~1b/m~0n', 'slash'],
    ['/list/0/text', 'first'],
    ['/list/1/text', 'true'],
    ['/list/0/ ', '3'],
    ['/', 'empty'],
    ['/~01', 'tilde'],
    ['#/text', 'top'],
    ['/list/00/text', null],
    ['/list/-', null],
    ['/list/length', null],
    ['/text/length', null],
    ['/constructor/name', null],
    ['/__proto__', null],
    ['', null],
  ]
  for (const [pointer, text] of found) {
    const read = () => readOne(body, { ...least, text: [pointer] }).title
    if (text === null) t.ok(isRefused(read), pointer)
    else t.equal(read(), text, pointer)
  }
  const { events } = generic.read(
    deliver(body, { mapping: { ...least, events: '/list', text: ['/text', '#/text'] } }),
  )
  t.same(
    events.map(({ event }) => event.description),
    ['first: top.', 'true: top.'],
  )
})

t.test(
  'a payload without a text, a list or a mapping is refused by a sentence that names the place',
  async t => {
    const read = (body: unknown, mapping: IngestMapping | null) => () =>
      generic.read(deliver(body, { mapping }))
    t.throws(read({ text: ' ​ ' }, { ...least, text: ['/text', '/title'] }), {
      message: 'There must be a text at /text or /title.',
    })
    t.throws(read({ list: {} }, { ...least, events: '/list' }), { message: '/list must be a list.' })
    t.throws(read({ text: 'x' }, null), { message: /mapping/ })
    t.match(read({ text: '.' }, least)(), { events: [{ title: 'tool' }] }, 'and a title is never empty')
    t.match(read({ list: [] }, { ...least, events: '/list' })(), { events: [], ignored: /no event/ })
  },
)

t.test('keys are the same for the same, and no two lists of words have one', async t => {
  const keyOf = (body: object, key?: string[]) =>
    readOne({ text: 'x', ...body }, { ...least, ...(key && { key }) }).key
  t.equal(keyOf({ id: 7 }, ['/id']), '7')
  t.not(keyOf({ a: 'x","y', b: 'z' }, ['/a', '/b']), keyOf({ a: 'x', b: 'y","z' }, ['/a', '/b']))
  t.not(keyOf({ a: 'x' }, ['/a', '/b']), keyOf({ b: 'x' }, ['/a', '/b']))
  t.equal(keyOf({ a: 1, b: 2 }), keyOf({ b: 2, a: 1 }), 'the order of names does not count')
  t.not(keyOf({ a: 1 }), keyOf({ a: 2 }))
  t.not(keyOf({ a: 1 }, ['/id']), keyOf({ a: 2 }, ['/id']), 'nor is an empty key one')
})

t.test('a kind and a milestone are told by value, and numbers count as their digits', async t => {
  const mapping: IngestMapping = {
    ...least,
    kind: { pointer: '/code', values: { 1: 'deploy' } },
    milestone: { pointer: '/code', values: { 1: 'impact_started' } },
    low: { pointer: '/is_test', values: ['true'] },
  }
  t.match(readOne({ text: 'x', code: 1, is_test: true }, mapping), {
    event: {
      kind: 'deploy',
      milestones: ['impact_started'],
      relevance: 'low',
      sources: [{ kind: 'deploy' }],
    },
    isFiring: true,
    series: 'x',
  })
  for (const code of [2, null, 'toString'])
    t.match(readOne({ text: 'x', code }, mapping), {
      event: { kind: 'note', milestones: [] },
      isFiring: false,
    })
})

const occurrence = {
  specversion: '1.0',
  id: 'A234-1234-1234',
  source: 'https://argo.carta.example/applications/checkout',
  type: 'dev.cdevents.service.deployed.0.2.0',
  time: '2026-06-17T14:33:00Z',
  kind: 'deploy',
  incident: 'INC-7',
  data: { message: 'Checkout is switched to the standby stub', html_url: 'https://argo.carta.example/412' },
}
const asHeaders = ({ data: _, ...attributes }: typeof occurrence) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]))

t.test('a CloudEvent is the same structured, batched and binary', async t => {
  const structured = cloudevents.read(
    deliver(occurrence, { headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' } }),
  )
  t.match(structured.events, [
    {
      key: '["https://argo.carta.example/applications/checkout","A234-1234-1234"]',
      event: {
        occurred_at: '2026-06-17T14:33:00.000Z',
        kind: 'deploy',
        milestones: [],
        description: 'Checkout is switched to the standby stub.',
        sources: [{ kind: 'deploy', system: 'argo.carta.example', url: 'https://argo.carta.example/412' }],
      },
      timeSource: 'payload',
      reference: { system: 'argo.carta.example', id: 'INC-7', recurs: false },
      isFiring: false,
    },
  ])
  const batch = { 'content-type': 'application/cloudevents-batch+json' }
  t.same(cloudevents.read(deliver([occurrence, occurrence], { headers: batch })).events, [
    ...structured.events,
    ...structured.events,
  ])
  const headers = { 'content-type': 'application/json', ...asHeaders(occurrence) }
  t.same(cloudevents.read(deliver(occurrence.data, { headers })), structured)
  t.match(cloudevents.read(deliver([], { headers: batch })), { events: [], ignored: /empty/ })
})

t.test('its headers are unquoted and decoded once', async t => {
  const typed = (type: string) =>
    cloudevents.read(deliver(null, { headers: { ...asHeaders(occurrence), 'ce-type': type } })).events[0]!
      .title
  t.equal(typed('Euro%20%E2%82%AC%20%f0%9f%98%80'), 'Euro € 😀', 'the example of the HTTP binding 1.0.2')
  t.equal(typed('"a \\"b\\" 100%25"'), 'a "b" 100%')
  t.equal(typed('100%2541 50% off'), '100%41 50% off')
  t.throws(() => typed('%C0%A0'), { message: /ce-type must be UTF-8/ })
})

t.test('what a CloudEvent lacks is told from its attributes, or refused', async t => {
  const { data: _, time: __, kind: ___, incident: ____, ...bare } = occurrence
  t.match(cloudevents.read(deliver({ ...bare, source: '/cloud/storage', subject: 'backup-7' })).events, [
    {
      event: {
        occurred_at: receivedAt.toISOString(),
        kind: 'note',
        description: 'dev.cdevents.service.deployed.0.2.0: backup-7.',
        sources: [{ system: 'cloud-storage', url: null, excerpt: /^type: dev.*\nsubject: backup-7$/ }],
      },
      timeSource: 'receipt',
      reference: null,
    },
  ])
  t.match(cloudevents.read(deliver({ ...bare, milestone: 'detected' })).events, [
    { isFiring: true, event: { milestones: ['detected'], sources: [{ url: occurrence.source }] } },
  ])
  const faults = [{ specversion: '0.3' }, { id: '' }, { source: null }, { type: {} }]
  const bodies = [...faults.map(fault => ({ ...occurrence, ...fault })), null, 'text', 7, [7]]
  for (const body of bodies)
    t.ok(
      isRefused(() => cloudevents.read(deliver(body))),
      JSON.stringify(body),
    )
})

/** JSON in which the pointers below often find something, and then anything. */
const names = ['a', 'b', '']
const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\0', '\u0007', '.', '1781705280', 'https://argo.example/x', '9'.repeat(3000)),
  fc.oneof(fc.double(), fc.boolean(), fc.constant(null)),
)
const { json } = fc.letrec(tie => ({
  json: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie('json'), { maxKeys: 3 }),
  ),
}))
const entry = fc.record({ a: word, b: json })
const payload = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ a: word, b: fc.oneof(json, fc.array(entry, { maxLength: 3 })), '': json }),
  },
  json,
)
const aPointer = fc
  .tuple(fc.constantFrom('', '#'), fc.array(fc.constantFrom(...names, '0', '~1'), { maxLength: 2 }))
  .map(([top, tokens]) => top + tokens.map(token => `/${token}`).join(''))
const somePointers = fc.array(fc.oneof(fc.constant('/a'), aPointer), { minLength: 1, maxLength: 3 })
const byValue = <T extends string>(...words: T[]) =>
  fc.record({
    pointer: aPointer,
    values: fc.dictionary(fc.string({ minLength: 1 }), fc.constantFrom<T[]>(...words)),
  })
const someValues = fc.record({
  pointer: aPointer,
  values: fc.array(fc.constantFrom('true', '.', '1'), { minLength: 1 }),
})
const aMapping: fc.Arbitrary<IngestMapping> = fc.record(
  {
    system: fc.constant('tool'),
    source_kind: fc.constantFrom('chat', 'log'),
    challenge: fc.constantFrom('/no', '/b'),
    events: fc.constantFrom('/b', '/'),
    ignore: someValues,
    text: somePointers,
    time: somePointers,
    url: somePointers,
    key: somePointers,
    reference: somePointers,
    recurs: fc.boolean(),
    kind: byValue('alert', 'deploy'),
    milestone: byValue('detected', 'resolved'),
    low: someValues,
  },
  { requiredKeys: ['system', 'text'] },
)

t.test('any JSON with any mapping is read into events that can be stored, or is not the form', async t => {
  let read = 0
  const holds = (delivery: Delivery, { read: adapt } = generic) => {
    try {
      for (const { event, key, title } of adapt(delivery).events) {
        read += 1
        const { body } = shortenEvent(event, receivedAt)
        if (check(EventInput, body).length > 0) return false
        if (key === '' || title.trim() === '' || event.sources[0]!.excerpt === '') return false
      }
      return true
    } catch (error) {
      return error instanceof NotTheForm
    }
  }
  fc.assert(
    fc.property(payload, aMapping, (body, mapping) => holds(deliver(body, { mapping }))),
    { numRuns: 500 },
  )
  t.ok(read > 20, `events were read: ${read}`)
  const attributes = fc.dictionary(fc.constantFrom('time', 'subject', 'data', 'source', 'incident'), json)
  fc.assert(
    fc.property(attributes, more => holds(deliver({ ...occurrence, ...more }), cloudevents)),
    { numRuns: 200 },
  )
})
