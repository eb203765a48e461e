import t from 'tap'
import { observed, openIncident } from '../../help/cast.ts'
import { givenReady, seal } from '../../postmortem/ready.ts'
import { due, held, nothing, openDrill, raw, sev2, testWording } from './mistakes.ts'

/** Sentences about times, and about what is not there, not allowed, or not read: they name the next call. */

const drill = await openDrill(t)
const { service, incident, event } = drill
const { call } = service
const id = incident.split('/').at(-1)!
const other = await openIncident(service, { title: 'Another' })
const final = await givenReady(service, 'Sealed')
await seal(service, final)

testWording(t, drill, {
  'a date and a time are told what they lack, or have too much of': [
    [
      'POST …/action-items',
      { title: 'x', ...due, due_on: '2026-06-24T09:00:00Z' },
      '/due_on must be the day alone: 2026-06-24.',
    ],
    [
      'POST …/action-items',
      { title: 'x', ...due, due_on: '24.06.2026' },
      '/due_on must be a day of the calendar, YYYY-MM-DD, from 1970 to 9998, such as 2026-06-17.',
    ],
    [
      'POST …/events',
      observed({ occurred_at: '2026-06-17T14:08:00' }),
      '/occurred_at must have an offset: add Z for UTC, or one such as +02:00, as in 2026-06-17T14:08:00Z.',
    ],
    [
      'POST …/events',
      observed({ occurred_at: '2026-06-17 14:08' }),
      '/occurred_at must have an offset: add Z for UTC, or one such as +02:00, as in 2026-06-17T14:08Z.',
    ],
    [
      'POST …/events',
      observed({ occurred_at: '2026-06-17 14:08 UTC' }),
      '/occurred_at must be written as 2026-06-17T14:08Z.',
    ],
    [
      'POST …/events',
      observed({ occurred_at: '2026-06-17T14:08+0200' }),
      '/occurred_at must be written as 2026-06-17T14:08+02:00.',
    ],
    [
      'POST …/events',
      observed({ occurred_at: 'yesterday' }),
      '/occurred_at must be a time from 1970 to 9998 with an offset, e.g. 2026-06-17T14:08:00Z, or as much as is known of it…',
    ],
    [
      'PUT …/review',
      { ...held, held_at: '2026-06-17T15:00Z' },
      '/held_at must be written as 2026-06-17T15:00:00Z.',
    ],
    [
      'PUT …/review',
      { ...held, held_at: '2026-06-17' },
      '/held_at must have a time of day, and an offset: 2026-06-17T14:08:00Z, or with one such as +02:00 in place of Z.',
    ],
    [
      'GET /v1/incidents?changed_since=2026-06-17T14:00:00+02:00',
      nothing,
      'changed_since must be a time from 1970 to 9998 with seconds and an offset, e.g. 2026-06-17T14:08:00Z (in a query, + is written %2B).',
    ],
  ],

  'what is not there says where to look': [
    [
      `GET ${other}/events/${event}`,
      nothing,
      `Event ${event} is of ${id}, and not of ${other.split('/').at(-1)}.`,
    ],
    ['GET …/factors/9', nothing, `Factor 9 of ${id} does not exist: GET …/factors lists all.`],
    [
      'GET …/action-items/AI-9',
      nothing,
      `Action item AI-9 of ${id} does not exist: GET …/action-items lists all.`,
    ],
    [
      'GET /v1/incidents/PM-2026-06-17-gone',
      nothing,
      'Incident PM-2026-06-17-gone does not exist: GET /v1/incidents lists all.',
    ],
    [
      'GET /v1/people/bob',
      nothing,
      'Person bob does not exist. PUT /v1/people/bob with a name adds the person; GET /v1/people lists all.',
    ],
    [
      'GET …/review',
      nothing,
      `No review of ${id} is recorded yet: PUT …/review with If-None-Match: * records it.`,
    ],
    [
      'PUT …/checks/IMPACT_MISING/waiver',
      { reason: 'x' },
      'There is no check IMPACT_MISING: did you mean IMPACT_MISSING?',
    ],
    [
      'GET /v1/external-refs/jira/CHK-1',
      nothing,
      'No incident is known as jira:CHK-1: PATCH the one that is meant, with this in its external_refs.',
    ],
    ['GET /incidents', nothing, 'There is no GET /incidents: did you mean /v1/incidents?'],
    ['GET /v1/people/', nothing, 'Nothing can be stored under this address: in it, handle must be…'],
    ['GET /nothing', nothing, 'There is no GET /nothing; /docs says what there is.'],
    [
      'POST …/action-items',
      { title: 'x', ...due, factors: [9] },
      `/factors/0 names factor 9, and ${id} has no such factor: GET …/factors lists them.`,
    ],
  ],

  'a state that does not allow it names the call that does': [
    [
      `PATCH ${final}`,
      { title: 'x' },
      `${final.split('/').at(-1)} is final: POST …/amendments with an author and a reason opens it for a correction. Action items and changes need none.`,
    ],
    [
      'POST …/amendments',
      { author: 'ana', reason: 'x' },
      `${id} is a draft, so it is changed without an amendment: PATCH it, or what hangs below it.`,
    ],
    [
      'POST …/action-items',
      { title: 'x' },
      'owner, due_on, priority and factors cannot be left out here: only an action item with "status": "proposed" needs nothing but a title.',
    ],
    [
      'PUT …/action-items/AI-1/acceptance',
      { by: 'sam' },
      '/by must be the owner, ana: nobody else can accept AI-1. PATCH it with another owner first, if another takes it.',
    ],
    [
      'PUT …/action-items/AI-1/closure',
      { evidence: 'https://git.example/1' },
      '/evidence is not known here: did you mean evidence_urls?…',
    ],
  ],

  'a condition names the header to send': [
    [
      'PUT …/review',
      held,
      'Nothing is stored here yet: send the header If-None-Match: *, to say that you know.',
    ],
    [`POST ${final}/revisions`, nothing, `${final.split('/').at(-1)} is final…`],
    [
      'POST …/revisions',
      nothing,
      'Send the header If-Match with the ETag that GET …/checks answers, quotes and all, so that nothing is lost unseen.',
    ],
    [
      'PATCH …',
      raw({ headers: { 'if-match': '"7-0123456789abcdef"' } }, sev2),
      'The stored version is 1, and not the one that If-Match names: GET it again, and repeat the change with its new ETag.',
    ],
    [
      'PATCH …',
      raw({ headers: { 'if-match': '7' } }, sev2),
      'If-Match must be * or a list of ETags as they were answered, with their quotes.',
    ],
  ],

  'a body that is not read says what would be': [
    [
      'POST /v1/incidents',
      raw({ payload: '{ "title": "x", }' }),
      'The body is not JSON: Expected double-quoted property name in JSON at position 16 (line 1 column 17).',
    ],
    [
      'POST /v1/incidents',
      raw({ payload: '{ "title": "x' }),
      'The body is not JSON: it ends too early (Unterminated string in JSON at position 13 (line 1 column 14)); is a bracket or a quotation mark missing?',
    ],
    ['POST /v1/incidents', raw({ payload: ' ' }), 'The body is empty, and this call takes a JSON object.'],
    [
      'POST /v1/incidents',
      raw({ payload: 'title=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      'The Content-Type is application/x-www-form-urlencoded: send Content-Type: application/json.',
    ],
    [
      'PATCH …',
      raw({ payload: 'x', headers: { 'content-type': 'text/plain' } }),
      'The Content-Type is text/plain: send Content-Type: application/merge-patch+json or application/json.',
    ],
    [
      'POST /v1/incidents',
      raw({ payload: '{}', headers: { 'content-type': 'application/json; charset=latin1' } }),
      'The charset is latin1: send UTF-8.',
    ],
    [
      'GET …',
      raw({ headers: { accept: 'text/html' } }),
      'Accept excludes application/json, and this answer comes as nothing else: send Accept: application/json, or none.',
    ],
    [
      'GET …/postmortem',
      raw({ headers: { accept: 'image/png' } }),
      'Accept excludes what this comes as: send one of text/markdown, text/html, application/json, or none.',
    ],
  ],
})

t.test('a key that was used for something else says what to do', async t => {
  const send = (statement: string) =>
    call('POST', `${incident}/factors`, {
      body: { category: 'process', statement },
      headers: { 'idempotency-key': 'used' },
    })
  await send('One condition.')
  t.equal(
    (await send('Another condition.')).body.detail,
    'This Idempotency-Key was sent before, to another address or with another body: take a new key for a new request, or repeat the old one as it was.',
  )
})
