import t, { type Test } from 'tap'
import { textPaths } from '../../../src/postmortem/redaction/free-texts.ts'
import { type RedactableName, redactableResources } from '../../../src/postmortem/redaction/resources.ts'
import { digestOf } from '../../help/digest.ts'
import { openService } from '../../help/service.ts'
import { givenReady, seal, withoutRevision } from '../ready.ts'
import { firstEvent, idOf, linked, must, rowsWith, said, secretOf } from './help.ts'

/**
 * A secret in every free text of everything that has some. It leaves row, history, stored answers and revisions, and
 * what is left can be read, corrected and sealed again.
 */

const service = await openService(t)
const { call, db, clock } = service
const reason = 'It had a password in it.'
const cited = (name: string) => ({
  ...{ kind: 'log', system: 'checkout', url: linked(name) },
  ...{ excerpt: said(`${name} excerpt`), query: said(`${name} query`) },
})
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })

/** What is stored of each resource, with a secret in each of its free texts; its address, and an answer that is kept. */
const given: Record<Exclude<RedactableName, 'event'>, (incident: string) => Promise<string>> = {
  incident: async incident => {
    const name = 'incident'
    const texts = {
      ...{ title: said('title'), services: [said('s1'), said('s2')], labels: { 'a/b': said('label') } },
      summary: { what_broke: said('broke'), who_was_affected: said('who') },
      impact: { description: said('impact'), cost: said('cost') },
      ...{ went_well: [said('well')], went_poorly: [said('poorly')], got_lucky: [said('lucky')] },
      external_refs: [{ system: 'jira', id: idOf(incident), url: linked(name) }],
      sections: [{ heading: said('heading'), body: `${said('body')}\n\nMore.` }],
    }
    await must(call('PATCH', incident, { body: texts }))
    return incident
  },
  factor: async incident => {
    const body = {
      ...{ category: 'process', statement: said('statement'), disposition: 'accepted_risk' },
      counterfactual: { if: said('if'), had: said('had'), would_have: said('would') },
      ...{ disposition_reason: said('disposition'), events: [await firstEvent(service, incident)] },
    }
    const created = await must(call('POST', `${incident}/factors`, { body, ...keyed('factor') }))
    return created.headers.location!
  },
  action_item: async incident => {
    const item = {
      ...{ title: said('item'), owner: 'sam', due_on: '2026-06-24', priority: 'P1', factors: [1] },
      ...{
        done_when: said('done'),
        tracker: { system: said('system'), key: said('key'), url: linked('item') },
      },
    }
    const created = await must(call('POST', `${incident}/action-items`, { body: item, ...keyed('item') }))
    const location = created.headers.location!
    await must(
      call('POST', `${location}/deferrals`, { body: { to: '2026-07-01', reason: said('deferral') } }),
    )
    await must(call('PUT', `${location}/acceptance`, { body: { by: 'sam' } }))
    const closure = { outcome: 'done', evidence_urls: [linked('e1'), linked('e2')], reason: said('closure') }
    await must(call('PUT', `${location}/closure`, { body: closure }))
    await must(
      call('PUT', `${location}/effectiveness`, { body: { result: 'effective', note: said('effect') } }),
    )
    return location
  },
  change: async incident => {
    const body = {
      ...{ target_kind: 'alert_rule', target: said('target'), before: said('before'), after: said('after') },
      ...{
        url: linked('change'),
        factors: [1],
        status: 'verified',
        verified_by_source: cited('change source'),
      },
    }
    const created = await must(call('POST', `${incident}/changes`, { body, ...keyed('change') }))
    return created.headers.location!
  },
  review: async incident => {
    const { body, headers } = await must(call('GET', `${incident}/review`))
    const { held_at, facilitator, attendees } = body
    const review = {
      ...{ held_at, facilitator, attendees, decisions: [{ text: said('decision') }] },
      reframings: [{ said: said('said'), reframed: said('reframed') }],
      recording_url: linked('recording'),
    }
    await must(call('PUT', `${incident}/review`, { body: review, headers: { 'if-match': headers.etag! } }))
    return `${incident}/review`
  },
}

/** The pointers of all strings that have a secret. */
function pointersIn(value: unknown, at = ''): string[] {
  if (typeof value === 'string') return value.includes('hunter2') ? [at] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    pointersIn(member, `${at}/${name.replaceAll('/', '~1')}`),
  )
}

/** The pointers as paths, in the order of the alphabet. */
const pathsOf = (pointers: string[]) =>
  [
    ...new Set(
      pointers.map(pointer => pointer.replaceAll(/\/\d+/g, '/*').replace(/^\/labels\/.*/, '/labels/<name>')),
    ),
  ].sort()

for (const name of ['incident', 'factor', 'action_item', 'change', 'review'] as const) {
  t.test(`every free text of ${name.replace('_', ' ')} can be taken out, wherever it is kept`, async t => {
    const incident = await givenReady(service, `With ${name}`)
    const path = await given[name](incident)
    await must(seal(service, incident))
    const [before] = (await must(call('GET', `${incident}/revisions`))).body.items
    const stored = (await must(call('GET', path))).body
    const pointers = pointersIn(stored)
    t.same(
      pathsOf(pointers),
      textPaths(redactableResources[name]).sort(),
      'a secret stands in every text that the schema has',
    )
    t.ok((await rowsWith(db, 'hunter2')).some(row => row.startsWith('revisions')))

    clock.now = new Date('2026-06-20T10:00:00Z')
    const done = await call('PUT', `${path}/redaction`, { body: { pointers, reason } })
    clock.now = new Date('2026-06-18T09:00:00Z')
    const tombstone = { pointers, reason, by: 'token:admin', at: '2026-06-20T10:00:00.000Z' }
    t.match([done.status, done.body], [200, { items: [tombstone] }])
    t.equal(done.headers.etag!.split('-')[0], `"${stored.version + 1}`)
    t.same(await rowsWith(db, 'hunter2'), [])
    t.same((await call('GET', `${path}/redaction`)).body, done.body)
    await requireRedacted(t, path, stored)
    await requireRendered(t, incident, { ...tombstone, resource: name, id: idOf(path) }, before)
    await requireUsable(t, incident, path)
  })
}

/** Requires the resource to be what it was, but for the texts. */
async function requireRedacted(t: Test, path: string, before: any): Promise<void> {
  const { body } = await must(call('GET', path))
  const { version, changed_at, changed_by, warnings = [], ...after } = body
  t.same(warnings, [], 'what stands in the place of a rule is read as none')
  t.equal(version, before.version + 1)
  const blackened = JSON.parse(
    JSON.stringify(before, (name, value) => {
      if (typeof value !== 'string' || !value.includes('hunter2')) return value
      return /url$/.test(name)
        ? null
        : value.startsWith('https:')
          ? 'https://redacted.invalid/'
          : '[redacted]'
    }),
  )
  const once = (list: string[]) => [...new Set(list)]
  if (blackened.services) blackened.services = once(blackened.services)
  if (blackened.closure) blackened.closure.evidence_urls = once(blackened.closure.evidence_urls)
  t.match(blackened, after)
}

/** Requires the revision and its renderings to say so, with both hashes on record. */
async function requireRendered(t: Test, incident: string, tombstone: any, before: any): Promise<void> {
  const { body } = await must(call('GET', `${incident}/revisions/1`))
  const { id } = tombstone
  const of = { ...tombstone, id: id === 'review' ? idOf(incident) : id, event_id: null }
  const { json_sha256, markdown_sha256, sequence } = before
  t.match(body.redactions, [{ ...of, before: { json_sha256, markdown_sha256 } }])
  t.ok(body.sequence > sequence)
  t.not(body.json_sha256, json_sha256)
  const { event_id: _, ...entry } = of
  t.match(body.postmortem.redactions, [entry])
  t.match(body.markdown, `redacted 2026-06-20 10:00 UTC by token:admin: ${reason}`)
  for (const url of ['postmortem.html', 'postmortem.md', 'postmortem.json', 'postmortem.md?copy=working']) {
    const { status, text } = await call('GET', `${incident}/${url}`)
    t.equal(status, 200)
    t.match(text, reason, url)
    t.notMatch(text, 'hunter2', url)
  }
  const working = await call('GET', `${incident}/postmortem.md?copy=working`)
  t.equal(working.text, withoutRevision(body.markdown), 'the working copy says the same')
}

/** Requires that a patch of something else is still valid, and that it can be sealed again. */
async function requireUsable(t: Test, incident: string, path: string): Promise<void> {
  await must(call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A correction.' } }))
  const patch = /factors/.test(path)
    ? { effect: 'prevented' }
    : /action-items/.test(path)
      ? { priority: 'P2' }
      : /changes/.test(path)
        ? { factors: [1, 2] }
        : { severity: 'SEV3' }
  if (!path.endsWith('/review')) t.equal((await call('PATCH', path, { body: patch })).status, 200)
  const sealed = await seal(service, incident)
  t.equal(sealed.status, 201, sealed.text)
  const { body } = await must(call('GET', `${incident}/revisions/2`))
  t.equal(body.postmortem.redactions.length, 1)
  t.equal(body.redactions.length, 0)
}

t.test('a stored answer is given again without the secret', async t => {
  const body = { id: 'PM-2026-06-17-kept-answer', title: said('kept'), severity: 'SEV2' }
  const first = await must(call('POST', '/v1/incidents', { body, ...keyed('kept') }))
  const incident = `/v1/incidents/${first.body.id}`
  const item = { title: 'Ask', status: 'proposed' }
  await must(call('POST', `${incident}/action-items`, { body: item, ...keyed('kept-item') }))
  t.same(await rowsWith(db, secretOf('kept')), ['idempotent_answers 2', 'incidents 1'])
  await must(call('PUT', `${incident}/redaction`, { body: { pointers: ['/title'], reason } }))
  t.same(await rowsWith(db, secretOf('kept')), [])
  const again = await call('POST', '/v1/incidents', { body, ...keyed('kept') })
  t.match(again, { status: 201, headers: { 'idempotent-replayed': 'true' }, body: { title: '[redacted]' } })
  const sameItem = await call('POST', `${incident}/action-items`, { body: item, ...keyed('kept-item') })
  t.match(sameItem.body, { title: 'Ask', incident_title: '[redacted]' })
})

t.test('the title of a final document goes from its action items, too, and the id stays', async t => {
  const incident = await givenReady(service, 'Leaked hunter2 title')
  await must(seal(service, incident))
  const { body } = await must(
    call('PUT', `${incident}/redaction`, { body: { pointers: ['/title'], reason } }),
  )
  t.match(body.items, [{ pointers: ['/title'] }])
  const { postmortem } = (await must(call('GET', `${incident}/revisions/1`))).body
  t.equal(postmortem.incident.title, '[redacted]')
  t.equal(postmortem.incident.id, idOf(incident))
  for (const item of postmortem.action_items) t.equal(item.incident_title, '[redacted]')
  t.same(await rowsWith(db, 'Leaked hunter2'), [])
})

t.test('what is wrong with a redaction is said, and nothing is stored', async t => {
  const incident = await givenReady(service, 'Refused')
  const before = await digestOf(db)
  const faults: [string, object, string, RegExp][] = [
    [
      '',
      { pointers: ['/id'] },
      '/pointers/0',
      /Only free text can be taken out: \/title, .*\/labels\/<name>/,
    ],
    ['', { pointers: ['/summary'] }, '/pointers/0', /Only free text/],
    ['', { pointers: ['/external_refs/0/id'] }, '/pointers/0', /Only free text/],
    ['', { pointers: ['title'] }, '/pointers/0', /must be a JSON pointer/],
    ['', { pointers: ['/got_lucky/0'] }, '/pointers/0', /Nothing stands at .* of this incident .* \/title/],
    ['', { pointers: ['/title'], versions: [99] }, '/versions/0', /no version 99 of this incident/],
    ['', { pointers: ['/title'], reason: 'x Checkout could not take payments. x' }, '/reason', /quotes/],
    ['/factors/1', { pointers: ['/category'] }, '/pointers/0', /Only free text .*: \/statement/],
    ['/action-items/AI-1', { pointers: ['/owner_name'] }, '/pointers/0', /of this action item/],
    ['/action-items/AI-1', { pointers: ['/incident_title'] }, '/pointers/0', /Only free text/],
    ['/changes/1', { pointers: ['/before'] }, '/pointers/0', /What can be taken out: \/after, \/target/],
    ['/review', { pointers: ['/attendees/0'] }, '/pointers/0', /Only free text .*: \/decisions\/0\/text/],
    ['/review', { pointers: [] }, '/pointers', /at least 1/],
  ]
  for (const [path, body, pointer, detail] of faults) {
    const pointers = path === '' && pointer === '/reason' ? ['/summary/what_broke'] : undefined
    const given = { reason, ...body, ...(pointers && { pointers }) }
    const answer = await call('PUT', `${incident}${path}/redaction`, { body: given })
    t.match(
      [answer.status, answer.body.errors],
      [422, [{ pointer, detail }]],
      `${path} ${JSON.stringify(body)}`,
    )
  }
  for (const path of ['/factors/9', '/action-items/AI-9', '/changes/9'])
    t.equal(
      (await call('PUT', `${incident}${path}/redaction`, { body: { pointers: ['/title'], reason } })).status,
      404,
    )
  const stale = { headers: { 'if-match': '"99-0123456789abcdef"' } }
  const asked = { body: { pointers: ['/statement'], reason }, ...stale }
  t.equal((await call('PUT', `${incident}/factors/1/redaction`, asked)).status, 412)
  t.equal(await digestOf(db), before)
})

t.test('the same redaction again changes nothing, and a wider one adds a tombstone', async t => {
  const incident = await givenReady(service, 'Twice')
  const path = `${incident}/action-items/AI-1`
  await must(call('PATCH', path, { body: { title: said('twice'), done_when: said('twice') } }))
  const redaction = { pointers: ['/title'], reason }
  const first = await must(call('PUT', `${path}/redaction`, { body: redaction }))
  t.same(
    first.body.items.map(({ pointers }: any) => pointers),
    [['/title', '/done_when']],
    'wherever it stood',
  )
  const before = await digestOf(db)
  t.same((await must(call('PUT', `${path}/redaction`, { body: redaction }))).body, first.body)
  t.equal(await digestOf(db), before)
  await must(call('PATCH', path, { body: { done_when: said('else') } }))
  const wider = { pointers: ['/done_when'], reason: 'Another one.' }
  const { body } = await must(call('PUT', `${path}/redaction`, { body: wider }))
  t.match(body.items, [{ reason }, { reason: 'Another one.' }])
  t.same(await rowsWith(db, secretOf('else')), [])
})
