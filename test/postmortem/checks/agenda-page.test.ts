import t from 'tap'
import type { UnjudgedReason } from '../../../src/language/codes.ts'
import { agendaDocument, agendaPage } from '../../../src/postmortem/checks/agenda.ts'
import type { LanguageCoverage } from '../../../src/postmortem/checks/check-input.ts'
import type { FailedCheck } from '../../../src/postmortem/checks/schema.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { mostListed } from '../../../src/timeline/shown/selection.ts'
import { observed, openIncident, seedPeople } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { event, eventId } from '../builders.ts'
import { bare } from '../drill.ts'
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

t.test('it leads to what the document has, in the zone in which it is read', async t => {
  const incident = await openIncident(service)
  const remembered = { sources: [{ kind: 'statement', stated_by: 'ana', excerpt: 'It was slow.' }] }
  for (const [minute, relevance] of [
    ['02', 'normal'],
    ['03', 'low'],
  ])
    await call('POST', `${incident}/events`, {
      body: observed({ ...remembered, occurred_at: `2026-06-17T14:${minute}:00Z`, relevance }),
    })
  await call('POST', `${incident}/action-items`, { body: { title: 'Use `retry()`', status: 'proposed' } })
  const { text } = await call('GET', `${incident}/review/agenda.html?tz=Etc/GMT%2B5`)
  const document = `${incident}/postmortem.html?tz=Etc%2FGMT%2B5`
  t.match(text, new RegExp(`<a href="${document.replace('?', '\\?')}#event-[^"]+">09:02</a>`))
  t.notMatch(text, '09:03', 'the document only counts what is of low relevance')
  t.match(text, `<a href="${document}#AI-1">AI-1</a> Use \`retry()\``, 'a title is plain text')
  t.match(text, `<a href="${incident}/thread.html?tz=Etc%2FGMT%2B5">Thread</a>`)
})

const language: LanguageCoverage = { judged: 3, found: 0, not_judged: [] }

const failed: FailedCheck = {
  ...{ code: 'STATEMENT_ONLY', level: 'warning', message: 'It rests on memory.', pointer: '/events' },
  ...{ ids: [], finding: null, waiver: null, waive_with: null },
}

t.test('of a very long timeline it names what the document lists', async t => {
  const events = Array.from({ length: mostListed + 1 }, (_, n) => event(n + 1, '14:08', `Event ${n + 1}`))
  const open = { ...failed, ids: [eventId(1), eventId(mostListed + 1)] }
  const html = agendaPage({ data: { ...bare(), events }, language }, [open]).content.join('')
  t.match(html, `#event-${eventId(1)}"`)
  t.notMatch(html, `Event ${mostListed + 1}`)
})

t.test('it says what was not judged for blame, unless that was only too short', async t => {
  const lineOf = (...counts: [UnjudgedReason | 'not_listed', number][]) => {
    const not_judged = counts.map(([reason, count]) => ({ reason, count, pointers: [] }))
    const markdown = toMarkdown(
      agendaDocument({ data: bare(), language: { judged: 1, found: 0, not_judged } }, []),
    )
    return /^Not judged.*/m.exec(markdown)?.[0]
  }
  t.equal(lineOf(), undefined)
  t.equal(lineOf(['too_short', 7]), undefined)
  t.equal(lineOf(['another_language', 1]), 'Not judged for blame: 1 text in another language than English.')
  t.equal(
    lineOf(['too_short', 7], ['code', 2]),
    'Not judged for blame: 2 texts of nothing but code or quotations.',
  )
  t.equal(
    lineOf(['another_language', 3], ['code', 1], ['not_listed', 98_000]),
    'Not judged for blame: 3 texts in another language than English, 1 of nothing but code or quotations, 98,000 of events that are not listed.',
  )
})
