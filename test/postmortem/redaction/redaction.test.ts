import t from 'tap'
import { logLine, observed, openIncident, seedPeople } from '../../help/cast.ts'
import { digestOf } from '../../help/digest.ts'
import { openService } from '../../help/service.ts'
import { idOf, leaked, reason, redact, rowsWith, secret, versionsOf } from './help.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock } = service

async function given(fields: object = {}): Promise<{ incident: string; event: string }> {
  const incident = await openIncident(service)
  const { body } = await call('POST', `${incident}/events`, { body: observed(fields) })
  return { incident, event: `${incident}/events/${body.id}` }
}
const read = async (event: string) => (await call('GET', event)).body
const patch = (event: string, body: object) => call('PATCH', event, { body })
const excerptsOf = ({ sources }: any) => sources.map(({ excerpt }: any) => excerpt)

t.test('a secret is taken out of an event of a draft, and a tombstone says who, when and why', async t => {
  const { incident, event } = await given({ sources: [leaked, logLine], role: 'scribe' })
  const before = await read(event)
  t.same(await rowsWith(db, secret), ['events 1'])
  const { status, body, headers } = await redact(service, event, ['/sources/0/excerpt'])
  t.equal(status, 200)
  const at = clock.now.toISOString()
  const redactions = [{ pointers: ['/sources/0/excerpt'], reason, by: 'token:admin', at }]
  const sources = [{ ...before.sources[0], excerpt: '[redacted]' }, before.sources[1]]
  t.same(body, { ...before, sources, redactions, version: 2 })
  t.match(headers.etag, /^"2-/)
  t.same(await read(event), body)
  t.same(await rowsWith(db, secret), [])
  const { text } = await call('GET', `${incident}/postmortem.md`)
  t.match(text, `\n  - redacted 2026-06-18 09:00 UTC by token:admin: ${reason}\n`)
  t.notMatch(text, secret)
})

t.test(
  'a text that has taken the place of the secret stays, where the versions with it are named',
  async t => {
    const { event } = await given({ description: `The password was ${secret}.` })
    await patch(event, { description: 'A note was posted in the channel.' })
    const asked = { body: { versions: [1] } }
    const { status, body } = await redact(service, event, ['/description'], asked)
    t.equal(status, 200)
    t.match(body, { description: 'A note was posted in the channel.', version: 3 })
    t.match(body.redactions, [{ pointers: ['/description'] }])
    t.same(
      (await versionsOf(service, event)).map(({ fields }) => fields.description),
      ['[redacted]', 'A note was posted in the channel.', 'A note was posted in the channel.'],
    )
    t.same(await rowsWith(db, secret), [])
    t.equal((await redact(service, event, ['/description'], asked)).body.version, 3, 'again changes nothing')
    t.match(await redact(service, event, ['/description'], { body: { versions: [3, 4] } }), {
      status: 422,
      body: { errors: [{ pointer: '/versions/1', detail: /no version 4 .* version 3\.$/ }] },
    })
    t.match(await redact(service, event, ['/role'], asked), {
      status: 422,
      body: { errors: [{ pointer: '/pointers/0' }] },
    })
  },
)

t.test('the history of a deleted draft keeps no secret either', async t => {
  const { incident, event } = await given({ sources: [leaked, logLine] })
  await patch(event, { role: 'scribe' })
  await call('DELETE', incident)
  t.same(await rowsWith(db, secret), ['history 2'])
  const { status, body } = await redact(service, event, ['/sources/0/excerpt'])
  t.equal(status, 200)
  t.match(body, { role: 'scribe', version: 2, occurred_at: '2026-06-17T14:02:00.000Z' })
  t.same(excerptsOf(body), ['[redacted]', logLine.excerpt])
  t.match(body.redactions, [{ pointers: ['/sources/0/excerpt'], reason, by: 'token:admin' }])
  t.same(await rowsWith(db, secret), [])
  t.same((await redact(service, event, ['/sources/0/excerpt'])).body, body, 'again changes nothing')
  t.match(await redact(service, event, ['/role'], { headers: { 'if-match': '"7-0123456789abcdef"' } }), {
    status: 412,
  })
  t.equal(
    (await redact(service, `${incident}/events/019785b0-5c00-7000-8000-00000000abcd`, ['/role'])).status,
    404,
  )
  t.equal((await call('GET', event)).status, 404)
})

t.test('the history has every version, each without the secret and otherwise as it was', async t => {
  const { event } = await given({ sources: [leaked] })
  await patch(event, { sources: [logLine, leaked] })
  await patch(event, { sources: [logLine], role: 'scribe' })
  const before = await versionsOf(service, event)
  await redact(service, event, ['/sources/1/excerpt'])
  const after = await versionsOf(service, event)
  t.same(
    after.map(({ version, change }) => [version, change]),
    [
      [1, 'created'],
      [2, 'updated'],
      [3, 'updated'],
      [4, 'updated'],
    ],
  )
  const blackened = JSON.parse(
    JSON.stringify(before).replaceAll(JSON.stringify(leaked.excerpt), '"[redacted]"'),
  )
  t.same(after.slice(0, 3), blackened)
  t.same(
    after[3].fields.redactions.map(({ pointers }: any) => pointers),
    [['/sources/1/excerpt']],
    'also where it had gone from the row itself',
  )
  t.same(await rowsWith(db, secret), [])
})

t.test('every free text can be taken out', async t => {
  const url = `https://logs.example/${secret}`
  const { event } = await given({
    description: `Text ${secret}`,
    role: `Role ${secret}`,
    sources: [{ ...leaked, url, query: `q=${secret}` }],
  })
  await call('PUT', `${event}/retraction`, { body: { reason: `Retracted: ${secret}` } })
  await call('PUT', `${event}/dispute`, { body: { statement: `Not ${secret}`, raised_by: 'priya' } })
  const source = { ...leaked, url, excerpt: `Shown: ${secret}`, query: `r=${secret}` }
  await call('PUT', `${event}/dispute/resolution`, { body: { text: `It is ${secret}`, source } })
  const of = (source: string) => ['excerpt', 'query', 'url'].map(field => `${source}/${field}`)
  const pointers = [
    ...['/description', '/role', ...of('/sources/0'), '/retraction/reason', '/dispute/statement'],
    ...['/dispute/resolution/text', ...of('/dispute/resolution/source')],
  ]
  const { status, body } = await redact(service, event, pointers)
  t.equal(status, 200)
  const taken = { excerpt: '[redacted]', query: '[redacted]', url: null }
  t.match(body, {
    description: '[redacted]',
    role: '[redacted]',
    sources: [taken],
    retraction: { reason: '[redacted]' },
    dispute: { statement: '[redacted]', resolution: { text: '[redacted]', source: taken } },
    redactions: [{ pointers }],
  })
  t.same(await rowsWith(db, secret), [])
})

t.test('a source that loses its address still cites something', async t => {
  const url = `https://logs.example/?token=${secret}`
  const link = { kind: 'log', system: 'checkout', url }
  const { event } = await given({ sources: [link, { ...link, excerpt: 'ERROR' }] })
  const { body } = await redact(service, event, ['/sources/0/url'])
  t.match(body.sources, [
    { url: null, excerpt: '[redacted]' },
    { url: null, excerpt: 'ERROR' },
  ])
  t.same(
    body.redactions[0].pointers,
    ['/sources/0/url', '/sources/1/url'],
    'and the same text goes elsewhere, too',
  )
  const again = await redact(service, event, ['/sources/0/url'])
  t.same(
    [again.status, again.body.version],
    [200, 2],
    'and it can be named again, though nothing stands there',
  )
})

t.test('a text goes wherever it was moved in this event, in whichever version', async t => {
  const { event } = await given({ description: leaked.excerpt })
  await patch(event, { description: 'It failed.', sources: [logLine, { ...leaked, query: 'up' }] })
  const { body } = await redact(service, event, ['/sources/1/excerpt'])
  t.match(body, { description: 'It failed.', sources: [{ excerpt: logLine.excerpt }, { query: 'up' }] })
  t.equal((await versionsOf(service, event))[0].fields.description, '[redacted]')
  t.same(await rowsWith(db, secret), [])

  const other = await given({ description: leaked.excerpt })
  await patch(other.event, { description: 'It failed.', sources: [logLine, leaked] })
  const named = await redact(service, other.event, ['/description'])
  t.equal(named.body.description, '[redacted]', 'a pointer stands for what it names in any version')
  t.same(excerptsOf(named.body), [logLine.excerpt, '[redacted]'])
  t.same(await rowsWith(db, secret), [])
})

t.test('what only looks like the text stays: kinds, names and keys are never touched', async t => {
  const word = { kind: 'deploy', description: 'deploy', role: 'priya', dedupe_key: 'deploy' }
  const said = { kind: 'statement', system: 'deploy', excerpt: 'priya', stated_by: 'priya' }
  const { event } = await given({
    ...word,
    sources: [said, { kind: 'deploy', system: 'priya', excerpt: 'x' }],
  })
  const { body } = await redact(service, event, ['/description', '/role'])
  t.match(body, { ...word, description: '[redacted]', role: '[redacted]', source_system: 'deploy' })
  t.match(body.sources, [
    { ...said, excerpt: '[redacted]' },
    { kind: 'deploy', system: 'priya' },
  ])
})

t.test('the same redaction again changes nothing', async t => {
  const { event } = await given({ sources: [leaked] })
  const first = await redact(service, event, ['/sources/0/excerpt'])
  const before = await digestOf(db)
  clock.now = new Date(clock.now.getTime() + 1000)
  const again = await redact(service, event, ['/sources/0/excerpt'], { body: { reason: 'Another.' } })
  t.equal(again.status, 200)
  t.same(again.body, first.body)
  t.equal(again.headers.etag, first.headers.etag)
  t.equal(await digestOf(db), before)
})

t.test('a redaction can be widened, and what came in since is taken out, too', async t => {
  const { event } = await given({ description: `One ${secret}`, sources: [leaked] })
  await redact(service, event, ['/description'])
  const wider = await redact(service, event, ['/sources/0/excerpt', '/description'], {
    body: { reason: 'Another.' },
  })
  const tombstones = [
    { pointers: ['/description'], reason },
    { pointers: ['/sources/0/excerpt', '/description'], reason: 'Another.' },
  ]
  t.match(wider.body, { version: 3, redactions: tombstones })
  await patch(event, { description: `Two ${secret}` })
  const { body } = await redact(service, event, ['/description'])
  t.match(body, { version: 5, description: '[redacted]', redactions: [...tombstones, tombstones[0]] })
  t.same(await rowsWith(db, secret), [])
  t.equal(
    (await db.selectFrom('redactions').select('id').where('resource_id', '=', idOf(event)).execute()).length,
    3,
  )
})

t.test('two redactions at once happen one after the other', async t => {
  const { event } = await given({ description: `One ${secret}`, role: `Two ${secret}`, sources: [leaked] })
  const named = [['/description'], ['/role'], ['/sources/0/excerpt'], ['/description', '/role']]
  const answers = await Promise.all(named.map(pointers => redact(service, event, pointers)))
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
  const { redactions, version } = await read(event)
  const pointers = new Set(redactions.flatMap((tombstone: any) => tombstone.pointers))
  t.same([...pointers].sort(), ['/description', '/role', '/sources/0/excerpt'])
  t.ok(version <= 4, 'one that found nothing left changed nothing')
  t.equal(redactions.length, version - 1)
  t.same(await rowsWith(db, secret), [])
})

t.test('a delivery sent again is still recognised, and answered with its version of now', async t => {
  const incident = await openIncident(service)
  const deliveries = [{ sources: [leaked], dedupe_key: 'pd:1' }, { sources: [leaked] }].map(observed)
  for (const body of deliveries) {
    const { body: stored } = await call('POST', `${incident}/events`, { body })
    const event = `${incident}/events/${stored.id}`
    await redact(service, event, ['/sources/0/excerpt'])
    const again = await call('POST', `${incident}/events`, { body })
    t.equal(again.status, 200)
    t.equal(again.headers['idempotent-replayed'], 'true')
    t.same(again.body, { ...stored, version: (await read(event)).version })
    t.same(await rowsWith(db, secret), [])
  }
})

t.test('an answer kept for a repeated request loses the text where it is a whole string of it', async t => {
  const link = `https://logs.example/${secret}`
  const { excerpt: _, ...silent } = { ...leaked, url: link }
  const sources = [{ ...leaked, url: link }, { ...leaked, excerpt: '","' }, silent]
  const { incident, event } = await given({ sources })
  const other = await openIncident(service)
  const stored = await read(event)
  const answer = {
    results: [{ status: 'created', event: stored }],
    said: [leaked.excerpt],
    cut: `“${secret}”`,
  }
  const kept = {
    batch: { location: null, body: answer },
    item: { location: `${incident}/x/1`, body: { text: leaked.excerpt, list: ['a', ',', 'b'], n: 1.5 } },
    bystander: { location: `${other}/x/1`, body: { incident_id: idOf(other), text: leaked.excerpt } },
    namesake: { location: `${incident}-2/x/1`, body: { text: leaked.excerpt } },
  }
  for (const [key, { location, body }] of Object.entries(kept))
    await db
      .insertInto('idempotent_answers')
      .values({
        ...{ caller: 'c', key, request_sha256: '', status: 201, location, body: JSON.stringify(body) },
        created_at: clock.now.toISOString(),
      })
      .execute()
  await redact(service, event, ['/sources/0/excerpt', '/sources/0/url', '/sources/1/excerpt'])
  const rows = await db.selectFrom('idempotent_answers').selectAll().where('caller', '=', 'c').execute()
  const bodyOf = (wanted: string) => rows.find(({ key }) => key === wanted)!.body
  const today = await read(event)
  t.equal(today.sources[2].excerpt, '[redacted]')
  const redacted = {
    results: [{ status: 'created', event: { ...stored, sources: today.sources } }],
    said: ['[redacted]'],
  }
  t.equal(bodyOf('batch'), JSON.stringify({ ...redacted, cut: answer.cut }), 'the order of its members stays')
  t.equal(bodyOf('item'), JSON.stringify({ text: '[redacted]', list: ['a', ',', 'b'], n: 1.5 }))
  t.equal(bodyOf('bystander'), JSON.stringify(kept.bystander.body))
  t.equal(bodyOf('namesake'), JSON.stringify(kept.namesake.body))
})

t.test('only what is free text, and stands or stood in the event, can be named', async t => {
  const { event } = await given({ sources: [leaked] })
  const before = await digestOf(db)
  const faults: [unknown, string, RegExp][] = [
    [['/occurred_at'], '/pointers/0', /Only free text can be taken out: \/description, \/role/],
    ...['/kind', '/id', '/dedupe_key', '/sources', '/sources/0', '/sources/0/stated_by', '/description/'].map(
      (pointer): [unknown, string, RegExp] => [['/description', pointer], '/pointers/1', /Only free text/],
    ),
    [
      ['/description', '/role'],
      '/pointers/1',
      /What can be taken out: \/description, \/sources\/0\/excerpt\./,
    ],
    [
      ['/sources/1/excerpt'],
      '/pointers/0',
      /Nothing stands at \/sources\/1\/excerpt in a version .* asked for/,
    ],
    [['/sources/00/excerpt'], '/pointers/0', /must match/],
    [['/dispute/statement'], '/pointers/0', /Nothing stands/],
    [['/description', '/description'], '/pointers', /repeat/],
    [[], '/pointers', /at least 1/],
    [Array(101).fill('/description'), '/pointers', /at most 100/],
    ['/description', '/pointers', /must be a list/],
    [undefined, '/pointers', /is required/],
  ]
  for (const [pointers, pointer, detail] of faults) {
    const { status, body } = await redact(service, event, pointers)
    t.same([status, body.code], [422, 'invalid_body'], JSON.stringify(pointers))
    t.match(body.errors, [{ pointer, detail }])
  }
  for (const bad of [undefined, '', ' \u200b', 'x'.repeat(2001), `It was ${leaked.excerpt}.`]) {
    const { status, body } = await redact(service, event, ['/sources/0/excerpt'], { body: { reason: bad } })
    t.match([status, body.errors[0].pointer], [422, '/reason'])
    t.notMatch(JSON.stringify(body), secret)
  }
  t.equal(await digestOf(db), before, 'and nothing was stored')
})

t.test('an event that is not there, or is another incident’s, is not found', async t => {
  const { event, incident } = await given({ sources: [leaked] })
  const other = await openIncident(service)
  const missing = [
    `${incident}/events/019785b0-5c00-7000-8000-00000000abcd`,
    `${incident}/events/not-a-uuid`,
    `${other}/events/${idOf(event)}`,
    `/v1/incidents/PM-2026-06-17-nothing/events/${idOf(event)}`,
    `/v1/incidents/nonsense/events/${idOf(event)}`,
  ]
  for (const url of missing) t.equal((await redact(service, url, ['/description'])).status, 404, url)
  const capital = event.replace(/[^/]*$/, id => id.toUpperCase())
  t.equal((await redact(service, capital, ['/sources/0/excerpt'])).status, 200)
  t.same(excerptsOf(await read(event)), ['[redacted]'])
})

t.test('If-Match is honoured', async t => {
  const { event } = await given({ sources: [leaked] })
  const { headers } = await call('GET', event)
  await patch(event, { role: 'scribe' })
  const before = await digestOf(db)
  const stale = { headers: { 'if-match': headers.etag! } }
  t.equal((await redact(service, event, ['/sources/0/excerpt'], stale)).status, 412)
  t.equal((await redact(service, event, ['/description'], { headers: { 'if-none-match': '*' } })).status, 412)
  t.equal(await digestOf(db), before)
  const fresh = { headers: { 'if-match': (await call('GET', event)).headers.etag! } }
  t.equal((await redact(service, event, ['/sources/0/excerpt'], fresh)).status, 200)
})

t.test('only an admin may redact', async t => {
  const { event } = await given({ sources: [leaked] })
  for (const scope of ['review', 'write', 'read', 'events:write']) {
    const { body } = await call('POST', '/v1/tokens', { body: { name: scope, scope } })
    const { status } = await redact(service, event, ['/description'], { token: body.token })
    t.equal(status, 403, scope)
    await call('DELETE', `/v1/tokens/${body.id}`)
  }
  t.equal((await redact(service, event, ['/description'], { token: null })).status, 401)
  t.equal((await read(event)).version, 1)
  const { body } = await call('POST', '/v1/tokens', { body: { name: 'sam', scope: 'admin', person: 'sam' } })
  const { body: done } = await redact(service, event, ['/sources/0/excerpt'], { token: body.token })
  t.match(done, { changed_by: 'sam', redactions: [{ by: 'sam' }] })
})
