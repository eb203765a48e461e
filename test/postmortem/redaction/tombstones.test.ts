import { sql } from 'kysely'
import t from 'tap'
import { sha256Hex } from '../../../src/kit/json/json.ts'
import { logLine, observed } from '../../help/cast.ts'
import { digestOf } from '../../help/digest.ts'
import { adminToken, openService } from '../../help/service.ts'
import { givenReady, seal, withoutRevision } from '../ready.ts'
import { idOf, leaked, redact, secret, versionsOf } from './help.ts'

/** Each redaction of an event keeps who did it, when and why, also after later ones. */

const service = await openService(t)
const { app, call, db, clock } = service
const authorization = `Bearer ${adminToken}`

/** An event that has two secrets, of an incident that could be sealed. */
async function given(title: string, sources: object[] = [leaked]) {
  clock.now = new Date('2026-06-18T09:00:00Z')
  const incident = await givenReady(service, title)
  const { body } = await call('POST', `${incident}/events`, {
    body: observed({ occurred_at: '2026-06-17T14:05:00Z', description: `It said ${secret}.`, sources }),
  })
  return { incident, event: `${incident}/events/${body.id}` }
}
await givenReady(service, 'It brings its people')
// Nothing else in the document names her.
await call('PUT', '/v1/people/lena', { body: { name: 'Lena' } })
const tokenOf = async (person: string): Promise<string> =>
  (await call('POST', '/v1/tokens', { body: { name: person, scope: 'admin', person } })).body.token
const tokens = { lena: await tokenOf('lena'), sam: await tokenOf('sam') }

type Redactor = (event: string, pointers: string[]) => ReturnType<typeof redact>
const redactor =
  (person: keyof typeof tokens, at: string, reason: string): Redactor =>
  (event, pointers) => {
    clock.now = new Date(at)
    return redact(service, event, pointers, { body: { reason }, token: tokens[person] })
  }
const byLena = { reason: 'A password of the payments database.', by: 'lena', at: '2026-06-19T09:00:00.000Z' }
const bySam = { reason: 'The sentence quotes it.', by: 'sam', at: '2026-06-20T10:00:00.000Z' }
const lenaRedacts = redactor('lena', byLena.at, byLena.reason)
const samRedacts = redactor('sam', bySam.at, bySam.reason)
const both = [
  { ...byLena, pointers: ['/sources/0/excerpt'] },
  { ...bySam, pointers: ['/description'] },
]
const bothLines = `  - redacted 2026-06-19 09:00 UTC by Lena: ${byLena.reason}\n  - redacted 2026-06-20 10:00 UTC by Sam: ${bySam.reason}\n`

const read = async (event: string) => (await call('GET', event)).body
const revisionOf = async (incident: string) => (await call('GET', `${incident}/revisions/1`)).body
const sealedRedactions = async (incident: string, event: string) =>
  (await revisionOf(incident)).postmortem.events.find(({ id }: any) => id === idOf(event)).redactions

t.test('an event that nothing was taken out of says so by an empty list', async t => {
  const { event } = await given('Nothing')
  t.same((await read(event)).redactions, [])
})

t.test('two who redact an event before it is sealed are both named, in order', async t => {
  const { incident, event } = await given('Both before')
  await lenaRedacts(event, ['/sources/0/excerpt'])
  const { status, body } = await samRedacts(event, ['/description'])
  t.equal(status, 200)
  t.match(body, { version: 3, changed_by: 'sam' })
  t.same(body.redactions, both)
  t.same(await read(event), body)
  t.match((await call('GET', `${incident}/postmortem.md`)).text, bothLines)
  await seal(service, incident)
  const revision = await revisionOf(incident)
  t.same(await sealedRedactions(incident, event), both)
  t.match(revision.markdown, bothLines)
  t.same(revision.redactions, [], 'nothing was taken out of the revision itself')
})

t.test('one who redacted before it was sealed is still named when another does after', async t => {
  const { incident, event } = await given('Before and after')
  await lenaRedacts(event, ['/sources/0/excerpt'])
  await seal(service, incident)
  const { json_sha256, markdown_sha256 } = await revisionOf(incident)
  t.same(await sealedRedactions(incident, event), both.slice(0, 1))
  const { body } = await samRedacts(event, ['/description'])
  t.same(body.redactions, both)
  t.same(await sealedRedactions(incident, event), both)
  for (const url of [`${incident}/postmortem.md`, `${incident}/postmortem.md?copy=working`])
    t.match((await call('GET', url)).text, bothLines)
  const { text } = await call('GET', `${incident}/postmortem.html`)
  for (const { reason } of [byLena, bySam]) t.match(text, reason)
  const before = { json_sha256, markdown_sha256 }
  t.same((await revisionOf(incident)).redactions, [
    {
      ...bySam,
      resource: 'event',
      id: idOf(event),
      event_id: idOf(event),
      pointers: ['/description'],
      before,
    },
  ])
})

t.test('two who redact it once it is sealed are both named in the revision, and in its record', async t => {
  const { incident, event } = await given('Both after')
  await seal(service, incident)
  await lenaRedacts(event, ['/sources/0/excerpt'])
  t.same(await sealedRedactions(incident, event), both.slice(0, 1))
  await samRedacts(event, ['/description'])
  t.same(await sealedRedactions(incident, event), both)
  const { redactions, markdown } = await revisionOf(incident)
  t.match(redactions, [byLena, bySam])
  t.match(markdown, bothLines)
})

t.test('what another has taken out is named again: nothing changes', async t => {
  const { incident, event } = await given('Again', [{ ...leaked, url: `https://logs.example/${secret}` }])
  await lenaRedacts(event, ['/sources/0/excerpt', '/sources/0/url'])
  await seal(service, incident)
  await samRedacts(event, ['/description'])
  const before = [await read(event), await digestOf(db)]
  for (const pointers of [['/description'], ['/sources/0/url'], ['/description', '/sources/0/excerpt']])
    t.equal((await lenaRedacts(event, pointers)).status, 200)
  t.same([await read(event), await digestOf(db)], before)
})

t.test('where else a text was found stands with the redaction that took it out', async t => {
  const twice = `${leaked.excerpt} again`
  const sources = [
    leaked,
    { ...logLine, excerpt: twice, query: leaked.excerpt },
    { ...logLine, excerpt: twice },
  ]
  const { incident, event } = await given('Elsewhere', sources)
  await seal(service, incident)
  await lenaRedacts(event, ['/sources/0/excerpt'])
  const { body } = await samRedacts(event, ['/sources/1/excerpt', '/description'])
  t.same(body.redactions, [
    { ...byLena, pointers: ['/sources/0/excerpt', '/sources/1/query'] },
    { ...bySam, pointers: ['/sources/1/excerpt', '/description', '/sources/2/excerpt'] },
  ])
  t.same(await sealedRedactions(incident, event), body.redactions)
})

t.test('what happens to the event later leaves every redaction in place, and in the history', async t => {
  const { incident, event } = await given('Later')
  await lenaRedacts(event, ['/sources/0/excerpt'])
  await samRedacts(event, ['/description'])
  await call('PATCH', event, { body: { description: 'Checkout failed.', role: 'scribe' } })
  await call('PUT', `${event}/retraction`, { body: { reason: 'It was staging.' } })
  await call('DELETE', `${event}/retraction`)
  const statement = { statement: 'It was earlier.', raised_by: 'priya' }
  t.same((await call('PUT', `${event}/dispute`, { body: statement })).body.redactions, both)
  t.same(
    (await call('GET', `${incident}/events`)).body.items.find(({ id }: any) => id === idOf(event)),
    await read(event),
  )
  t.same(
    (await versionsOf(service, event)).map(({ fields }) => fields.redactions.length),
    [0, 1, 2, 2, 2, 2, 2],
  )
})

/** An event in the earlier sealed form, which had one tombstone at most. */
const asBefore = ({ redactions, ...event }: any) => ({ ...event, redaction: redactions.at(-1) ?? null })

async function sealAsBefore(incident: string): Promise<string> {
  await seal(service, incident)
  const { postmortem } = await revisionOf(incident)
  const json = JSON.stringify({ ...postmortem, events: postmortem.events.map(asBefore) })
  await sql`ALTER TABLE revisions DISABLE TRIGGER revisions_stay`.execute(db)
  await sql`UPDATE revisions SET json = ${json}, json_sha256 = ${sha256Hex(json)} WHERE incident_id = ${idOf(incident)}`.execute(
    db,
  )
  await sql`ALTER TABLE revisions ENABLE TRIGGER revisions_stay`.execute(db)
  return json
}

t.test('a document of when an event had one tombstone at most is read and redacted as any other', async t => {
  const { incident, event } = await given('Of before')
  await lenaRedacts(event, ['/sources/0/excerpt'])
  const json = await sealAsBefore(incident)
  for (const url of [`${incident}/postmortem`, `${incident}/revisions/1`]) {
    const { status, text } = await call('GET', url, { headers: { accept: 'text/html' } })
    t.equal(status, 200)
    t.match(text, byLena.reason)
  }
  t.equal((await call('GET', `${incident}/follow-up`)).status, 200)
  const exported = await app.inject({ url: '/v1/postmortems/export', headers: { authorization } })
  t.ok(exported.body.includes(`"postmortem":${json}`), 'what is exported are its bytes')
  await samRedacts(event, ['/description'])
  t.same(await sealedRedactions(incident, event), both)
  const { markdown, postmortem } = await revisionOf(incident)
  t.match(markdown, bothLines)
  t.notMatch(JSON.stringify(postmortem), '"redaction":')
  t.equal((await call('GET', `${incident}/postmortem.md?copy=working`)).text, withoutRevision(markdown))
})
