import t from 'tap'
import { amend, givenFinal } from '../../export/given.ts'
import { logLine } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { givenReady } from '../ready.ts'

const service = await openService(t)
const { call } = service

/** The words of a page, with ` | ` between cells and ` / ` between lines. */
async function wordsOf(path: string): Promise<string> {
  const { status, text } = await call('GET', path)
  t.equal(status, 200, path)
  return text
    .replace(/<style>[^<]*<\/style>/g, '')
    .replace(/<\/td>/g, ' | ')
    .replace(/<br>/g, ' / ')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
}

t.test('the page has promise and today side by side, and what is overdue stands out', async t => {
  const incident = await givenFinal(service, 'Payments drill')
  await call('POST', `${incident}/action-items/AI-1/deferrals`, {
    body: { to: '2026-07-01', reason: 'The sandbox is closed.' },
  })
  const closure = { outcome: 'done', done_on: '2026-06-17', evidence_urls: ['https://git.example/pull/913'] }
  await call('PUT', `${incident}/action-items/AI-2/closure`, { body: closure })
  const more = {
    title: 'Alert <on> retries',
    owner: 'ana',
    due_on: '2026-06-30',
    priority: 'P2',
    factors: [1],
  }
  await call('POST', `${incident}/action-items`, { body: more })
  const verified = { status: 'verified', verified_by_source: logLine }
  await call('PATCH', `${incident}/changes/1`, { body: verified })

  const query = '?as_of=2026-07-03&tz=Europe/Lisbon'
  const words = await wordsOf(`${incident}/follow-up.html${query}`)
  for (const row of [
    'As of 2026-07-03 in Europe/Lisbon, 2 of 3 action items are open, and 2 overdue',
    '| Priya / due 2026-06-24 / open | Priya / due 2026-07-01 / open | overdue by 2 days / deferred / its date was moved |',
    '/ done | done on 2026-06-17: evidence |',
    'AI-3 Alert &lt;on&gt; retries | — | Ana / due 2026-06-30 / open | overdue by 3 days / added since |',
    '| applied | verified | shown to work, verified by checkout log |',
  ])
    t.match(words, row)

  const { headers, text } = await call('GET', `${incident}/follow-up.html${query}`)
  t.match(headers, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': /style-src/ })
  t.match(text, `href="${incident}/postmortem.html?copy=working#AI-1"`)
  t.match(text, 'href="https://git.example/pull/913"')
  t.equal(text.split('<span class="tag" data-tag="overdue">').length - 1, 3)
})

t.test('what is as promised says so, and what was moved, reassigned or deleted, too', async t => {
  const incident = await givenFinal(service, 'Search is slow')
  const before = await wordsOf(`${incident}/follow-up.html?as_of=2026-06-20`)
  t.match(before, '2 of 2 action items are open; none is overdue.')
  t.match(before, '| as promised |')
  t.notMatch(
    await wordsOf(`${incident}/follow-up.html?as_of=2027-01-01`),
    'days / as promised',
    'late is not',
  )
  await call('PATCH', `${incident}/action-items/AI-1`, { body: { owner: 'sam' } })
  await call('DELETE', `${incident}/changes/1`)
  t.notMatch((await call('GET', `${incident}/follow-up.html`)).text, '#change-1', 'which leads nowhere')
  const after = await wordsOf(`${incident}/follow-up.html?as_of=2026-06-20`)
  t.match(after, '| has another owner |')
  t.match(after, '| applied | — | deleted |')
})

t.test('each of its references leads to a place of the document, also to what was added since', async t => {
  const incident = await givenFinal(service, 'Added since')
  await call('POST', `${incident}/action-items`, { body: { title: 'Use `retry()`', status: 'proposed' } })
  const change = { target_kind: 'slo', target: 'Payments', factors: [1] }
  await call('POST', `${incident}/changes`, { body: change })
  for (const page of ['follow-up.html', 'thread.html']) {
    const { text } = await call('GET', `${incident}/${page}`)
    const references = [...text.matchAll(/href="([^"#]+)#([^"]+)"/g)]
    const led = new Set(references.map(([, , id]) => id))
    for (const id of ['AI-3', 'change-2']) t.ok(led.has(id), `${page} ${id}`)
    const addresses = new Set(references.map(([, address]) => address!))
    t.equal(addresses.size, 1)
    const document = (await call('GET', [...addresses][0]!)).text
    for (const id of led) t.match(document, `id="${id}"`, `${page} ${id}`)
    t.match(text, 'AI-3</a> Use `retry()`', 'a title is plain text')
  }
})

t.test('a correction in progress has it, and what was never final has nothing to follow up', async t => {
  const incident = await givenFinal(service, 'Mail is late')
  await amend(service, incident, { title: 'Mail was late' })
  t.match(await wordsOf(`${incident}/follow-up.html`), 'Mail was late')
  const draft = await givenReady(service, 'Never final')
  const refused = await call('GET', `${draft}/follow-up.html`)
  t.match(refused, { status: 409, body: { code: 'wrong_state' } })
  const links = (await call('GET', `${draft}/postmortem.html`)).text.match(/<nav.*<\/nav>/)![0]
  t.notMatch(links, 'follow-up.html', 'and no link')
})
