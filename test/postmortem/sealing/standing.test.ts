import t from 'tap'
import { openService } from '../../help/service.ts'
import { givenReady, seal } from '../ready.ts'

/** What stands under the title: which revision it is, and whether there is or will be another. */

const service = await openService(t)
const { call, clock } = service
const html = { headers: { accept: 'text/html' } }

const read = async (url: string) => (await call('GET', url, url.includes('.') ? {} : html)).text
const standingOf = (page: string) => /<div class="standing">\n(.*?)\n<\/div>/s.exec(page)?.[1] ?? ''
/** The words of the page's lines. */
const linesOf = (page: string) =>
  standingOf(page)
    .split('\n')
    .map(line => line.replace(/<[^>]*>/g, '').replace(/ {2,}/g, ' '))
const noticeOf = (page: string) => linesOf(page)[1]

const amend = (incident: string, reason: string) =>
  call('POST', `${incident}/amendments`, { body: { author: 'ana', reason } })
const withdraw = (incident: string) => call('DELETE', `${incident}/amendments/current`)
const revisionLine = (markdown: string) => /^Revision: .*$/m.exec(markdown)?.[0]

t.test('a draft, and one in review, are no revision', async t => {
  const { body } = await call('POST', '/v1/incidents', { body: { title: 'New', severity: 'SEV3' } })
  for (const incident of [`/v1/incidents/${body.id}`, await givenReady(service, 'In review')]) {
    t.notMatch(await read(`${incident}/postmortem.md`), /^Revision|SHA-256|Sealed/m)
    t.equal(standingOf(await read(`${incident}/postmortem.html`)), '')
  }
})

t.test('a final one says which revision it is, when it was sealed, and how its data hash', async t => {
  const incident = await givenReady(service, 'Sealed')
  clock.now = new Date('2026-06-19T14:05:31.000Z')
  await seal(service, incident)
  const { body } = await call('GET', `${incident}/revisions/1`)
  const line = `Revision: 1   Sealed: 2026-06-19 14:05 UTC   SHA-256 of the JSON: ${body.json_sha256.slice(0, 12)}`
  const markdown = await read(`${incident}/postmortem.md`)
  t.match(markdown, /^# Postmortem: Sealed\n\nID: .*\n\nRevision: .*\n\n## Summary\n/)
  t.equal(revisionLine(markdown), line)
  t.equal(body.markdown, markdown)
  for (const path of ['postmortem.html', 'revisions/1'])
    t.same(linesOf(await read(`${incident}/${path}`)), [line.replace(/ {2,}/g, ' ')], path)
  t.equal(revisionLine(await read(`${incident}/postmortem.md?copy=working`)), undefined)
  t.equal(standingOf(await read(`${incident}/postmortem.html?copy=working`)), '')
})

t.test('while it is being corrected, the page says so, and why; the sealed Markdown stays', async t => {
  const incident = await givenReady(service, 'Corrected')
  clock.now = new Date('2026-06-19T15:00:00.000Z')
  await seal(service, incident)
  const before = await read(`${incident}/postmortem.md`)
  clock.now = new Date('2026-06-25T09:00:00.000Z')
  await amend(incident, 'It was a mistake.')
  await withdraw(incident)
  t.equal(noticeOf(await read(`${incident}/postmortem.html`)), undefined, 'a withdrawn one is none')
  clock.now = new Date('2026-06-26T09:30:00.000Z')
  await amend(incident, 'A source <was> missing.')
  const since = 'Being corrected since 2026-06-26 09:30 UTC: A source &lt;was&gt; missing.'
  for (const path of ['postmortem.html', 'revisions/1'])
    t.equal(noticeOf(await read(`${incident}/${path}`)), since)
  t.match(
    noticeOf(await read(`${incident}/postmortem.html?tz=Asia/Tokyo`)),
    'Being corrected since 2026-06-26 18:30 Asia/Tokyo: ',
  )
  t.same(
    linesOf(await read(`${incident}/postmortem.html?copy=working`)),
    ['A correction of revision 1, begun 2026-06-26 09:30 UTC; not sealed yet'],
    'the working copy is not taken for a revision',
  )
  t.equal(revisionLine(await read(`${incident}/postmortem.md?copy=working`)), undefined)
  t.equal(await read(`${incident}/postmortem.md`), before)
})

t.test('an older revision says by which it is superseded, and leads there', async t => {
  const incident = await givenReady(service, 'Superseded')
  await seal(service, incident)
  const first = (await call('GET', `${incident}/revisions/1`)).body
  for (const reason of ['A source was missing.', 'Another was missing.']) {
    clock.now = new Date(clock.now.getTime() + 86_400_000)
    await amend(incident, reason)
    t.equal((await seal(service, incident)).status, 201)
  }
  const link = `<p class="notice">Superseded by <a href="${incident}/revisions/3">revision 3</a></p>`
  for (const number of [1, 2]) t.match(standingOf(await read(`${incident}/revisions/${number}`)), link)
  t.match(
    standingOf(await read(`${incident}/revisions/1?tz=Etc/GMT%2B5`)),
    `href="${incident}/revisions/3?tz=Etc%2FGMT%2B5"`,
    'in the zone in which it is read',
  )
  t.equal((await call('GET', `${incident}/revisions/1`)).body.markdown, first.markdown, 'its bytes stay')
  const last = await read(`${incident}/postmortem.html`)
  t.equal(noticeOf(last), undefined)
  t.match(linesOf(last), [/^Revision: 3 Sealed: /])
  await amend(incident, 'A third.')
  t.match(noticeOf(await read(`${incident}/revisions/2`)), 'Superseded by revision 3')
  t.match(noticeOf(await read(`${incident}/revisions/3`)), 'Being corrected since')
  t.match(linesOf(await read(`${incident}/postmortem.html?copy=working`)), [
    /^A correction of revision 3, begun /,
  ])
})

t.test('its links are to the same document, read in the same zone', async t => {
  const incident = await givenReady(service, 'Linked')
  const linksOf = async (path: string) => {
    const [, links = ''] = (await read(`${incident}/${path}`)).match(/<nav class="pages"[^>]*>(.*)<\/nav>/)!
    return [...links.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replace(`${incident}/`, ''))
  }
  const other = ['thread.html', 'review/agenda.html']
  const files = ['postmortem.md', 'postmortem.json']
  t.same(await linksOf('postmortem.html?copy=working'), [...other, ...files], 'it has one copy')
  await seal(service, incident)
  const all = [...other, 'follow-up.html']
  t.same(await linksOf('postmortem.html'), [...all, ...files])
  t.same(await linksOf('postmortem.html?tz=Asia/Tokyo'), [
    ...['thread.html?tz=Asia%2FTokyo', 'review/agenda.html?tz=Asia%2FTokyo', 'follow-up.html'],
    ...['postmortem.md?tz=Asia%2FTokyo', 'postmortem.json'],
  ])
  const working = files.map(file => `${file}?copy=working`)
  t.same(await linksOf('postmortem.html?copy=working'), [...all, ...working])
  await amend(incident, 'A source was missing.')
  t.same(await linksOf('postmortem.html?copy=working'), [...all, ...working])
  t.same(await linksOf('revisions/1'), [...all, ...files])
  await seal(service, incident)
  t.same(await linksOf('revisions/1'), all, 'the files are of revision 2')
  t.same(await linksOf('revisions/2'), [...all, ...files])
})

t.test('after a redaction it is the same revision, sealed when it was, with the new hash', async t => {
  const incident = await givenReady(service, 'Redacted')
  clock.now = new Date('2026-07-01T10:00:00.000Z')
  await seal(service, incident)
  const before = (await call('GET', `${incident}/revisions/1`)).body
  clock.now = new Date('2026-07-02T10:00:00.000Z')
  const [event] = (await call('GET', `${incident}/events`)).body.items
  const body = { pointers: ['/description'], reason: 'It names a customer.' }
  t.equal((await call('PUT', `${incident}/events/${event.id}/redaction`, { body })).status, 200)
  const after = (await call('GET', `${incident}/revisions/1`)).body
  t.not(after.json_sha256, before.json_sha256)
  const line = `Revision: 1   Sealed: 2026-07-01 10:00 UTC   SHA-256 of the JSON: ${after.json_sha256.slice(0, 12)}`
  t.equal(revisionLine(after.markdown), line)
  t.equal(revisionLine(await read(`${incident}/postmortem.md`)), line)
  t.same(linesOf(await read(`${incident}/postmortem.html`)), [line.replace(/ {2,}/g, ' ')])
})
