import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import t from 'tap'
import { formChanges } from '../../../src/db/forms.ts'
import { isObject, sha256Hex } from '../../../src/kit/json/json.ts'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { toHtml } from '../../../src/postmortem/document/html/html.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { Postmortem } from '../../../src/postmortem/schema.ts'
import { parseSealed } from '../../../src/postmortem/sealing/sealed-document.ts'
import { upcastForm, upcasts } from '../../../src/postmortem/sealing/upcasts.ts'
import { adminToken, openService } from '../../help/service.ts'
import { saidByBlocks, saidByMdast } from '../document/read-back.ts'
import { sealWhole } from './whole.ts'

/** A document that was sealed in any earlier form can be read and rendered, with no field missing. */

const folder = new URL('samples/', import.meta.url)
const today = new URL('today.json', folder)
const service = await openService(t, { now: '2026-06-19T15:00:00.000Z' })
const incident = '/v1/incidents/PM-2026-06-17-payments-drill'
const sealedNow = await sealWhole(service)
if (process.env.DEBRIEF_TEST_SAMPLE === 'write') writeFileSync(today, sealedNow)

const sampleOf = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const names = readdirSync(folder).sort()
/** How a missing value would be printed. */
const missing = /\b(?:undefined|null|NaN)\b|\[object/

t.test('each change of the form has a sealed sample of the form before it', async t => {
  const days = upcasts.map(({ until }) => until)
  t.same(
    names,
    [...new Set(days).add('today')].map(day => `${day}.json`),
  )
  t.same(days, days.toSorted(), 'in the order in which they came')
  t.same(
    new Set(formChanges.map(({ until }) => until)).difference(new Set(days)),
    new Set(),
    'of entries, too',
  )
})

for (const name of names) {
  const sample = sampleOf(name)

  t.test(`what was sealed in the form of ${name} is a whole document`, async t => {
    const data = await parseSealed(sample)
    t.same(service.app.check(Postmortem, structuredClone(data)), [], 'valid by the schema of today')
    const blocks = postmortemDocument(data)
    const markdown = toMarkdown(blocks)
    t.same(saidByMdast(markdown), saidByBlocks(blocks), 'its Markdown is read as it was meant')
    for (const text of [markdown, toHtml(data)]) t.notMatch(text, missing)
    t.same(upcastForm({ ...data }), data, 'a step leaves alone what has its form')
  })

  t.test(`what SQL reads of a sealed document is in the form of ${name}`, async t => {
    const { incident, action_items, changes } = JSON.parse(sample)
    const { title, severity, services } = incident
    t.match({ title, severity, services }, { title: String, severity: String, services: Array })
    for (const { id } of action_items) t.match(id, /^AI-\d+$/)
    for (const { number } of changes) t.type(number, 'number')
  })

  t.test(`all that reads a final document reads one in the form of ${name}`, async t => {
    await storeAsSealed(sample)
    const accept = { accept: 'text/html' }
    const revision = (await service.call('GET', `${incident}/revisions`)).body.items[1]
    for (const path of ['postmortem', 'postmortem.html', 'revisions/2']) {
      const { status, text } = await service.call('GET', `${incident}/${path}`, { headers: accept })
      t.equal(status, 200)
      t.equal(
        text,
        toHtml(await parseSealed(sample), { standing: { ...revision, json_sha256: sha256Hex(sample) } }),
      )
    }
    const followUp = await service.call('GET', `${incident}/follow-up`)
    t.equal(followUp.body.action_items.length, 5)
    t.equal(await bytesOf(`${incident}/postmortem.json`), sample, 'its bytes stay')
    t.match(await bytesOf('/v1/postmortems/export'), `"postmortem":${sample}`)
  })
}

for (const name of names.filter(name => sampleOf(name).includes('"code":"BLAME_LANGUAGE"')))
  t.test(`what was sealed with a waiver of language in ${name} says so for ever`, async t => {
    const data = await parseSealed(sampleOf(name))
    const [waiver, other] = data.waivers
    t.match(waiver, { code: 'BLAME_LANGUAGE', findings: [{ pointer: String, text_sha256: String }] })
    t.notOk('findings' in other!, 'of which no other check had any')
    const said = (event: string) =>
      new RegExp(
        `BLAME_LANGUAGE of ${event}: It quotes the chat. \\((token:)?admin, 2026-06-19 15:00:00 UTC\\)`,
      )
    const event = 'the event at 14:19:56'
    t.match(toMarkdown(postmortemDocument(data)), said(event))
    const [, , id] = waiver!.findings![0]!.pointer.split('/')
    t.match(toHtml(data), said(`<a href="#event-${id}">${event}</a>`))
  })

t.test('a step of tomorrow reaches all that reads sealed data', async t => {
  const due_on = '2031-02-03'
  const postpone = (items: any) => items.map((item: object) => ({ ...item, due_on }))
  upcasts.push({
    until: '2031-02-03',
    upcast: form => ('action_items' in form ? { ...form, action_items: postpone(form.action_items) } : form),
  })
  t.teardown(() => upcasts.pop())
  await storeAsSealed(sealedNow)
  for (const path of ['postmortem.html', 'revisions/2']) {
    const { text } = await service.call('GET', `${incident}/${path}`, { headers: { accept: 'text/html' } })
    t.match(text, due_on, path)
  }
  const { body } = await service.call('GET', `${incident}/follow-up`)
  for (const { at_sealing } of body.action_items) t.equal(at_sealing.due_on, due_on)
  const { id } = JSON.parse(sealedNow).events[0]
  const redaction = { pointers: ['/description'], reason: 'It names a customer.' }
  const redacted = await service.call('PUT', `${incident}/events/${id}/redaction`, { body: redaction })
  t.equal(redacted.status, 200)
  t.match(await bytesOf(`${incident}/postmortem.json`), due_on, 'a redaction writes the form of its day')
})

/** Reads an answer that has the bytes of a sealed document, which may be in an earlier form than the contract's. */
const bytesOf = async (url: string): Promise<string> =>
  (await service.app.inject({ url, headers: { authorization: `Bearer ${adminToken}` } })).body

/** Replaces the JSON of all revisions, as if they had been sealed in that form. */
async function storeAsSealed(json: string): Promise<void> {
  await sql`ALTER TABLE revisions DISABLE TRIGGER revisions_stay`.execute(service.db)
  await service.db
    .updateTable('revisions')
    .set({ json, json_sha256: sha256Hex(json) })
    .execute()
  await sql`ALTER TABLE revisions ENABLE TRIGGER revisions_stay`.execute(service.db)
}

const whatToDo = `The form in which postmortems are sealed has changed, and those that are sealed already will be read in it:
1. git mv test/postmortem/sealing/samples/today.json to <the day of the change>.json there
2. add a step until that day, which gives the sealed ones what they lack: for entries in src/db/forms.ts, for what is
   around them in src/postmortem/sealing/upcasts.ts
3. let test/postmortem/sealing/whole.ts store what is new, and write today's sample:
   DEBRIEF_TEST_SAMPLE=write npm test -- test/postmortem/sealing/upcasts.test.ts`

t.test('the sample of today has the fields that a postmortem has, and no others', async t => {
  const fields = fieldsOf({ $ref: 'Postmortem#' })
  t.ok(fields.has('/events/*/redactions/*/reason'), 'they are found')
  for (const json of [sampleOf('today.json'), sealedNow])
    t.same([...fieldsIn(JSON.parse(json))].sort(), [...fields].sort(), whatToDo)
})

/** Every field of a schema by its path, but those that are sealed no more; `*` stands for the entries of a list. */
function fieldsOf({ $ref, anyOf = [], properties = {}, items }: any, at = ''): Set<string> {
  if ($ref) return fieldsOf(service.app.getSchemas()[$ref.replace(/#$/, '')], at)
  const sealed = Object.entries<any>(properties).filter(([, { deprecated }]) => !deprecated)
  const below = sealed.map(([name, field]) => fieldsOf(field, `${at}/${name}`).add(`${at}/${name}`))
  return union(
    ...below,
    ...anyOf.map((one: any) => fieldsOf(one, at)),
    items ? fieldsOf(items, `${at}/*`) : new Set(),
  )
}

/** Maps, whose keys are no fields. */
const keyed = ['/people', '/incident/labels', '/incident/clock_offsets', '/events/*/original']

function fieldsIn(value: unknown, at = ''): Set<string> {
  if (Array.isArray(value)) return union(...value.map(entry => fieldsIn(entry, `${at}/*`)))
  if (!isObject(value) || keyed.includes(at)) return new Set()
  return union(
    ...Object.entries(value).map(([name, field]) => fieldsIn(field, `${at}/${name}`).add(`${at}/${name}`)),
  )
}

const union = (...sets: Set<string>[]): Set<string> => new Set(sets.flatMap(set => [...set]))
