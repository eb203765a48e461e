import fc from 'fast-check'
import t from 'tap'
import { cloudevents } from '../../../src/ingest/sources/cloudevents.ts'
import { deliver, isReadOrRefused, isRefused, json, receivedAt } from './deliveries.ts'

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
  t.match(cloudevents.read(deliver([7, { ...occurrence, id: '' }, occurrence])), {
    events: [{ series: null }],
    faults: ['/0 must be an object.', '/1/id must be a text.'],
  })
  const faults = [{ specversion: '0.3' }, { id: '' }, { source: null }, { type: {} }]
  const bodies = [...faults.map(fault => ({ ...occurrence, ...fault })), null, 'text', 7, [7]]
  for (const body of bodies)
    t.ok(
      isRefused(() => cloudevents.read(deliver(body))),
      JSON.stringify(body),
    )
})

t.test('any attributes are read into an event that can be stored, or are not the form', async t => {
  const attributes = fc.dictionary(fc.constantFrom('time', 'subject', 'data', 'source', 'incident'), json)
  fc.assert(
    fc.property(attributes, more => isReadOrRefused(cloudevents, deliver({ ...occurrence, ...more }))),
    { numRuns: 200 },
  )
  t.pass()
})
