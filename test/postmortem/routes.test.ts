import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { readDrill } from '../../src/demo/drill-file.ts'
import { openService } from '../help/service.ts'

const incident = '/v1/incidents/PM-2026-06-17-payments-drill'

/** A service with the drill's incident and its first events. */
async function givenDrill(test: Test) {
  const service = await openService(test)
  const drill = readDrill()
  for (const { handle, ...team } of drill.teams)
    await service.call('PUT', `/v1/teams/${handle}`, { body: team })
  await service.call('POST', '/v1/people/batch', { body: { people: drill.people } })
  await service.call('POST', '/v1/incidents', { body: drill.incident })
  for (const event of drill.events.slice(0, 4))
    await service.call('POST', `${incident}/events`, { body: event })
  return service
}

t.test('Accept chooses the form, and Markdown is what is meant when it says nothing', async t => {
  const { call } = await givenDrill(t)
  const cases = [
    [undefined, 'text/markdown; charset=utf-8'],
    ['*/*', 'text/markdown; charset=utf-8'],
    ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['text/markdown;q=0.5, application/json;q=0.4', 'text/markdown; charset=utf-8'],
  ] as const
  for (const [accept, type] of cases) {
    const answer = await call('GET', `${incident}/postmortem`, { headers: accept ? { accept } : {} })
    t.equal(answer.status, 200)
    t.equal(answer.headers['content-type'], type, String(accept))
    t.equal(answer.headers.vary, 'accept')
  }
})

t.test('a form that there is not is 406, naming those that there are', async t => {
  const { call } = await givenDrill(t)
  const answer = await call('GET', `${incident}/postmortem`, { headers: { accept: 'application/pdf' } })
  t.match(answer, {
    status: 406,
    body: { code: 'not_acceptable', detail: /text\/markdown, text\/html, application\/json/ },
  })
})

t.test('a suffix chooses the form, with the same bytes, unless Accept excludes it', async t => {
  const { call } = await givenDrill(t)
  for (const [suffix, accept] of [
    ['md', 'text/markdown'],
    ['html', 'text/html'],
    ['json', 'application/json'],
  ] as const) {
    const byAccept = await call('GET', `${incident}/postmortem`, { headers: { accept } })
    const url = `${incident}/postmortem.${suffix}`
    const bySuffix = await call('GET', url, { headers: { accept: 'image/png, */*;q=0.1' } })
    t.equal(bySuffix.status, 200)
    t.equal((await call('GET', url, { headers: { accept: 'image/png' } })).status, 406)
    t.equal(bySuffix.text, byAccept.text)
    t.ok(bySuffix.headers['content-type']!.startsWith(accept))
  }
})

t.test(
  'the page may run nothing and load nothing from elsewhere: its styles are named by their hashes',
  async t => {
    const { call } = await givenDrill(t)
    const { headers, text } = await call('GET', `${incident}/postmortem.html`)
    const styles = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => style!)
    const hashes = styles.map(style => `'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    const policy = headers['content-security-policy']!
    t.match(policy, /^default-src 'none'; /)
    t.ok(policy.includes(`style-src ${hashes.join(' ')};`), 'the policy allows these styles and no other')
    t.notOk(/script|unsafe-inline/.test(policy))
    t.match(policy, /; img-src 'self';/, 'and no picture but what evidence is')
    t.match(policy, /; frame-ancestors 'none'/, 'and nobody may frame it')
    t.equal(headers['x-content-type-options'], 'nosniff')
  },
)

t.test('the same data gives the same bytes, and a reader that has them is told so', async t => {
  const { call, clock } = await givenDrill(t)
  const first = await call('GET', `${incident}/postmortem.md`)
  clock.now = new Date('2027-01-01T00:00:00.000Z')
  const again = await call('GET', `${incident}/postmortem.md`)
  t.equal(again.text, first.text)
  const known = await call('GET', `${incident}/postmortem.md`, {
    headers: { 'if-none-match': first.headers.etag! },
  })
  t.match(known, { status: 304, text: '' })
  await call('PATCH', incident, { body: { summary: { what_broke: 'Something else.' } } })
  const changed = await call('GET', `${incident}/postmortem.md`, {
    headers: { 'if-none-match': first.headers.etag! },
  })
  t.equal(changed.status, 200)
  t.ok(changed.text.includes('Something else.'))
})

t.test('the JSON form holds nothing that depends on the day it is read', async t => {
  const service = await givenDrill(t)
  await service.call('POST', `${incident}/factors`, {
    body: { category: 'technical', statement: 'No retries.' },
  })
  await service.call('POST', `${incident}/action-items`, {
    body: { title: 'Retry', owner: 'priya', due_on: '2026-06-19', priority: 'P1', factors: [1] },
  })
  const before = await service.call('GET', `${incident}/postmortem.json`)
  service.clock.now = new Date('2026-12-24T00:00:00.000Z')
  t.equal((await service.call('GET', `${incident}/postmortem.json`)).text, before.text)
  t.notOk('overdue' in before.body.action_items[0])
  t.same(Object.keys(before.body.people), ['ana', 'priya', 'sam', 'tomas'])
})

t.test('an incident with nothing but a title has a document too', async t => {
  const { call } = await openService(t)
  const { body } = await call('POST', '/v1/incidents', { body: { title: 'Something', severity: 'SEV4' } })
  for (const form of ['md', 'html', 'json'])
    t.equal((await call('GET', `/v1/incidents/${body.id}/postmortem.${form}`)).status, 200)
  t.match(
    (await call('GET', `/v1/incidents/${body.id}/postmortem.md`)).text,
    /We do not name a single root cause\./,
  )
})

t.test('a document of no incident is 404, and of a malformed id too', async t => {
  const { call } = await openService(t)
  for (const id of ['PM-2026-01-01-nothing', 'PM-x'])
    for (const path of ['postmortem', 'postmortem.md', 'postmortem.html', 'postmortem.json'])
      t.match(await call('GET', `/v1/incidents/${id}/${path}`), { status: 404, body: { code: 'not_found' } })
})

t.test('the template comes as Markdown, and as a page where Accept prefers HTML', async t => {
  const { call } = await openService(t)
  const golden = new URL('document/golden/template.md', import.meta.url)
  const plain = await call('GET', '/v1/template')
  t.match(plain, { status: 200, headers: { 'content-type': 'text/markdown; charset=utf-8', vary: /accept/ } })
  t.equal(plain.text, readFileSync(golden, 'utf8'))
  const page = await call('GET', '/v1/template', { headers: { accept: 'text/html, */*;q=0.8' } })
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': /style-src/,
  })
  t.match(page.text, '&lt;title&gt;</h1>')
})
