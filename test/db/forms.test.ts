import t from 'tap'
import { type Entry, formChanges, upcastEntry } from '../../src/db/forms.ts'
import { drill, observed, openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

/** What keeps the form of its day is read in today's form, wherever it is kept: see also sealing/upcasts.test.ts. */

const service = await openService(t)
const { call } = service
await seedPeople(service)

/** Changes the form of incidents and events, as a migration of tomorrow would, but for the rows. */
function changeForm(t: { teardown: (undo: () => void) => void }): void {
  const title = (entry: Entry) => ({ ...entry, title: 'Told anew.' })
  const description = (entry: Entry) => ({ ...entry, description: 'Told anew.' })
  formChanges.push({ until: '2031-02-03', upcasts: { incident: title, event: description } })
  t.teardown(() => formChanges.pop())
}

t.test('the history, a stored answer and a deleted event are read in the form of tomorrow', async t => {
  const headers = { 'idempotency-key': 'form' }
  const first = await call('POST', '/v1/incidents', { body: drill, headers })
  const incident = `/v1/incidents/${first.body.id}`
  const event = await call('POST', `${incident}/events`, { body: observed() })
  await call('DELETE', incident)
  changeForm(t)
  const again = await call('POST', '/v1/incidents', { body: drill, headers })
  t.match(again, { status: 201, headers: { 'idempotent-replayed': 'true' } })
  t.same(again.body, { ...first.body, title: 'Told anew.' })
  const { items } = (await call('GET', `${incident}/history`)).body
  t.same(
    items.map(({ fields }: any) => fields.title ?? fields.description),
    Array(items.length).fill('Told anew.'),
  )
  const redaction = { pointers: ['/sources/0/excerpt'], reason: 'A customer is named.' }
  const redacted = await call('PUT', `${incident}/events/${event.body.id}/redaction`, { body: redaction })
  t.match(redacted.body, { description: 'Told anew.', occurred_at: '2026-06-17T14:02:00.000Z' })
})

t.test('every time of the history is a time of the API', async t => {
  const incident = await openIncident(service)
  await call('POST', `${incident}/events`, { body: observed({ description: '2026-06-17T14:02:00+00:00' }) })
  const { items } = (await call('GET', `${incident}/history`)).body
  t.equal(items[0].fields.created_at, '2026-06-18T09:00:00.000Z')
  t.equal(items[1].fields.occurred_at, '2026-06-17T14:02:00.000Z')
  t.equal(items[1].fields.description, '2026-06-17T14:02:00+00:00', 'and a text stays as it is')
})

t.test('an event of before had one tombstone, or none', async t => {
  const tombstone = { pointers: ['/role'], reason: 'A name.', by: 'sam', at: '2026-06-20T10:00:00.000Z' }
  const event = { description: 'It failed.' }
  for (const [before, redactions] of [
    [{ ...event, redaction: tombstone }, [tombstone]],
    [{ ...event, redaction: null }, []],
    [event, []],
    [{ ...event, redaction: null, redactions: [tombstone] }, [tombstone]],
  ] as const)
    t.match(upcastEntry('event', before), { ...event, redactions })
  t.notOk('redaction' in upcastEntry('event', { redaction: null }))
})
