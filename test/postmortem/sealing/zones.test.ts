import t from 'tap'
import { openService } from '../../help/service.ts'
import { givenReady, seal } from '../ready.ts'

/** Markdown and HTML in the zone of the reader; what was sealed stays in UTC, and so does JSON. */

const service = await openService(t)
const { call } = service
const html = { headers: { accept: 'text/html' } }
const markdown = { headers: { accept: 'text/markdown' } }
const json = { headers: { accept: 'application/json' } }

t.test('a draft is read in the zone that is asked for', async t => {
  const incident = await givenReady(service, 'A draft')
  for (const [path, options] of [
    ['postmortem?', {}],
    ['postmortem?', html],
    ['postmortem.md?', {}],
    ['postmortem.html?', {}],
    ['postmortem.md?copy=working&', {}],
  ] as const) {
    const { status, text } = await call('GET', `${incident}/${path}tz=Asia/Tokyo`, options)
    t.equal(status, 200, path)
    t.match(text, 'Timeline (Asia/Tokyo)', path)
    t.match(text, '31 min, from 23:02 to 23:33 Asia/Tokyo on 2026-06-17', path)
    t.notMatch(text, /14:33|UTC/, path)
  }
})

t.test('a final one is rendered anew, and its sealed bytes stay in UTC', async t => {
  const incident = await givenReady(service, 'A final one')
  const { body: revision } = await seal(service, incident)
  const sealed = await call('GET', `${incident}/postmortem.md`)
  const inTokyo = await call('GET', `${incident}/postmortem.md?tz=Asia/Tokyo`)
  t.match(inTokyo.text, 'Timeline (Asia/Tokyo)')
  t.match(inTokyo.text, '2026-06-18 17:00 Asia/Tokyo')
  t.match(inTokyo.text, /^Revision: 1 {3}Sealed: 2026-06-18 18:00 Asia\/Tokyo {3}SHA-256/m)
  t.not(inTokyo.headers.etag, sealed.headers.etag, 'the ETag of what was sealed is of no other bytes')
  const known = { headers: { 'if-none-match': inTokyo.headers.etag! } }
  t.equal((await call('GET', `${incident}/postmortem.md?tz=Asia/Tokyo`, known)).status, 304)
  t.equal((await call('GET', `${incident}/postmortem.md?tz=Europe/Berlin`, known)).status, 200)
  t.equal((await call('GET', `${incident}/postmortem.md?tz=UTC`)).text, sealed.text)

  t.equal((await call('GET', `${incident}/revisions/1?tz=Asia/Tokyo`, markdown)).text, inTokyo.text)
  t.equal((await call('GET', `${incident}/revisions/1`, markdown)).text, sealed.text)
  const page = await call('GET', `${incident}/revisions/1?tz=Asia/Tokyo`, html)
  t.match(page.text, 'Timeline (Asia/Tokyo)')
  t.equal((await call('GET', `${incident}/postmortem.html?tz=Asia/Tokyo`)).text, page.text)
  const again = await call('GET', `${incident}/postmortem.md`)
  t.equal(again.text, sealed.text)
  t.equal(again.headers.etag, `"${revision.markdown_sha256.slice(0, 16)}"`)
})

t.test('JSON is in UTC whatever the query says', async t => {
  const incident = await givenReady(service, 'Data')
  const draft = await call('GET', `${incident}/postmortem`, json)
  t.equal((await call('GET', `${incident}/postmortem?tz=Asia/Tokyo`, json)).text, draft.text)
  const { body } = await seal(service, incident)
  const sealed = await call('GET', `${incident}/postmortem?tz=Asia/Tokyo`, json)
  t.equal(sealed.text, (await call('GET', `${incident}/postmortem.json`)).text)
  t.equal(sealed.headers.etag, `"${body.json_sha256.slice(0, 16)}"`)
  const revision = await call('GET', `${incident}/revisions/1?tz=Asia/Tokyo`, json)
  t.equal(revision.text, (await call('GET', `${incident}/revisions/1`, json)).text)
  t.match(await call('GET', `${incident}/postmortem.json?tz=Asia/Tokyo`), {
    status: 400,
    body: { code: 'invalid_query', errors: [{ parameter: 'tz', code: 'unknown' }] },
  })
})

t.test('a zone that there is not is refused, and a usual name is printed in its usual letters', async t => {
  const incident = await givenReady(service, 'Mars')
  await seal(service, incident)
  for (const path of ['postmortem', 'postmortem.md', 'postmortem.html', 'revisions/1', 'review/agenda'])
    for (const tz of ['Mars/Olympus', 'PST', '%2B02:00', ''])
      t.match(
        await call('GET', `${incident}/${path}?tz=${tz}`),
        { status: 400, body: { code: 'invalid_query', errors: [{ parameter: 'tz' }] } },
        `${path} ${tz}`,
      )
  const read = async (tz: string) => (await call('GET', `${incident}/postmortem.md?tz=${tz}`)).text
  t.match(await read('asia/tokyo'), 'Timeline (Asia/Tokyo)')
  t.equal(await read('etc/utc'), (await call('GET', `${incident}/postmortem.md`)).text)
})

t.test('the agenda tells times in the zone that is asked for, and says which', async t => {
  const incident = await givenReady(service, 'An agenda')
  const [event] = (await call('GET', `${incident}/events`)).body.items
  const dispute = { statement: 'It was earlier.', raised_by: 'sam' }
  await call('PUT', `${incident}/events/${event.id}/dispute`, { body: dispute })
  const inTokyo = (await call('GET', `${incident}/review/agenda?tz=Asia/Tokyo`)).text
  t.match(inTokyo, /^ID: .* {3}Times: Asia\/Tokyo$/m)
  t.match(inTokyo, '\n- 23:02 ')
  const { text } = await call('GET', `${incident}/review/agenda`)
  t.match(text, '\n- 14:02 ')
  t.notMatch(text, 'Times:')
})
