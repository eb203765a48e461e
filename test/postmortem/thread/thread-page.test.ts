import t from 'tap'
import { blocksToHtml } from '../../../src/postmortem/document/html/blocks.ts'
import type { Page } from '../../../src/postmortem/document/html/page.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { threadOf } from '../../../src/postmortem/thread/thread.ts'
import { threadPage } from '../../../src/postmortem/thread/thread-page.ts'
import { openIncident } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { actionItem, change, event, eventId, factor, source } from '../builders.ts'
import { bare, drill } from '../drill.ts'

const words = ({ content }: Page): string =>
  content
    .join('\n')
    .replace(/<div[^>]*>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')

const missing = (data: Postmortem): number =>
  threadPage(data).content.join('').split('data-tag="missing"').length - 1

/** One thread without a break. */
const whole = (more: Partial<Postmortem> = {}): Postmortem => ({
  ...bare(),
  people: { priya: 'Priya Raman' },
  events: [
    event(1, '14:08', 'The alert fires late.', {
      sources: [source('alert', 'prometheus', { url: 'https://prometheus.example/a' })],
    }),
  ],
  factors: [factor(1, 'The alert watched orders.', { events: [eventId(1)] })],
  action_items: [actionItem(1, 'Watch payments', { factors: [1] })],
  changes: [
    change(1, {
      action_item: 'AI-1',
      status: 'verified',
      verified_by_source: source('log', 'ci', { url: 'https://ci.example/1', excerpt: 'it fired' }),
    }),
  ],
  ...more,
})

t.test('a factor is told with what shows it, what addresses it, and what that changed', async t => {
  const page = threadPage(whole())
  t.match(
    words(page),
    'Factor 1 technical The alert watched orders. Rests on: 14:08 The alert fires late. shown by: prometheus alert Addressed by: AI-1 Watch payments — open, Priya Raman, due 2026-06-24 Change 1: alert rule PaymentErrorRateHigh — verified verified by: ci log: “it fired”',
  )
  t.match(words(page), 'No link is missing.')
  t.equal(missing(whole()), 0)
})

t.test('it leads to the places of the document, and to the sources', async t => {
  const incident = { ...bare().incident, status: 'in_review' as const }
  const html = threadPage(whole({ incident })).content.join('')
  const document = '/v1/incidents/PM-2026-06-17-payments-drill/postmortem.html'
  for (const anchor of ['factor-1', `event-${eventId(1)}`, 'AI-1', 'change-1'])
    t.match(html, `href="${document}#${anchor}"`)
  for (const url of ['https://prometheus.example/a', 'https://ci.example/1']) t.match(html, `href="${url}"`)
})

t.test('what the document of a draft does not have is only named', async t => {
  const incident = { ...bare().incident, status: 'draft' as const }
  const low = event(1, '14:08', 'The alert fires late.', { relevance: 'low' })
  const html = threadPage(whole({ incident, events: [low] })).content.join('')
  t.match(html, 'Change 1: alert rule')
  t.notMatch(html, '#change-1', 'a draft only counts its changes')
  t.match(html, '14:08')
  t.notMatch(html, '#event-', 'and what is of low relevance')
  t.match(html, '/postmortem.html#factor-1"')
})

t.test('of a final one it leads into the working copy, which has what was added since', async t => {
  const incident = { ...bare().incident, status: 'final' as const }
  const html = threadPage(whole({ incident }), 'Asia/Tokyo').content.join('')
  const document = `/v1/incidents/${incident.id}/postmortem.html`
  t.match(html, `href="${document}?tz=Asia%2FTokyo&amp;copy=working#AI-1"`)
  t.match(html, `<a href="${document}?tz=Asia%2FTokyo">Postmortem</a>`)
  t.match(html, `<a href="/v1/incidents/${incident.id}/follow-up.html">Follow-up</a>`)
  t.match(threadPage(whole({ incident })).content.join(''), `href="${document}?copy=working#change-1"`)
})

t.test('a title is plain text', async t => {
  const factors = [1, 2].map(number => factor(number, 'The call gave up.', { events: [eventId(1)] }))
  const items = [actionItem(1, 'Use `retry()`', { factors: [1, 2] })]
  const html = threadPage(whole({ factors, action_items: items })).content.join('')
  t.equal(html.split('Use `retry()`').length - 1, 2, 'also where it stands again')
})

t.test('each broken link stands out with the sentence of the JSON', async t => {
  const broken = whole({
    factors: [1, 2].map(number => factor(number, 'The alert watched orders.', { events: [] })),
    changes: [change(1, { action_item: 'AI-1', status: 'applied' })],
    action_items: [1, 2].map(number => actionItem(number, 'Watch payments', { factors: [1] })),
  })
  for (const data of [broken, drill()]) {
    const { dangling } = threadOf(data)
    t.ok(dangling.length > 0)
    for (const { message } of dangling) t.match(words(threadPage(data)), `missing ${message}`)
  }
  t.equal(missing(broken), threadOf(broken).dangling.length + 1, 'and they are counted above')
})

t.test('what hangs on no factor is told apart', async t => {
  const items = [actionItem(1, 'Watch payments', { factors: [1] }), actionItem(2, 'Tidy up', { factors: [] })]
  const page = threadPage(whole({ action_items: items }))
  t.match(words(page), /Hanging on no factor AI-2 Tidy up .* missing AI-2 has led to no change yet\./)
  t.notMatch(words(threadPage(whole())), 'Hanging on no factor')
})

t.test('what is an accepted risk, recurs, is done elsewhere or was retracted is said', async t => {
  const retraction = { reason: 'Another cluster.', at: '2026-06-18T09:00:00.000Z' }
  const data = whole({
    events: [event(1, '14:08', 'The alert fires late.', { retraction })],
    factors: [
      factor(1, 'Again.', {
        events: [eventId(1)],
        disposition: 'accepted_risk',
        disposition_reason: 'It costs more than it saves.',
        recurs: { incident_id: 'PM-2025-01-01-x', number: 2 },
        addressed_elsewhere: [{ incident_id: 'PM-2025-01-01-x', id: 'AI-3', status: 'in_progress' }],
      }),
    ],
  })
  const page = threadPage(data)
  t.match(words(page), '14:08 retracted The alert fires late.')
  t.match(words(page), 'an accepted risk: It costs more than it saves.')
  t.match(words(page), 'AI-3 of PM-2025-01-01-x — in progress')
  t.match(page.content.join(''), 'href="/v1/incidents/PM-2025-01-01-x/postmortem.html#factor-2"')
  t.match(
    threadPage(data, 'Asia/Tokyo').content.join(''),
    'href="/v1/incidents/PM-2025-01-01-x/postmortem.html?tz=Asia%2FTokyo#AI-3"',
  )
})

t.test('its times are in the zone that is asked for, which it names', async t => {
  t.match(words(threadPage(whole())), 'Times are in UTC.')
  const there = words(threadPage(whole(), 'Asia/Tokyo'))
  t.match(there, 'Times are in Asia/Tokyo.')
  t.match(there, '23:08 The alert fires late.')
})

t.test('without factors a sentence says so', async t => {
  t.match(words(threadPage(bare())), 'No contributing factor is stored, and the thread hangs on those.')
})

t.test('nothing stored is markup, and what is very long is cut', async t => {
  const statement = `<b>&"'`.repeat(200)
  const html = threadPage(whole({ factors: [factor(1, statement, { events: [] })] })).content.join('')
  t.notMatch(html, '<b>')
  t.ok(html.length < blocksToHtml([{ type: 'paragraph', text: [statement] }]).length)
})

t.test(
  'what hangs on several factors is told once, so that the marks are as many as the head says',
  async t => {
    const data = whole({
      factors: [factor(1, 'A.', { events: [eventId(1)] }), factor(2, 'B.', { events: [eventId(1)] })],
      action_items: [actionItem(1, 'Watch payments', { factors: [1, 2] })],
      changes: [change(1, { action_item: null, factors: [1, 2], status: 'applied' })],
    })
    t.match(words(threadPage(data)), 'missing 2 links, marked below.')
    t.equal(missing(data), 1 + 2, 'in the head, and with the first factor')
    t.match(words(threadPage(data)), 'AI-1 Watch payments, as above')
    t.match(words(threadPage(data)), 'Change 1: alert rule PaymentErrorRateHigh, as above')
  },
)

t.test('its page stands beside its JSON', async t => {
  const { call, ...service } = await openService(t)
  const incident = await openIncident({ call, ...service })
  t.match((await call('GET', `${incident}/thread`)).body, { nodes: [], dangling: [] })
  const page = await call('GET', `${incident}/thread.html?tz=Asia/Tokyo`)
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': /style-src/,
  })
  t.match(page.text, '<span class="kicker">Thread</span>')
  t.equal((await call('GET', `${incident}/thread.html?tz=Nowhere`)).status, 400)
})
