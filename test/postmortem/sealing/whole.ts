import type { AddressInfo } from 'node:net'
import { storeDrill } from '../../../src/demo/drill.ts'
import { readDrill } from '../../../src/demo/drill-file.ts'
import { givenEvidence, logLine, observed } from '../../help/cast.ts'
import { adminToken, type Service } from '../../help/service.ts'

const drill = readDrill()
const incident = `/v1/incidents/${drill.incident.id}`

/**
 * Stores the payments drill with all that a postmortem can have, so that every field of it is set somewhere, seals it,
 * corrects it and seals it again.
 * @returns the bytes of the last revision, as text
 */
export async function sealWhole(service: Service): Promise<string> {
  const { app, call, db } = service
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  await storeDrill(url, adminToken, { ...drill, review: null }, () => {})
  await must(call('POST', '/v1/incidents', { body: earlier }))
  await must(call('POST', `/v1/incidents/${earlier.id}/factors`, { body: aFactor }))
  await must(call('POST', `/v1/incidents/${earlier.id}/action-items`, { body: anItem }))
  for (const [method, path, body] of more) await must(call(method, incident + path, { body }))
  await addQuestionedEvents(call)
  await addEvidence(service)
  await storeDrill(url, adminToken, drill, () => {})
  const reason = 'The cost was missing from the impact.'
  await must(call('POST', `${incident}/amendments`, { body: { author: 'ana', reason } }))
  const { headers } = await must(call('GET', `${incident}/checks`))
  await must(call('POST', `${incident}/revisions`, { headers: { 'if-match': headers.etag! } }))
  const sealed = db.selectFrom('revisions').select('json').orderBy('number', 'desc').limit(1)
  return (await sealed.executeTakeFirstOrThrow()).json
}

const earlier = { id: 'PM-2026-01-10-payments-outage', title: 'Payments outage', severity: 'SEV2' }
const aFactor = { category: 'process', statement: 'The rota has one person at a time.' }
const anItem = { title: 'Share the rota', owner: 'sam', due_on: '2026-07-01', priority: 'P2', factors: [1] }

/** What the drill leaves out. */
const more: ['PUT' | 'POST' | 'PATCH', string, object][] = [
  ['PATCH', '', { related: [{ incident_id: earlier.id, relation: 'recurrence_of' }] }],
  ['PATCH', '', { lang: 'en-GB', sections: [{ heading: 'What we told whom', body: 'The shops, by mail.' }] }],
  ['PATCH', '/action-items/AI-2', { tracker: { system: 'jira', key: 'PAG-7', url: null } }],
  ['PUT', '/action-items/AI-2/redaction', { pointers: ['/tracker/key'], reason: 'It names a customer.' }],
  ['POST', '/action-items/AI-3/deferrals', { to: '2026-08-01', reason: 'The dashboard is being rebuilt.' }],
  ['PUT', '/action-items/AI-5/acceptance', { by: 'sam' }],
  [
    'PUT',
    '/action-items/AI-5/closure',
    { outcome: 'done', evidence_urls: ['https://git.carta.example/pull/913'], reason: null },
  ],
  ['PUT', '/action-items/AI-5/effectiveness', { review_on: '2026-09-24', result: 'pending', note: null }],
  [
    'POST',
    '/factors',
    {
      ...aFactor,
      recurs: { incident_id: earlier.id, number: 1 },
      counterfactual: {
        if: 'the rota',
        had: 'had a second person',
        would_have: 'been acknowledged by 14:10',
      },
      effect: 'recovered_sooner',
      disposition: 'accepted_risk',
      disposition_reason: 'A second person costs more than a drill does.',
    },
  ],
  ['PUT', '/checks/FACTOR_UNCITED/waiver', { reason: 'Nothing in the timeline shows who was not there.' }],
]

/** One event that is retracted, and one that was redacted twice. */
async function addQuestionedEvents(call: Service['call']): Promise<void> {
  const retracted = await must(call('POST', `${incident}/events`, { body: observed() }))
  const reason = 'It was the staging system.'
  await must(call('PUT', `${incident}/events/${retracted.body.id}/retraction`, { body: { reason } }))
  const body = observed({
    description: 'The log shows a password.',
    sources: [{ ...logLine, query: 'secret' }],
  })
  const event = await must(
    call('POST', `${incident}/events`, { body: { ...body, occurred_at: '2026-06-17T14:03:30Z' } }),
  )
  for (const pointer of ['/sources/0/excerpt', '/sources/0/query']) {
    const redaction = { pointers: [pointer], reason: 'A password.' }
    await must(call('PUT', `${incident}/events/${event.body.id}/redaction`, { body: redaction }))
  }
}

/** A picture of an event, and the log that settles a dispute of it. */
async function addEvidence({ call, db }: Service): Promise<void> {
  const picture = await givenEvidence(db, 'a graph', 'image/png')
  const log = await givenEvidence(db, '14:02:04 POST /v1/charges 503')
  const source = (kind: string, evidence: string) => ({ kind, system: 'grafana', evidence })
  const body = observed({ description: 'Checkout answers 503.', sources: [source('screenshot', picture)] })
  const event = await must(call('POST', `${incident}/events`, { body }))
  const path = `${incident}/events/${event.body.id}/dispute`
  await must(call('PUT', path, { body: { statement: 'It was slow only.', raised_by: 'ana' } }))
  const answer = { text: 'The log says so.', source: source('log', log) }
  await must(call('PUT', `${path}/resolution`, { body: answer }))
}

async function must<Answer extends { status: number; text: string }>(
  answer: Promise<Answer>,
): Promise<Answer> {
  const { status, text } = await answer
  if (status >= 300) throw new Error(`It was refused: ${text}`)
  return answer
}
