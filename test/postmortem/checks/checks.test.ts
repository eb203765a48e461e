import { sql } from 'kysely'
import t from 'tap'
import { errorCheckCodes, warningCheckCodes } from '../../../src/waivers/schema.ts'
import { observed } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { aReview, givenReady, seal } from '../ready.ts'

/** Makes each check fail alone, on a postmortem that passes all of them. */

const service = await openService(t)
const { call } = service

interface Break {
  /** Makes the check fail on a ready postmortem. */
  by: (incident: string) => Promise<unknown>
  /** The pointers of the failures, with an event's id as `<event>`. */
  pointer: string
  /** A part of the message. */
  says: RegExp
}

const patch = (fields: object) => (incident: string) => call('PATCH', incident, { body: fields })
const patchOf = (what: string, fields: object) => (incident: string) =>
  call('PATCH', `${incident}/${what}`, { body: fields })
const review = (fields: object) => (incident: string) =>
  call('PUT', `${incident}/review`, { body: { ...aReview, ...fields }, headers: { 'if-match': '*' } })
const addEvent = (fields: object) => (incident: string) =>
  call('POST', `${incident}/events`, { body: observed({ dedupe_key: 'more', ...fields }) })

async function eventsOf(incident: string): Promise<{ id: string }[]> {
  return (await call('GET', `${incident}/events`)).body.items
}

async function retract(incident: string, ...places: number[]) {
  const events = await eventsOf(incident)
  for (const i of places)
    await call('PUT', `${incident}/events/${events[i]!.id}/retraction`, { body: { reason: 'Wrong log.' } })
}

const breaks: Record<string, Break> = {
  SUMMARY_MISSING: {
    by: patch({ summary: { who_was_affected: null } }),
    pointer: '/summary/who_was_affected',
    says: /who was affected/,
  },
  IMPACT_MISSING: { by: patch({ impact: { requests_failed: null } }), pointer: '/impact', says: /impact/ },
  TIMELINE_TOO_LARGE: {
    by: async incident => {
      const sources = sql`jsonb_build_array(jsonb_build_object('kind', 'log', 'system', 'checkout', 'url', NULL, 'query', NULL,
        'captured_at', NULL, 'stated_by', NULL, 'evidence', NULL, 'excerpt', repeat('x', 7000000)))`
      await sql`
        INSERT INTO events (id, incident_id, occurred_at, corrected_at, precision, kind, description, sources, source_system,
          dedupe_key, content_sha256, changed_by, changed_at, request_id)
        SELECT gen_random_uuid(), ${incident.split('/').at(-1)}, m, m, 'exact', 'note', 'Payments fail.', ${sources}, 'checkout',
          n::text, '', 'admin', m, 'arranged'
        FROM generate_series(1, 10) n, (SELECT '2026-06-17T14:20:00Z'::timestamptz AS m) x`.execute(
        service.db,
      )
    },
    pointer: '/events',
    says: /The 1\d events are about 67 MiB, and .* takes 64 MiB: delete events/,
  },
  MILESTONE_MISSING: {
    by: async incident => {
      const [, , , resolved] = await eventsOf(incident)
      await call('PATCH', `${incident}/events/${resolved!.id}`, { body: { milestone: null } })
    },
    pointer: '/milestones/resolved',
    says: /milestone resolved/,
  },
  MILESTONE_ORDER: {
    by: async incident => {
      const [, , mitigated] = await eventsOf(incident)
      const body = { occurred_at: '2026-06-17T14:01:00Z' }
      await call('PATCH', `${incident}/events/${mitigated!.id}`, { body })
    },
    pointer: '/milestones/mitigated',
    says: /before impact started/,
  },
  EVENT_DISPUTED: {
    by: async incident => {
      const [event] = await eventsOf(incident)
      const body = { statement: 'It began earlier.', raised_by: 'sam' }
      await call('PUT', `${incident}/events/${event!.id}/dispute`, { body })
    },
    pointer: '/events/<event>/dispute',
    says: /Sam disputes “Checkout cannot take payments\.” .*It began earlier/,
  },
  FACTOR_COUNT: {
    by: async incident => {
      await call('PUT', `${incident}/action-items/AI-2/closure`, {
        body: { outcome: 'cancelled', reason: 'The factor was none.' },
      })
      await call('PATCH', `${incident}/action-items/AI-2`, { body: { factors: [1] } })
      await call('DELETE', `${incident}/factors/2`)
    },
    pointer: '/factors',
    says: /at least two/,
  },
  FACTOR_UNCITED: {
    by: patchOf('factors/2', { events: [] }),
    pointer: '/factors/2/events',
    says: /factor 2 rests on/,
  },
  COUNTERFACTUAL_MISSING: {
    by: patchOf('factors/2', { counterfactual: null }),
    pointer: '/factors/2/counterfactual',
    says: /factor 2/,
  },
  FACTOR_UNADDRESSED: {
    by: incident =>
      call('PUT', `${incident}/action-items/AI-2/closure`, { body: { outcome: 'cancelled', reason: 'No.' } }),
    pointer: '/factors/2/disposition',
    says: /accept its risk/,
  },
  ACTION_OWNER: {
    by: async incident => {
      await call('PUT', '/v1/people/kim', { body: { name: 'Kim', active: true } })
      await call('PATCH', `${incident}/action-items/AI-2`, { body: { owner: 'kim' } })
      await call('PUT', `${incident}/action-items/AI-2/acceptance`, { body: { by: 'kim' } })
      await call('PATCH', '/v1/people/kim', { body: { active: false } })
    },
    pointer: '/action_items/AI-2/owner',
    says: /Kim has left/,
  },
  ACTION_UNACCEPTED: {
    by: patchOf('action-items/AI-2', { owner: 'ana' }),
    pointer: '/action_items/AI-2/acceptance',
    says: /Ask Ana to accept AI-2/,
  },
  ACTION_DONE_WHEN: {
    by: patchOf('action-items/AI-2', { done_when: null }),
    pointer: '/action_items/AI-2/done_when',
    says: /AI-2 is done/,
  },
  ACTION_INCOMPLETE: {
    by: incident => {
      const item = { title: 'Improve how we tell customers', status: 'proposed' }
      const rest = { owner: 'sam', due_on: '2026-06-30', priority: 'P3', factors: [2] }
      return call('POST', `${incident}/action-items`, { body: { ...item, ...rest } })
    },
    pointer: '/action_items/AI-3/status',
    says: /AI-3 is only proposed: open it.* or cancel it/,
  },
  CHANGE_MISSING: {
    by: async incident => {
      await patchOf('factors/1', { disposition: 'action' })(incident)
      await patchOf('changes/1', { status: 'proposed' })(incident)
    },
    pointer: '/changes',
    says: /Factor 1 calls for action, .* change 1 is only proposed/,
  },
  WENT_WELL_EMPTY: { by: patch({ went_well: [] }), pointer: '/went_well', says: /went well/ },
  REVIEW_ALONE: {
    by: review({ attendees: ['ana'] }),
    pointer: '/review/attendees',
    says: /at least two people/,
  },
  BLAME_LANGUAGE: {
    by: patchOf('factors/2', { statement: 'Sam should have seen the page sooner.' }),
    pointer: '/factors/2/statement',
    says: /^“Sam should have seen the page sooner\.” It says what should have been, .*\?$/,
  },
  FACILITATOR_IS_AUTHOR: {
    by: review({ facilitator: 'ana' }),
    pointer: '/review/facilitator',
    says: /Ana wrote/,
  },
  STATUS_UPDATE_GAP: {
    by: async incident => {
      await patch({ status_update_cadence_minutes: 20 })(incident)
      for (const time of ['14:10', '14:45'])
        await addEvent({
          kind: 'status_update',
          occurred_at: `2026-06-17T${time}:00Z`,
          dedupe_key: `update ${time}`,
        })(incident)
    },
    pointer: '/status_update_cadence_minutes',
    says: /every 20 min.*for 35 min/,
  },
  STATEMENT_ONLY: {
    by: addEvent({
      description: 'The dashboard looked fine.',
      sources: [{ kind: 'statement', stated_by: 'sam', excerpt: 'I looked.' }],
    }),
    pointer: '/events/<event>/sources',
    says: /The dashboard looked fine.*memory alone/,
  },
  AUTHORS_MISSING: { by: patch({ authors: [] }), pointer: '/authors', says: /authors/ },
  LESSON_NOT_WIRED: {
    by: patchOf('changes/1', { target_kind: 'test' }),
    pointer: '/changes',
    says: /an SLO, an alert rule or a runbook/,
  },
}

/** These cannot fail alone: what makes them fail makes others fail, too. */
const notAlone = ['TIMELINE_EMPTY', 'REVIEW_MISSING', 'ACTION_NONE']

const checks = async (incident: string) => (await call('GET', `${incident}/checks`)).body

t.test('a postmortem that is ready fails no check', async t => {
  t.match(await checks(await givenReady(service)), {
    items: [],
    can_seal: true,
    language: { not_judged: [] },
  })
})

t.test('every check is broken here', async t => {
  t.same(Object.keys(breaks).concat(notAlone).sort(), [...errorCheckCodes, ...warningCheckCodes].sort())
})

for (const [code, { by, pointer, says }] of Object.entries(breaks)) {
  const isError = (errorCheckCodes as readonly string[]).includes(code)

  t.test(`${code} alone is found, and ${isError ? 'holds back final' : 'only warns'}`, async t => {
    const incident = await givenReady(service)
    await by(incident)
    const { items, can_seal } = await checks(incident)
    t.match(items, [{ code, level: isError ? 'error' : 'warning', message: says, waiver: null }])
    t.equal(items.length, 1)
    t.equal(items[0].pointer.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '<event>'), pointer)
    t.equal(can_seal, !isError)

    const sealing = await seal(service, incident)
    if (!isError) return t.equal(sealing.status, 201)
    const { message: detail } = items[0]
    t.match(sealing, { status: 409, body: { code: 'checks_failed', detail } })
    t.same(sealing.body.errors, [{ pointer: items[0].pointer, code, detail: sealing.body.detail }])
    t.equal((await call('GET', incident)).body.status, 'in_review')
    t.same((await call('GET', `${incident}/revisions`)).body.items, [])
  })

  const isToldInPlace = /^(?:SUMMARY_MISSING|IMPACT_MISSING|WENT_WELL_EMPTY)$/.test(code)
  const canBeWaived = isError && code !== 'ACTION_OWNER' && code !== 'TIMELINE_TOO_LARGE'
  t.test(`${code} ${canBeWaived ? 'is waived with a reason' : 'cannot be waived'}`, async t => {
    const incident = await givenReady(service)
    await by(incident)
    const { waive_with } = (await checks(incident)).items[0]
    if (!canBeWaived) {
      t.equal(waive_with, null)
      const put = await call('PUT', `${incident}/checks/${code}/waiver`, {
        body: { reason: 'It is a drill.' },
      })
      return t.match(put, { status: 409, body: { code: 'not_waivable' } })
    }
    const { method, path, body } = waive_with
    const unsaid = { status: 422, body: { errors: [{ pointer: '/reason' }] } }
    t.match(await call(method, path, { body }), unsaid, 'it lacks nothing but the reason')
    t.equal((await call(method, path, { body: { ...body, reason: 'It is a drill.' } })).status, 201)
    t.match(await checks(incident), {
      items: [{ code, waiver: { reason: 'It is a drill.', by: 'token:admin' }, waive_with: null }],
      can_seal: true,
    })
    t.equal((await seal(service, incident)).status, 201)
    const { text } = await call('GET', `${incident}/postmortem.md`)
    t.match(
      text,
      isToldInPlace ? `Waived: It is a drill. (${code}, token:admin, ` : `### Waivers\n\n- ${code}: It is`,
    )
    t.equal(text.split('It is a drill.').length - 1, 1, 'once')
  })
}

t.test('an empty timeline is found, with all that rests on it', async t => {
  const incident = await givenReady(service)
  await retract(incident, 0, 1, 2, 3)
  const { items } = await checks(incident)
  const codes = [...new Set(items.map(({ code }: any) => code))]
  t.same(codes, ['TIMELINE_EMPTY', 'MILESTONE_MISSING', 'FACTOR_UNCITED'])
})

t.test('a review that nobody has recorded is found, and cannot be waived', async t => {
  const incident = await givenReady(service)
  await service.db.deleteFrom('history').where('resource', '=', 'review').execute()
  const { body } = await call('POST', '/v1/incidents', { body: { title: 'New', severity: 'SEV3' } })
  const { items, can_seal } = await checks(`/v1/incidents/${body.id}`)
  t.ok(items.some(({ code }: any) => code === 'REVIEW_MISSING'))
  t.notOk(can_seal)
  const put = await call('PUT', `${incident}/checks/REVIEW_MISSING/waiver`, { body: { reason: 'Late.' } })
  t.match(put, { status: 409, body: { code: 'not_waivable', detail: /hold a review/ } })
})

t.test('a sentence says what to do where the usual way is closed', async t => {
  const incident = await givenReady(service)
  const messages = async () => (await checks(incident)).items.map(({ message }: any) => message)
  await patchOf('factors/2', { events: [] })(incident)
  t.match(await messages(), [/^Name the events .* factor 2/])
  const [, detected] = await eventsOf(incident)
  await patchOf('factors/2', { events: [detected!.id] })(incident)
  await retract(incident, 1)
  t.match(
    (await messages()).filter((message: string) => message.startsWith('Factor 2')),
    ['Factor 2 rests only on what is retracted: name an event that stands.'],
  )
})

t.test('an owner who has left is asked for nothing', async t => {
  const incident = await givenReady(service)
  const item = `${incident}/action-items/AI-2`
  await call('PUT', '/v1/people/lea', { body: { name: 'Lea', active: true } })
  await call('PATCH', item, { body: { owner: 'lea' } })
  await call('PATCH', '/v1/people/lea', { body: { active: false } })
  t.match((await checks(incident)).items, [{ code: 'ACTION_OWNER' }])
  t.equal((await checks(incident)).items.length, 1)
  await call('PUT', `${item}/closure`, {
    body: { outcome: 'done', evidence_urls: ['https://git.example/8'] },
  })
  t.same((await checks(incident)).items, [])
})

t.test('a review that lies ahead, or before the incident, is none', async t => {
  const incident = await givenReady(service)
  const found = async (held_at: string) => {
    await review({ held_at })(incident)
    const { items } = await checks(incident)
    return items.map(({ code, pointer, message }: any) => [code, pointer, message])
  }
  const at = '/review/held_at'
  t.same(await found('2026-06-19T06:00:00+02:00'), [
    ['REVIEW_MISSING', at, 'The review is to be held at 2026-06-19 04:00:00 UTC: hold it before you seal.'],
  ])
  t.equal((await seal(service, incident)).status, 409)
  t.same(await found('2026-06-16T23:59:59Z'), [
    ['REVIEW_MISSING', at, 'The review was held on 2026-06-16, before the incident: correct its date.'],
  ])
  t.same(await found('2026-06-17T00:00:00Z'), [])
  t.same(await found('2026-06-18T09:00:00Z'), [])
})

t.test('what is done needs no promise any more: neither an acceptance nor what “done” means', async t => {
  const incident = await givenReady(service)
  const item = `${incident}/action-items/AI-2`
  await call('PATCH', item, { body: { owner: 'ana', done_when: null } })
  t.match((await checks(incident)).items, [{ code: 'ACTION_UNACCEPTED' }, { code: 'ACTION_DONE_WHEN' }])
  const closure = { outcome: 'done', evidence_urls: ['https://git.example/pull/8'] }
  await call('PUT', `${item}/closure`, { body: closure })
  t.same((await checks(incident)).items, [])
})

t.test('a final document has only the waivers that excuse something', async t => {
  const incident = await givenReady(service)
  await patch({ went_well: [] })(incident)
  for (const code of ['WENT_WELL_EMPTY', 'FACTOR_COUNT'])
    await call('PUT', `${incident}/checks/${code}/waiver`, { body: { reason: 'There is one.' } })
  t.equal((await seal(service, incident)).status, 201)
  const { body } = await call('GET', `${incident}/revisions/1`)
  t.match(body.postmortem.waivers, [{ code: 'WENT_WELL_EMPTY' }])
  t.equal(body.postmortem.waivers.length, 1)
  t.notMatch(body.markdown, 'FACTOR_COUNT')
})

t.test('a draft that passes all checks is not sealed before it is in review', async t => {
  const incident = await givenReady(service)
  await call('DELETE', `${incident}/review-request`)
  t.match(await checks(incident), { items: { length: 0 }, can_seal: false })
  t.match(await seal(service, incident), {
    status: 409,
    body: { code: 'wrong_state', errors: [{ pointer: '/status', detail: /review-request/ }] },
  })
})

t.test('a waiver is refused where it makes no sense', async t => {
  const incident = await givenReady(service)
  const put = async (code: string, body: object) => {
    const answer = await call('PUT', `${incident}/checks/${code}/waiver`, { body })
    return [answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]
  }
  t.same(await put('NO_SUCH_CHECK', { reason: 'x' }), [404, 'not_found', undefined])
  t.same(await put('FACTOR_COUNT', { reason: 'x', findings: [] }), [422, 'invalid_body', '/findings'])
  for (const reason of [' ', '…', '-', '42!'])
    t.same(await put('FACTOR_COUNT', { reason }), [422, 'invalid_body', '/reason'])
  t.equal((await call('DELETE', `${incident}/checks/FACTOR_COUNT/waiver`)).status, 404)
})

t.test('the ETag of the checks names all that would be sealed', async t => {
  const incident = await givenReady(service)
  const etag = async () => (await call('GET', `${incident}/checks`)).headers.etag
  const before = await etag()
  t.equal(await etag(), before)
  const seen = await call('GET', `${incident}/checks`, { headers: { 'if-none-match': before! } })
  t.equal(seen.status, 304)
  await call('PATCH', '/v1/people/priya', { body: { name: 'Priya R.' } })
  const renamed = await etag()
  t.not(renamed, before, 'a name is part of it')
  await addEvent({})(incident)
  t.not(await etag(), renamed)
  const late = await call('POST', `${incident}/revisions`, { headers: { 'if-match': before! } })
  t.match(late, { status: 412, body: { code: 'version_mismatch', detail: /GET …\/checks has now/ } })
  const unread = await call('POST', `${incident}/revisions`)
  t.match(unread, { status: 428, body: { detail: /the ETag that GET …\/checks answers/ } })
})

t.test('what is not final is changed without an amendment, and the answer says so', async t => {
  const incident = await givenReady(service, 'Not final')
  const body = { author: 'ana', reason: 'The count was wrong.' }
  const amend = async () => (await call('POST', `${incident}/amendments`, { body })).body.detail
  t.match(await amend(), /is in review, so it is changed without an amendment/)
  await call('DELETE', `${incident}/review-request`)
  t.match(await amend(), /is a draft, so/)
})
