import { sql } from 'kysely'
import t from 'tap'
import { sha256Hex } from '../../../src/kit/json/json.ts'
import { logLine, observed } from '../../help/cast.ts'
import { digestOf } from '../../help/digest.ts'
import { openService } from '../../help/service.ts'
import { givenReady, seal, withoutRevision } from '../ready.ts'
import { idOf, leaked, reason, redact, rowsWith, secret, versionsOf } from './help.ts'

const service = await openService(t)
const { call, db, clock } = service

const other = { ...logLine, excerpt: '14:02:30 the payments stub is full' }
const third = { ...logLine, excerpt: '14:02:40 the disk of the payments stub is full' }

/** A final postmortem with one more event, and that event's address. */
async function givenFinal(title: string, fields: object = {}): Promise<{ incident: string; event: string }> {
  const incident = await givenReady(service, title)
  const { body } = await call('POST', `${incident}/events`, {
    body: observed({ occurred_at: '2026-06-17T14:05:00Z', sources: [other, leaked, third], ...fields }),
  })
  await seal(service, incident)
  return { incident, event: `${incident}/events/${body.id}` }
}

async function amend(incident: string, change: () => Promise<unknown>): Promise<void> {
  await call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A source was missing.' } })
  await change()
  await seal(service, incident)
}

const revisionsOf = async (incident: string) => (await call('GET', `${incident}/revisions`)).body.items
const rowsOf = (incident: string) =>
  db.selectFrom('revisions').selectAll().where('incident_id', '=', idOf(incident)).orderBy('number').execute()
const of = (event: string) => ({ resource: 'event', id: idOf(event), event_id: idOf(event) })
const hashesOf = ({ json_sha256, markdown_sha256 }: any) => ({ json_sha256, markdown_sha256 })

t.test('a secret is taken out of every revision, though its source has moved between them', async t => {
  const { incident, event } = await givenFinal('Two revisions')
  await amend(incident, () => call('PATCH', event, { body: { sources: [leaked, logLine, third] } }))
  const bystander = await givenFinal('Another', { sources: [other] })
  const untouched = await rowsOf(bystander.incident)
  const before = await revisionsOf(incident)
  t.same(await rowsWith(db, secret), ['events 1', 'history 1', 'revisions 2'])

  clock.now = new Date('2026-06-20T10:00:00Z')
  const { status, body } = await redact(service, event, ['/sources/0/excerpt'])
  t.equal(status, 200)
  t.same(await rowsWith(db, secret), [])
  t.match(body.sources, [{ excerpt: '[redacted]' }, { excerpt: logLine.excerpt }, { excerpt: third.excerpt }])

  const after = await rowsOf(incident)
  const documents = after.map(({ json }) => JSON.parse(json))
  const events = documents.map(({ events }) => events.find(({ id }: any) => id === idOf(event)))
  const excerpts = events.map(({ sources }) => sources.map(({ excerpt }: any) => excerpt))
  const first = ['[redacted]', '[redacted]', third.excerpt]
  t.same(excerpts, [first, ['[redacted]', logLine.excerpt, third.excerpt]], 'and what stood there before')
  const tombstone = { reason, by: 'token:admin', at: '2026-06-20T10:00:00.000Z' }
  t.same(
    events.map(({ redactions }) => redactions),
    [
      [{ ...tombstone, pointers: ['/sources/0/excerpt', '/sources/1/excerpt'] }],
      [{ ...tombstone, pointers: ['/sources/0/excerpt'] }],
    ],
  )
  for (const { markdown } of after)
    t.match(markdown, `redacted 2026-06-20 10:00 UTC by token:admin: ${reason}\n`)

  t.same(
    (await revisionsOf(incident)).map(({ redactions }: any) => redactions),
    before.map((revision: any) => [
      { ...of(event), pointers: ['/sources/0/excerpt'], ...tombstone, before: hashesOf(revision) },
    ]),
    'the hashes before stay on record',
  )
  const highest = Math.max(...untouched.map(({ sequence }) => sequence))
  const sequences = after.map(({ sequence }) => sequence)
  t.ok(
    sequences[0]! > highest && sequences[1]! > sequences[0]!,
    'a reader with `after=` gets them again, in order',
  )
  t.same(await rowsOf(bystander.incident), untouched)
})

t.test('the bytes that readers get are those of the new hashes', async t => {
  const { incident, event } = await givenFinal('Bytes')
  const [before] = await rowsOf(incident)
  await redact(service, event, ['/sources/1/excerpt'])
  const [revision] = await revisionsOf(incident)
  t.not(revision.json_sha256, before!.json_sha256)
  t.not(revision.markdown_sha256, before!.markdown_sha256)
  for (const [form, hash] of [
    ['md', revision.markdown_sha256],
    ['json', revision.json_sha256],
  ]) {
    const { text, headers } = await call('GET', `${incident}/postmortem.${form}`)
    t.equal(sha256Hex(text), hash)
    t.equal(headers.etag, `"${hash.slice(0, 16)}"`)
  }
  const html = (await call('GET', `${incident}/postmortem.html`)).text
  t.match(html, '[redacted]')
  t.notMatch(html, secret)
  const detail = await call('GET', `${incident}/revisions/1`)
  t.equal(sha256Hex(detail.body.markdown), revision.markdown_sha256)
  const [row] = await rowsOf(incident)
  t.ok(detail.text.endsWith(`"postmortem":${row!.json}}`))
  const lines = (text: string) => text.split('\n')
  const kept = lines(withoutRevision(before!.markdown)).filter(line => !line.includes(secret))
  t.same(
    kept.filter(line => !lines(row!.markdown).includes(line)),
    [],
    'and every line without the secret is still there',
  )
  const { events, ...document } = JSON.parse(row!.json)
  const { events: eventsBefore, ...documentBefore } = JSON.parse(before!.json)
  t.same(document, documentBefore)
  t.same(
    events.filter(({ id }: any) => id !== idOf(event)),
    eventsBefore.filter(({ id }: any) => id !== idOf(event)),
  )
})

t.test('it stays final, and its working copy says the same', async t => {
  const { incident, event } = await givenFinal('Still final')
  const before = (await call('GET', incident)).body
  await redact(service, event, ['/sources/1/excerpt'])
  t.same((await call('GET', incident)).body, before)
  t.equal((await call('PATCH', event, { body: { role: 'scribe' } })).status, 409)
  const sealed = (await call('GET', `${incident}/postmortem.md`)).text
  const working = (await call('GET', `${incident}/postmortem.md?copy=working`)).text
  t.equal(working, withoutRevision(sealed))
  const versions = await versionsOf(service, event)
  t.same(
    versions.map(({ version }) => version),
    [1, 2],
  )
})

t.test('the document names the person who redacted it', async t => {
  const { incident, event } = await givenFinal('By a person')
  const { body } = await call('POST', '/v1/tokens', { body: { name: 't', scope: 'admin', person: 'sam' } })
  await redact(service, event, ['/sources/1/excerpt'], { token: body.token })
  const { text } = await call('GET', `${incident}/postmortem.md`)
  t.match(text, `redacted 2026-06-20 10:00 UTC by Sam: ${reason}\n`)
  const working = (await call('GET', `${incident}/postmortem.md?copy=working`)).text
  t.equal(working, withoutRevision(text))
})

t.test('a revision that has nothing of it keeps its bytes', async t => {
  const { incident, event } = await givenFinal('Came later', { sources: [other] })
  const [first] = await rowsOf(incident)
  await amend(incident, () => call('PATCH', event, { body: { sources: [other, leaked] } }))
  await redact(service, event, ['/sources/1/excerpt'])
  const [kept, changed] = await rowsOf(incident)
  t.same(kept, first)
  t.match(changed!.json, '[redacted]')
  t.same(
    (await revisionsOf(incident)).map(({ redactions }: any) => redactions.length),
    [0, 1],
  )
  t.same(await rowsWith(db, secret), [])
})

t.test('the same redaction again draws no sequence numbers; a wider one does', async t => {
  const { incident, event } = await givenFinal('Twice', { description: `It said ${secret}.` })
  await redact(service, event, ['/sources/1/excerpt'])
  const [once] = await rowsOf(incident)
  const before = await digestOf(db)
  t.equal((await redact(service, event, ['/sources/1/excerpt'])).status, 200)
  t.equal(await digestOf(db), before)
  await redact(service, event, ['/sources/1/excerpt', '/description'], { body: { reason: 'Once more.' } })
  const [twice] = await rowsOf(incident)
  t.ok(twice!.sequence > once!.sequence)
  t.same(await rowsWith(db, secret), [])
  const [{ redactions }] = await revisionsOf(incident)
  t.match(redactions, [{ reason }, { reason: 'Once more.', before: hashesOf(once) }])
  const sealed = JSON.parse(twice!.json).events.find(({ id }: any) => id === idOf(event))
  t.match(sealed.redactions, [
    { pointers: ['/sources/1/excerpt'], reason },
    { pointers: ['/description'], reason: 'Once more.' },
  ])
})

t.test('while it is being corrected, and after, the secret is gone from all', async t => {
  const { incident, event } = await givenFinal('Amended')
  await amend(incident, async () => {
    await redact(service, event, ['/sources/1/excerpt'])
    t.notMatch((await call('GET', `${incident}/postmortem.json`)).text, secret)
  })
  const [first, second] = await rowsOf(incident)
  t.ok(first!.sequence < second!.sequence)
  t.same(await rowsWith(db, secret), [])
})

t.test('sealing and redacting at once: whichever is first, nothing of it is left', async t => {
  for (let run = 0; run < 4; run += 1) {
    const { incident, event } = await givenFinal(`Race ${run}`)
    await call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A race.' } })
    const [sealed, redacted] = await Promise.all([
      seal(service, incident),
      redact(service, event, ['/sources/1/excerpt']),
    ])
    t.equal(redacted.status, 200)
    t.ok([201, 412].includes(sealed.status), 'sealed as it was read, or not at all')
    t.same(await rowsWith(db, secret), [])
  }
})

t.test('a revision is changed in no other way', async t => {
  const { incident, event } = await givenFinal('Raw')
  await redact(service, event, ['/sources/1/excerpt'])
  const [row] = await rowsOf(incident)
  const refused = /a revision is never changed or deleted/
  const of = sql`incident_id = ${idOf(incident)} AND number = 1`
  const forged = `${row!.markdown}Nothing happened.\n`
  const forging = sql`UPDATE revisions SET markdown = ${forged}, markdown_sha256 = ${sha256Hex(forged)},
    sequence = sequence + 1000 WHERE ${of}`
  const before = await digestOf(db)
  for (const statement of [
    sql`UPDATE revisions SET sequence = sequence + 1000 WHERE ${of}`,
    sql`UPDATE revisions SET sealed_by = 'nobody' WHERE ${of}`,
    sql`DELETE FROM revisions WHERE ${of}`,
    sql`TRUNCATE revisions`,
    forging,
  ])
    await t.rejects(statement.execute(db), refused)
  t.equal(await digestOf(db), before)

  const hashes = hashesOf(row)
  const after = { ...hashes, markdown_sha256: sha256Hex(forged) }
  const claims = [
    { number: 1, before: { ...hashes, json_sha256: sha256Hex('') }, after },
    { number: 1, before: hashes, after: { ...after, markdown_sha256: sha256Hex('other') } },
    { number: 2, before: hashes, after },
  ]
  for (const claim of claims) {
    await db
      .insertInto('redactions')
      .values({
        ...{ id: crypto.randomUUID(), incident_id: idOf(incident), resource_id: idOf(event) },
        ...{
          resource: 'event',
          pointers: [],
          reason: 'Made up.',
          redacted_at: '2026-06-20T10:00:00Z',
          redacted_by: 'x',
          request_id: 'x',
        },
        revisions: JSON.stringify([claim]),
      })
      .execute()
    await t.rejects(forging.execute(db), refused, 'nor by a record whose hashes do not fit')
  }
  t.same(await rowsOf(incident), [row])
})
