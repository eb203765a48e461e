import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { createValidator } from '../../../src/http/server/validation/validator.ts'
import { alertmanager } from '../../../src/ingest/sources/alertmanager.ts'
import { github } from '../../../src/ingest/sources/github.ts'
import { grafana } from '../../../src/ingest/sources/grafana.ts'
import { pagerduty } from '../../../src/ingest/sources/pagerduty.ts'
import { timeOf } from '../../../src/ingest/sources/reading.ts'
import { type IngestSource, NotTheForm, type Reading } from '../../../src/ingest/sources/source.ts'
import { isBlank, isOneLine, isStorable } from '../../../src/kit/text.ts'
import { shortenEvent } from '../../../src/timeline/inserting/lenient.ts'
import { normalizeEvent } from '../../../src/timeline/rules.ts'
import { EventInput } from '../../../src/timeline/schema.ts'

/** The tools' own formats: payloads of the shapes in their documentation, and what is read of them. */

interface Recorded {
  /** The page whose payload this one has the shape of, and the version. */
  documentation: string
  headers: Record<string, string>
  body: any
  reading: Reading
}

const tools: Record<string, IngestSource> = { alertmanager, grafana, pagerduty, github }
const receivedAt = new Date('2026-06-17T16:00:00.000Z')

const recorded = (tool: string, name: string): Recorded =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, tool, `${name}.json`), 'utf8'))

const cases = Object.keys(tools).flatMap(tool =>
  readdirSync(resolve(import.meta.dirname, tool)).map(file => {
    const name = file.replace('.json', '')
    return { tool, name, ...recorded(tool, name) }
  }),
)

const read = (tool: string, body: unknown, headers: Record<string, string> = {}): Reading =>
  tools[tool]!.read({ body, headers, receivedAt, mapping: null })

/** Why a payload is not the tool's form; undefined where it is. */
function refusalOf(...sent: Parameters<typeof read>): string | undefined {
  try {
    read(...sent)
    return undefined
  } catch (error) {
    if (error instanceof NotTheForm) return error.message
    throw error
  }
}

t.test('each recorded payload is read as expected', async t => {
  for (const { tool, name, body, headers, reading } of cases)
    t.same(read(tool, body, headers), reading, `${tool} ${name}`)
})

t.test(
  'a time is the payload’s to the millisecond, or that of the receipt where it makes no sense',
  async t => {
    const times: [unknown, string | null][] = [
      ['2026-06-17T14:08:31.266876739Z', '2026-06-17T14:08:31.266Z'],
      ['2026-06-17T16:08:31.2+02:00', '2026-06-17T14:08:31.200Z'],
      ['2026-06-17t14:08:31z', '2026-06-17T14:08:31.000Z'],
      ['2026-06-18T15:59:59Z', '2026-06-18T15:59:59.000Z'],
      ['2026-06-18T16:00:01Z', null],
      ['0001-01-01T00:00:00Z', null],
      ['1970-01-01T00:00:00Z', null],
      ['1969-12-31T23:59:59Z', null],
      ['2026-06-17 14:08', null],
      ['', null],
      [0, null],
      [null, null],
      [['2026-06-17T14:08:31Z'], null],
    ]
    for (const [sent, occurred_at] of times)
      t.same(
        timeOf(sent, receivedAt),
        occurred_at === null
          ? { occurred_at: '2026-06-17T16:00:00.000Z', precision: 'approximate', timeSource: 'receipt' }
          : { occurred_at, precision: 'exact', timeSource: 'payload' },
        String(sent),
      )
  },
)

t.test('both of a pair of Alertmanagers, and a repeat, tell of the same events', async t => {
  const { body, reading } = recorded('alertmanager', 'firing')
  const other = {
    ...body,
    externalURL: 'https://alertmanager-1.carta.example',
    alerts: body.alerts
      .toReversed()
      .map((alert: any) => ({ ...alert, annotations: { ...alert.annotations, value: '0.44' } })),
  }
  const keys = (events: Reading['events']) =>
    events.map(({ key, series, reference }) => [key, series, reference!.id])
  t.same(keys(read('alertmanager', other).events), keys(reading.events))
  const [alert] = body.alerts
  const inAnotherZone = { ...alert, startsAt: '2026-06-17T16:09:12.904117853+02:00' }
  t.equal(read('alertmanager', { ...body, alerts: [inAnotherZone] }).events[0]!.key, reading.events[1]!.key)
})

t.test('only the end of the whole group marks it as resolved', async t => {
  const { body } = recorded('alertmanager', 'resolved')
  const marks = (payload: unknown) => read('alertmanager', payload).events.map(one => one.event.milestones)
  t.same(marks(body), [[], ['resolved']])
  t.same(marks({ ...body, status: 'firing' }), [[], []])
  t.same(marks({ ...body, truncatedAlerts: 1 }), [[], [], undefined], 'nobody knows of those left out')
})

t.test('what max_alerts left out is said once for each number', async t => {
  const { body } = recorded('alertmanager', 'truncated')
  const note = (truncatedAlerts: number) => read('alertmanager', { ...body, truncatedAlerts }).events.at(-1)!
  t.equal(note(3).key, note(3).key)
  t.not(note(3).key, note(4).key)
  t.match(note(1).event, {
    kind: 'note',
    relevance: 'low',
    description: /left out 1 more alert of the group/,
  })
  t.match(read('alertmanager', { ...body, alerts: [] }).events, [{ event: { kind: 'note' } }])
  t.match(read('alertmanager', { ...body, alerts: [], truncatedAlerts: 0 }), { ignored: /no alerts/ })
})

t.test('an alert without annotations, fingerprint or name is told by its labels', async t => {
  const { body } = recorded('alertmanager', 'firing')
  const [{ annotations: _, fingerprint: __, ...bare }] = body.alerts
  const [one] = read('alertmanager', { ...body, alerts: [bare] }).events
  t.equal(
    one!.event.description,
    'PaymentErrorRateHigh fires for region="eu-west", service="checkout", severity="critical".',
  )
  t.match(one!.key, /^[0-9a-f]{64}:2026-06-17T14:09:12\.904Z:firing$/)
  const reordered = { ...bare, labels: Object.fromEntries(Object.entries(bare.labels).toReversed()) }
  t.equal(read('alertmanager', { ...body, alerts: [reordered] }).events[0]!.key, one!.key)
  const nameless = { ...bare, labels: {} }
  t.match(
    read('alertmanager', { ...body, alerts: [nameless] }).events[0]!.event.description,
    'An alert fires.',
  )
})

t.test('Grafana’s own alerts say that a rule has data again, or can be evaluated', async t => {
  const { body } = recorded('grafana', 'no-data')
  const alerts = body.alerts.map((alert: any) => ({ ...alert, status: 'resolved' }))
  t.same(
    read('grafana', { ...body, alerts }).events.map(({ event }) => event.description),
    ['PaymentErrorRateHigh has data again.', 'PaymentErrorRateHigh can be evaluated again.'],
  )
})

t.test('PagerDuty’s events become what they mean, and nobody is named', async t => {
  const { body } = recorded('pagerduty', 'acknowledged')
  const typed = (type: string) =>
    read('pagerduty', { event: { ...body.event, event_type: type } }).events[0]!.event
  t.match(typed('incident.unacknowledged'), { kind: 'action', relevance: 'normal' })
  for (const type of ['delegated', 'reassigned'])
    t.match(typed(`incident.${type}`), { kind: 'handoff', relevance: 'normal', milestones: [] })
  t.match(typed('incident.responder.added'), { kind: 'action', relevance: 'low' })
  for (const type of ['workflow.started', 'custom_field_values.updated', 'of_tomorrow', 'toString'])
    t.match(typed(`incident.${type}`), { kind: 'note', relevance: 'low', milestones: [] })
  t.match(
    typed('incident.custom_field_values.updated').description,
    /^PagerDuty tells “custom field values updated”: /,
  )
  t.match(read('pagerduty', { event: { ...body.event, event_type: 'service.updated' } }), {
    events: [],
    ignored: /incident\.\*/,
  })
  const told = cases
    .filter(({ tool }) => tool === 'pagerduty')
    .flatMap(({ reading }) => reading.events.map(({ event, title }) => `${event.description} ${title}`))
  t.notMatch(told.join('\n'), /Priya|Maeve/)
})

t.test('an address that is none is cited as text', async t => {
  const { body } = recorded('pagerduty', 'triggered')
  const cited = (html_url: unknown) => {
    const data = { ...body.event.data, html_url }
    return read('pagerduty', { event: { ...body.event, data } }).events[0]!
  }
  for (const url of ['javascript:alert(1)', 'https://priya:secret@carta.pagerduty.com/', 'ftp://a.example']) {
    const { event, reference } = cited(url)
    t.equal(event.sources[0]!.url, null)
    t.ok(event.sources[0]!.excerpt!.endsWith(`\n${url}`))
    t.equal(reference!.url, null)
  }
  t.equal(cited('').event.sources[0]!.url, null)
  t.equal(cited(7).event.sources[0]!.url, null)
})

t.test('GitHub’s delivery that is sent again is known, whatever its id', async t => {
  for (const name of ['deployment-success', 'workflow-success']) {
    const { body, headers, reading } = recorded('github', name)
    const again = { ...headers, 'x-github-delivery': '0b989ba4-242f-11e5-81e1-c7b6966d2516' }
    t.equal(read('github', body, again).events[0]!.key, reading.events[0]!.key)
    const event = headers['x-github-event']!
    const { id: _, ...nameless } = body[event]
    t.equal(
      read('github', { ...body, [event]: nameless }, again).events[0]!.key,
      'delivery:0b989ba4-242f-11e5-81e1-c7b6966d2516',
    )
    t.match(refusalOf('github', { ...body, [event]: nameless }, { 'x-github-event': event }), /id must be/)
  }
})

t.test('GitHub’s progress is of low relevance, and what did not run', async t => {
  const relevance = (name: string, event: string, change: object, more: object = {}) => {
    const { body, headers } = recorded('github', name)
    return read('github', { ...body, ...more, [event]: { ...body[event], ...change } }, headers).events[0]!
      .event.relevance
  }
  for (const state of ['in_progress', 'queued', 'pending', 'waiting', 'inactive', 'of_tomorrow', null])
    t.equal(relevance('deployment-success', 'deployment_status', { state }), 'low', String(state))
  for (const state of ['success', 'failure', 'error'])
    t.equal(relevance('deployment-success', 'deployment_status', { state }), 'normal', state)
  for (const conclusion of ['skipped', 'cancelled', 'neutral', 'stale', 'action_required', null])
    t.equal(relevance('workflow-success', 'workflow_run', { conclusion }), 'low', String(conclusion))
  for (const conclusion of ['success', 'failure', 'timed_out', 'startup_failure'])
    t.equal(relevance('workflow-success', 'workflow_run', { conclusion }), 'normal', conclusion)
  t.equal(relevance('workflow-success', 'workflow_run', {}, { action: 'in_progress' }), 'low')
  const { body, headers } = recorded('github', 'ping')
  t.match(read('github', body, { ...headers, 'x-github-event': 'push' }), {
    events: [],
    ignored: /deployment_status and workflow_run/,
  })
})

t.test('a payload of another form is refused with a sentence that says why', async t => {
  const refused: [string, unknown, RegExp][] = [
    ['alertmanager', null, /^The payload must be an object\.$/],
    ['alertmanager', recorded('grafana', 'firing').body, /^\/version must be "4"/],
    ['alertmanager', { version: '4' }, /^\/alerts must be a list\.$/],
    [
      'alertmanager',
      { version: '4', alerts: [{ status: 'firing' }, 'x'] },
      /^\/alerts\/1 must be an object\.$/,
    ],
    ['alertmanager', { version: '4', alerts: [{}] }, /^\/alerts\/0\/status must be firing or resolved\.$/],
    ['grafana', recorded('alertmanager', 'firing').body, /^\/version must be "1"/],
    ['pagerduty', { messages: [] }, /^\/event must be an object\.$/],
    ['pagerduty', { event: { id: 'a' } }, /^\/event\/event_type must be a text\.$/],
    [
      'pagerduty',
      { event: { id: 'a', event_type: 'incident.resolved', data: {} } },
      /^\/event\/data\/id must be/,
    ],
    [
      'github',
      recorded('github', 'deployment-success').body,
      /^The header X-GitHub-Event must name the event\.$/,
    ],
  ]
  for (const [tool, body, sentence] of refused) t.match(refusalOf(tool, body), sentence)
})

const { check } = createValidator([EventInput])

/** What is wrong with what an adapter makes of a delivery; undefined where it may be stored. */
function fault(tool: string, body: unknown, headers: Record<string, string>): string | undefined {
  let reading: Reading
  try {
    reading = read(tool, body, headers)
  } catch (error) {
    return error instanceof NotTheForm ? undefined : `${tool} throws ${error}`
  }
  if (reading.events.length === 0 && !reading.ignored) return `${tool} ignores without a reason`
  for (const { event, key, title, reference } of reading.events) {
    const { body } = shortenEvent({ ...event, dedupe_key: key }, receivedAt)
    const [error] = check(EventInput, body)
    if (error) return `${tool}: ${error.detail}`
    normalizeEvent(event, receivedAt)
    if (isBlank(title) || !isOneLine(title) || !isStorable(title) || Array.from(title).length > 200)
      return `${tool}: title ${title}`
    if (reference && (isBlank(reference.id) || !isStorable(reference.id))) return `${tool}: ${reference.id}`
  }
  return undefined
}

/** One recorded payload of each shape. */
const spoilt = ['truncated', 'no-data', 'annotated', 'merged', 'deployment-success', 'workflow-failure']
const junk = [null, true, -1, 1e300, '', ' ', '\0', '\ud800', 'a\u2028b\nc', '😀'.repeat(2100), [], [[]], {}]

/** A payload with each of its members left out, and in the place of each, junk. */
function* mutations(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return
  for (const name of Object.keys(value)) {
    const { [name]: member, ...rest } = value as Record<string, unknown>
    const withMember = (one: unknown) =>
      Array.isArray(value) ? value.with(Number(name), one) : { ...value, [name]: one }
    yield Array.isArray(value) ? value.toSpliced(Number(name), 1) : rest
    for (const one of junk) yield withMember(one)
    for (const one of mutations(member)) yield withMember(one)
  }
}

t.test('whatever is sent, it is read as events that can be stored, or refused as not the form', async t => {
  const faults = new Set<string | undefined>()
  for (const { tool, body, headers } of cases.filter(({ name }) => spoilt.includes(name)))
    for (const mutated of mutations(body)) faults.add(fault(tool, mutated, headers))
  t.same([...faults], [undefined], 'each member of a payload of each shape')
  const json = fc.jsonValue()
  const anyCase = fc.constantFrom(...cases)
  fc.assert(
    fc.property(json, anyCase, (value, { tool, headers }) => fault(tool, value, headers) === undefined),
  )
  fc.assert(
    fc.property(json, anyCase, fc.nat(), (value, { tool, headers, body }, n) => {
      const names = Object.keys(body)
      return fault(tool, { ...body, [names[n % names.length]!]: value }, headers) === undefined
    }),
  )
})

t.test('a signature is right for its secret and its bytes', async t => {
  const isValid = (tool: string, secret: string, body: string, headers: Record<string, string>) =>
    tools[tool]!.signature!.isValid(secret, Buffer.from(body), headers)
  t.test('GitHub’s, of the example in its documentation', async t => {
    const [secret, body] = ["It's a Secret to Everybody", 'Hello, World!']
    const right = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    t.ok(isValid('github', secret, body, { 'x-hub-signature-256': right }))
    t.notOk(isValid('github', secret, 'Hello, World?', { 'x-hub-signature-256': right }))
    t.notOk(isValid('github', 'Another', body, { 'x-hub-signature-256': right }))
    t.notOk(isValid('github', secret, body, { 'x-hub-signature-256': right.slice(0, -1) }))
    t.notOk(isValid('github', secret, body, {}))
  })
  t.test('PagerDuty’s, one of several while secrets are exchanged', async t => {
    const body = '{"event":{"id":"01DEB"}}'
    const right = 'v1=cc431065f5521047a381bdbea2e3633caa85d9a79dd52e532d87cd7381a80436'
    // The header in PagerDuty's documentation, which does not tell the secrets of its two signatures.
    const documented =
      'v1=f03de6f61df6e454f3620c4d6aca17ad072d3f8bbb2760eac3b2ad391b5e8073,v1=130dcacb53a94d983a37cf2acba98e805a1c37185309ba56fdcccbcf00d6dd8b'
    const judge = (header: string) =>
      isValid('pagerduty', 'carta-drill', body, { 'x-pagerduty-signature': header })
    t.ok(judge(right))
    t.ok(judge(`${documented},${right}`))
    t.ok(judge(`${right}, ${documented}`))
    t.notOk(judge(documented))
    t.notOk(judge(right.replace('v1', 'v0')))
    t.notOk(judge(right.replace('v1=', '')))
    t.notOk(isValid('pagerduty', 'carta-drill', body, {}))
  })
  t.test('Grafana’s, of the body, or of a time before it', async t => {
    const body = '{"status":"firing"}'
    const ofBody = 'd1ee3ba63596e295151ae746e685cd7245e5be6c841b38b9fbf8aa640a199f9d'
    const ofBoth = '727c8f36ba401c7658e2882ca8c9272810957fb033ba1a1f348a3b407904d30b'
    const judge = (signature: string, more: Record<string, string> = {}) =>
      isValid('grafana', 'carta-drill', body, { 'x-grafana-alerting-signature': signature, ...more })
    t.ok(judge(ofBody))
    t.notOk(judge(ofBoth))
    for (const name of ['x-grafana-alerting-signature-timestamp', 'x-grafana-alerting-timestamp']) {
      t.ok(judge(ofBoth, { [name]: '1781701711' }))
      t.notOk(judge(ofBoth, { [name]: '1781701712' }))
      t.notOk(judge(ofBody, { [name]: '1781701711' }))
    }
    t.notOk(isValid('grafana', 'carta-drill', body, {}))
  })
})
