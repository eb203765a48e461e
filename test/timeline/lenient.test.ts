import t from 'tap'
import { preferenceOf } from '../../src/kit/preferences.ts'
import { cutAtWord } from '../../src/kit/text.ts'
import { logLine, observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'
import { redact, rowsWith } from '../postmortem/redaction/help.ts'

const service = await openService(t)
await seedPeople(service)
const { call, clock, db } = service
const lenient = { prefer: 'handling=lenient' }
const send = (incident: string, fields: object = {}, headers: Record<string, string> = lenient) =>
  call('POST', `${incident}/events`, { body: observed(fields), headers })
const read = async (incident: string, { id }: { id: string }) =>
  (await call('GET', `${incident}/events/${id}`)).body
const count = async (incident: string) => (await readAllPages(service, `${incident}/events?limit=200`)).length

const words = (length: number) => 'Checkout fails. '.repeat(length / 16 + 1).slice(0, length)
const longUrl = `https://logs.example/?q=${'a'.repeat(2100)}`

/** What strict handling refuses, and what is stored of it. */
const overLimits: [what: string, fields: object, stored: object, original: Record<string, string>][] = [
  [
    'a description',
    { description: words(2020) },
    { description: `${words(1999)}…` },
    { '/description': words(2020) },
  ],
  ['a role', { role: ` ${'x'.repeat(201)} ` }, { role: `${'x'.repeat(199)}…` }, { '/role': 'x'.repeat(201) }],
  [
    'an excerpt in astral characters, and a query',
    { sources: [logLine, { ...logLine, excerpt: '🔥'.repeat(8001), query: 'q'.repeat(8001) }] },
    { sources: [{}, { excerpt: `${'🔥'.repeat(7999)}…`, query: `${'q'.repeat(7999)}…` }] },
    { '/sources/1/excerpt': '🔥'.repeat(8001), '/sources/1/query': 'q'.repeat(8001) },
  ],
  [
    'an address beside an excerpt',
    { sources: [{ ...logLine, url: longUrl }] },
    { sources: [{ url: null, excerpt: logLine.excerpt }] },
    { '/sources/0/url': longUrl },
  ],
  [
    'an address alone, whose beginning is cited',
    { sources: [{ ...logLine, excerpt: null, url: longUrl.repeat(4) }] },
    { sources: [{ url: null, excerpt: `${longUrl.repeat(4).slice(0, 7999)}…` }] },
    { '/sources/0/url': longUrl.repeat(4) },
  ],
  [
    'a time that is not yet',
    { occurred_at: '2026-06-19T09:01Z', occurred_until: '2026-06-20T09:01Z', between: true },
    {
      occurred_at: clock.now.toISOString(),
      precision: 'approximate',
      occurred_until: null,
      between: false,
    },
    { '/occurred_at': '2026-06-19T09:01Z', '/occurred_until': '2026-06-20T09:01Z', '/between': 'true' },
  ],
]

for (const [what, fields, stored, original] of overLimits)
  t.test(`${what} over its limit is shortened, kept whole, and known again`, async t => {
    const incident = await openIncident(service)
    t.equal((await send(incident, fields, {})).status, 422, 'strict handling refuses it')
    const { status, headers, body } = await send(incident, fields)
    t.match([status, headers['preference-applied']], [201, 'handling=lenient'])
    t.same(body.warnings.map((warning: string) => warning.split(' ')[0]).sort(), Object.keys(original).sort())
    t.match(await read(incident, body), { ...stored, original })

    clock.now = new Date(clock.now.getTime() + 60_000)
    t.teardown(() => {
      clock.now = new Date(clock.now.getTime() - 60_000)
    })
    const again = await send(incident, fields)
    t.match([again.status, again.headers['idempotent-replayed'], again.body.id], [200, 'true', body.id])
    t.equal(await count(incident), 1)
  })

t.test('a key over its limit stays a key of its own, and each of two that begin alike', async t => {
  const incident = await openIncident(service)
  const [one, other] = ['a', 'b'].map(end => ({ dedupe_key: `${'k'.repeat(300)}${end}` }))
  const first = await send(incident, one)
  t.match(first.body.dedupe_key, /^k{190}#[0-9a-f]{64}$/)
  t.equal((await send(incident, other)).status, 201)
  t.match((await send(incident, one)).body, { id: first.body.id })
  t.same((await read(incident, first.body)).original, { '/dedupe_key': one!.dedupe_key })
})

t.test('what keeps the limits is the same event, however it is handled', async t => {
  const incident = await openIncident(service)
  const fields = { role: 'scribe', milestone: 'detected', occurred_until: '2026-06-17T14:05:00Z' }
  const first = await send(incident, fields, {})
  t.notOk(first.headers['preference-applied'])
  t.match(await send(incident, fields), { status: 200, body: { id: first.body.id, warnings: [] } })
  t.equal((await read(incident, first.body)).original, null)
  // Of a time a day ahead the precision decides, as in strict handling.
  const today = { occurred_at: '2026-06-19', occurred_until: '2026-06-19T23:00:00Z', precision: 'day' }
  t.match(await send(incident, today, {}), { status: 201 })
  const again = await send(incident, today)
  t.same([again.status, again.body.warnings], [200, []])
})

t.test('a taken milestone is left out, and other content of a key is a duplicate', async t => {
  const incident = await openIncident(service)
  const holder = await send(incident, { milestone: 'detected', dedupe_key: 'a' })
  const rival = await send(incident, { milestones: ['detected', 'acknowledged'], dedupe_key: 'b' })
  t.match(rival, { status: 201, body: { warnings: [new RegExp(`^/milestones.*${holder.body.id}`)] } })
  const stored = await read(incident, rival.body)
  t.match(stored, { milestones: ['acknowledged'], original: { '/milestones': 'detected, acknowledged' } })
  const again = await send(incident, { milestones: ['detected', 'acknowledged'], dedupe_key: 'b' })
  t.match(again, { status: 200, body: { warnings: [/^\/milestones: of detected, acknowledged another/] } })
  const other = await send(incident, { dedupe_key: 'a', description: 'Other.' })
  t.match(other, { status: 200, body: { id: holder.body.id, warnings: [/other content/] } })
})

t.test('what is wrong in another way is refused as ever', async t => {
  const incident = await openIncident(service)
  const wrong: [object, string][] = [
    [{ description: ' '.repeat(2001) }, '/description'],
    [{ role: `one\n${'x'.repeat(300)}` }, '/role'],
    [{ sources: [{ ...logLine, url: `ftp://a.example/${'a'.repeat(2048)}` }] }, '/sources/0/url'],
    [{ description: ['x'.repeat(2001)] }, '/description'],
    [{ sources: [null] }, '/sources/0'],
    [{ sources: 'none' }, '/sources'],
    [{ occurred_at: '2027-02-30T00:00:00Z' }, '/occurred_at'],
    [{ sources: Array.from({ length: 21 }, () => logLine) }, '/sources'],
  ]
  for (const [fields, pointer] of wrong)
    t.match(await send(incident, fields), { status: 422, body: { errors: [{ pointer }] } }, pointer)
  t.equal(await count(incident), 0)
})

t.test('a field that is patched has no original any more, and the others keep theirs', async t => {
  const incident = await openIncident(service)
  const long = { description: words(2020), role: 'x'.repeat(201), sources: [{ ...logLine, url: longUrl }] }
  const { body } = await send(incident, { ...long, occurred_at: '2026-06-20T09:00:00Z' })
  const patch = async (fields: object) =>
    Object.keys((await call('PATCH', `${incident}/events/${body.id}`, { body: fields })).body.original ?? {})
  t.same((await patch({ kind: 'note' })).sort(), ['/description', '/occurred_at', '/role', '/sources/0/url'])
  t.same((await patch({ description: 'Short.' })).sort(), ['/occurred_at', '/role', '/sources/0/url'])
  t.same((await patch({ sources: [logLine, logLine] })).sort(), ['/occurred_at', '/role', '/sources/0/url'])
  t.same((await patch({ sources: [{ ...logLine, query: 'x' }] })).sort(), ['/occurred_at', '/role'])
  t.same(await patch({ role: null, occurred_at: '2026-06-17T14:02:00Z' }), [])
})

t.test('the precision of a time that is not yet is known again, too', async t => {
  const incident = await openIncident(service)
  const fields = { occurred_at: '2026-06-25T09:00:00Z', precision: 'minute', occurred_until: null }
  const first = await send(incident, fields)
  t.match(await read(incident, first.body), {
    precision: 'approximate',
    original: { '/precision': 'minute' },
  })
  t.match(await send(incident, fields), { status: 200, body: { id: first.body.id } })
  t.match(await send(incident, { ...fields, precision: 'exact' }), { status: 201 })
})

t.test('a key that was shortened cannot be taken out, as no key can', async t => {
  const incident = await openIncident(service)
  const { body } = await send(incident, { dedupe_key: 'k'.repeat(300) })
  t.match(await redact(service, `${incident}/events/${body.id}`, ['/dedupe_key']), { status: 422 })
})

t.test('a secret that is taken out of a shortened text is taken out of what was sent, too', async t => {
  const secret = 'correct-horse-battery-staple'
  const text = `${secret} ${words(9000)} ${secret}`
  const url = `https://${secret}.example/${'a'.repeat(8000)}`
  const cases: [object, string][] = [
    [{ description: text }, '/description'],
    [{ sources: [{ ...logLine, excerpt: text }] }, '/sources/0/excerpt'],
    [{ sources: [{ ...logLine, url }] }, '/sources/0/url'],
    [{ sources: [{ ...logLine, excerpt: null, url }] }, '/sources/0/excerpt'],
    [{ sources: [{ ...logLine, excerpt: null, url }] }, '/sources/0/url'],
    [{ description: text }, '/original/~1description'],
    [{ description: `${words(2100)} ${secret}` }, '/original/~1description'],
  ]
  for (const [fields, pointer] of cases) {
    const incident = await openIncident(service)
    const event = `${incident}/events/${(await send(incident, fields)).body.id}`
    await call('PATCH', event, { body: { kind: 'note' } })
    t.not((await rowsWith(db, secret)).length, 0)
    t.match(await redact(service, event, [pointer]), { status: 200 }, pointer)
    t.same(await rowsWith(db, secret), [], pointer)
  }
})

t.test('a preference is read from a list, and what is no preference is passed over', async t => {
  const incident = await openIncident(service)
  const isLenient = async (prefer: string) =>
    (await send(incident, { description: words(2020) }, { prefer })).status < 300
  for (const prefer of [
    'handling=lenient',
    'Handling = "LENIENT"; x="a,b"',
    'respond-async, wait=10, handling=lenient',
    '=, a b, handling=lenient',
  ])
    t.ok(await isLenient(prefer), prefer)
  for (const prefer of ['handling=strict, handling=lenient', 'handling', 'x="handling=lenient"', '"'])
    t.notOk(await isLenient(prefer), prefer)
  t.equal(preferenceOf('a', `b="\\",a=1", a="q\\"\\\\"`), 'q"\\')
})

t.test('a text is cut behind a word, or within one that is long', async t => {
  t.equal(cutAtWord('one two', 7), 'one two')
  t.equal(cutAtWord('0123456789 0123456789 ab', 23), '0123456789 0123456789…')
  t.equal(cutAtWord('0123456789 0123456789 ab', 22), '0123456789 0123456789…')
  t.equal(cutAtWord('0123456789 abcdefghijkl', 12), '0123456789…')
  t.equal(cutAtWord('a bcdefghijklmnopq', 12), 'a bcdefghij…')
  t.equal(cutAtWord('🔥🔥🔥', 2), '🔥…')
})
