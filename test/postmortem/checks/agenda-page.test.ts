import t from 'tap'
import { observed, openIncident, seedPeople } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { givenReady } from '../ready.ts'

const service = await openService(t)
const { call } = service
await seedPeople(service)

t.test('the agenda is Markdown, and a page to browsers, also by its suffix', async t => {
  const incident = await openIncident(service)
  const dispute = { statement: 'That was <later>.', raised_by: 'ana' }
  const event = observed({ occurred_at: '2026-06-17T14:02:00Z', description: 'It broke.' })
  const { body } = await call('POST', `${incident}/events`, { body: event })
  await call('PUT', `${incident}/events/${body.id}/dispute`, { body: dispute })
  const markdown = await call('GET', `${incident}/review/agenda`)
  t.match(markdown, { headers: { 'content-type': 'text/markdown; charset=utf-8', vary: /accept/ } })
  t.notMatch(markdown.text, '](', 'which has no links, since it stands alone')
  const pages = [
    await call('GET', `${incident}/review/agenda`, { headers: { accept: 'text/html, */*;q=0.8' } }),
    await call('GET', `${incident}/review/agenda.html`),
  ]
  for (const { headers, text } of pages) {
    t.match(headers, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': /style-src/ })
    t.match(text, `<a href="${incident}/postmortem.html#event-${body.id}">14:02</a> It broke.`)
    t.match(text, 'That was &lt;later&gt;.')
    t.match(text, '@page { margin: 12mm 14mm; }', 'printed small')
  }
  const asked = (text: string) =>
    text.match(/^## .*|(?<=<h2>)[^<]*/gm)!.map(title => title.replace('## ', ''))
  t.same(asked(pages[0]!.text), asked(markdown.text), 'with the same sections')
})

t.test('where nothing is open, a sentence says so', async t => {
  const incident = await givenReady(service)
  const { text } = await call('GET', `${incident}/review/agenda`)
  t.match(text, 'No check finds anything open. What else did this teach us about the system?\n')
})
