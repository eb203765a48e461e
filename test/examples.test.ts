import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { alertRuleWarnings } from '../src/changes/alert-rule.ts'
import { promqlFault } from '../src/changes/promql.ts'
import { storeDrill } from '../src/demo/drill.ts'
import { type Drill, readDrill } from '../src/demo/drill-file.ts'
import { checkResponse } from './help/command.ts'
import { adminToken, openService, type Service } from './help/service.ts'
import { withoutRevision } from './postmortem/ready.ts'

const example = (name: string) => readFileSync(new URL(`../examples/${name}`, import.meta.url), 'utf8')
const expected = withoutRevision(example('payments-drill.md'))
const incident = '/v1/incidents/PM-2026-06-17-payments-drill'
const document = `${incident}/postmortem.md`

const { fetch } = globalThis
t.teardown(() => Object.assign(globalThis, { fetch }))
/** How many calls are answered before the line is cut. */
let line = Number.POSITIVE_INFINITY
globalThis.fetch = async (input, init) => {
  const response = await fetch(input, init)
  checkResponse(init?.method ?? 'GET', response, await response.clone().text())
  if (--line < 0) throw new Error('The line is cut.')
  return response
}

/** A service that listens on the day of the review, and what stores a drill in it as the demo does. */
async function listening(test: Test) {
  const service = await openService(test, { now: '2026-06-19T15:00:00.000Z' })
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(service.app.server.address() as AddressInfo).port}`
  const store = async (drill: Drill = readDrill()) => {
    const said: string[] = []
    await storeDrill(url, adminToken, drill, message => said.push(message))
    return said.join('\n')
  }
  return { service, store }
}

const { service, store } = await listening(t)
const beforeReview = { ...readDrill(), review: null }

t.test('before its review, open points hold the drill back, and the agenda asks about them', async t => {
  t.match(
    await store(beforeReview),
    'It is a draft, and 8 open points hold it back from being final: EVENT_DISPUTED, ACTION_UNACCEPTED (4), ACTION_INCOMPLETE, CHANGE_MISSING, REVIEW_MISSING.',
  )
  const { text } = await service.call('GET', `${incident}/review/agenda`)
  t.equal(text, example('payments-drill-agenda.md'))
})

t.test('the drill, stored through the API, is sealed, and is the Markdown in examples', async t => {
  t.match(
    await store(),
    'Nothing holds it back any more (a warning stays: STATEMENT_ONLY): it is final, as revision 1',
  )
  const { text } = await service.call('GET', document)
  t.equal(withoutRevision(text), expected)
  t.match(text, /^Revision: 1 {3}Sealed: 2026-06-19 15:00 UTC {3}SHA-256 of the JSON: [0-9a-f]{12}$/m)
  const { body } = await service.call('GET', `${incident}/checks`)
  t.same(
    body.items.map(({ code }: { code: string }) => code),
    ['STATEMENT_ONLY'],
    'what one person remembers stays a warning',
  )
})

t.test('every event of the drill has a source, and every factor a counterfactual', async t => {
  const drill = readDrill()
  t.ok(drill.events.length >= 12)
  t.ok(drill.events.every(({ sources }) => (sources as unknown[]).length > 0))
  t.equal(drill.factors.length, 4)
  t.ok(drill.factors.every(({ counterfactual, events }) => counterfactual && events.length > 0))
  t.equal(drill.action_items.length, 5)
  t.match(drill.action_items[0], { owner: 'priya', due_on: '2026-06-24' })
})

t.test('who acts in the drill holds that role at that time, and what was left open is told', async t => {
  const { incident, events } = readDrill()
  const roles = incident.roles as { role: string; from: string; to: string }[]
  const held = (role: string, at: string) =>
    roles.some(one => one.role.replaceAll('_', ' ') === role && one.from <= at && at <= one.to)
  const acting = events.filter(({ role }) => role !== undefined && role !== 'payments on-call')
  t.ok(acting.length >= 10)
  for (const { role, occurred_at } of acting)
    t.ok(held(role as string, occurred_at as string), `${role} ${occurred_at}`)
  t.match(
    events.find(({ kind }) => kind === 'handoff'),
    { description: /replay the recordings/ },
  )
  t.match(events.at(-1), { description: /recordings are replayed/ })
})

t.test('what the drill shows to be done is done when it is sealed, and the rest is open', async t => {
  const { body } = await service.call('GET', `${incident}/action-items`)
  t.match(body.items, [
    { status: 'open' },
    { status: 'done', closure: { done_on: '2026-06-19' } },
    {},
    {},
    {},
  ])
  t.equal(body.items.filter(({ status }: { status: string }) => status === 'open').length, 4)
})

t.test('the drill changes an alert rule, an SLO and a runbook, and no rule has a fault', async t => {
  const { body } = await service.call('GET', `${incident}/changes`)
  t.match(body.items, [
    { target_kind: 'alert_rule', status: 'verified', warnings: [] },
    { target_kind: 'slo', status: 'applied' },
    { target_kind: 'runbook', status: 'applied' },
  ])
  t.same(alertRuleWarnings(body.items[0].before), [])
  for (const text of [body.items[1].before, body.items[1].after])
    t.match(parse(text), { apiVersion: 'openslo/v1', kind: 'SLO', spec: { objectives: [{ target: 0.995 }] } })
})

t.test('what its review turned back to the system did blame, and does not any more', async t => {
  const check = async (text: string) =>
    (await service.call('POST', '/v1/language-checks', { body: { text, field: 'reframing' } })).body.findings
  const { body } = await service.call('GET', `${incident}/review`)
  for (const { said, reframed } of body.reframings) {
    t.not((await check(said)).length, 0, said)
    t.same(await check(reframed), [], reframed)
  }
})

const dashboard = JSON.parse(example('grafana/debrief.json'))
const targets = dashboard.panels.flatMap(({ targets }: { targets: object[] }) => targets)

t.test('the Grafana dashboard asks for metrics that there are, by labels that they have', async t => {
  const { text } = await service.call('GET', '/metrics')
  const queries: string[] = targets.flatMap(({ expr }: { expr?: string }) => expr ?? [])
  t.ok(queries.length > 9)
  for (const query of queries) {
    const plain = query.replaceAll('$job', 'debrief').replaceAll('$__rate_interval', '5m')
    t.equal(promqlFault(plain), undefined, query)
    const [name, ...more] = [...query.matchAll(/(\w+)\{job="\$job"/g)].map(([, name]) => name!)
    t.same([more, query.split('{').length], [[], 2], `one metric, of one job: ${query}`)
    const sample = new RegExp(`^${name}(?:\\{.*)? `, 'm').exec(text)?.[0]
    t.ok(sample, query)
    for (const [, by = '', label] of query.matchAll(/by \(([^)]*)\)|, (\w+)=/g))
      for (const one of label ? [label] : by.split(', '))
        t.ok(sample?.includes(`${one}="`), `${one} in ${query}`)
    if (name!.startsWith('debrief_'))
      t.match(query, /max(?: by \([^)]*\) )?\(debrief_/, 'no instance is added')
  }
})

t.test('the Grafana dashboard reads fields that the API answers', async t => {
  service.clock.now = new Date('2026-06-27T12:00:00.000Z')
  const headers = { accept: 'application/json;q=0.9,text/plain', 'content-type': 'application/json' }
  const ofApi = targets.filter(({ url }: { url?: string }) => url !== undefined)
  t.equal(ofApi.length, 3)
  for (const { url, root_selector, columns } of ofApi) {
    const asked = url.replace(/\$\{__from:date:YYYY-MM-DD\}/, '2026-06-20')
    const { status, body } = await service.call('GET', asked, { headers })
    t.equal(status, 200, asked)
    const row = body[root_selector]?.[0] ?? {}
    for (const { selector, type } of columns) {
      t.type(row[selector], type === 'number' ? 'number' : 'string', `${asked} ${selector}`)
      if (type === 'timestamp') t.match(row[selector], /^\d{4}-\d{2}-\d{2}$/)
    }
  }
})

t.test('the panels of the Grafana dashboard have places and data sources of their own', async t => {
  const cells: string[] = []
  for (const { gridPos, title, datasource, targets, transformations = [] } of dashboard.panels) {
    t.ok(gridPos.x + gridPos.w <= 24, title)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) cells.push(`${x} ${y}`)
    for (const target of targets) t.same(target.datasource, datasource, title)
    // Infinity sorts its columns by name; this says in which order they are shown.
    const names = targets[0].columns?.map(({ text }: { text: string }) => text)
    for (const { options } of transformations) t.same(Object.keys(options.indexByName), names, title)
  }
  t.equal(new Set(cells).size, cells.length)
  t.equal(new Set(dashboard.panels.map(({ id }: { id: number }) => id)).size, dashboard.panels.length)
  const used = JSON.stringify(dashboard.panels).match(/(?<=\$\{?)[a-z]\w+/g)
  const variables = dashboard.templating.list.map(({ name }: { name: string }) => name)
  t.same([...new Set(used)].sort(), variables.sort())
})

t.test('storing the drill again, days later, changes nothing', async t => {
  const before = await digest(service)
  service.clock.now = new Date('2026-06-25T12:00:00.000Z')
  t.match(await store(), 'is there, and final: it stays as it is')
  t.same(await digest(service), before)
  t.equal(withoutRevision((await service.call('GET', document)).text), expected)
})

t.test('a final one that is being corrected is left to those who correct it', async t => {
  const body = { author: 'ana', reason: 'The second status update was at 14:37.' }
  await service.call('POST', `${incident}/amendments`, { body })
  const before = await digest(service)
  await store()
  t.same(await digest(service), before)
})

t.test('what somebody has changed since is left as it is, and holds it back', async t => {
  const { service, store } = await listening(t)
  await store(beforeReview)
  const { body } = await service.call('GET', `${incident}/events?milestone=mitigated`)
  await service.call('DELETE', `${incident}/events/${body.items[0].id}/dispute`)
  await service.call('PATCH', `${incident}/action-items/AI-2`, {
    body: { title: 'Escalate sooner', owner: 'ana' },
  })
  await service.call('PATCH', `${incident}/factors/3`, { body: { statement: 'The rota had one person.' } })
  await service.call('PATCH', '/v1/people/priya', { body: { team: null } })
  await service.call('DELETE', `${incident}/review-request`)
  const before = await digest(service)
  await store(beforeReview)
  t.same(await digest(service), before)
  t.match(await store(), 'It is not final, since somebody has changed it (1 open point holds it back).')
  const after = await service.call('GET', `${incident}/postmortem.json`)
  t.match(after.body, {
    incident: { status: 'draft' },
    action_items: [{}, { owner: 'ana', acceptance: null }],
  })
})

t.test('a drill that was cut off anywhere is completed by the next run', async t => {
  const { service, store } = await listening(t)
  const isCutAfter = async (answered: number, drill: Drill) => {
    line = answered
    const error = await store(drill).catch(error => error)
    line = Number.POSITIVE_INFINITY
    if (error instanceof Error) t.equal(error.message, 'The line is cut.')
    return error instanceof Error
  }
  for (let answered = 3, isCut = true; isCut; answered += 5) {
    const id = `PM-2026-06-17-cut-${answered}`
    const drill = { ...readDrill(), incident: { ...readDrill().incident, id, external_refs: [] } }
    isCut = await isCutAfter(answered, drill)
    await store(drill)
    const { text } = await service.call('GET', `/v1/incidents/${id}/postmortem.md`)
    t.equal(withoutRevision(text), withoutReference(id))
  }
})

const withoutReference = (id: string) =>
  expected.replace('PM-2026-06-17-payments-drill', id).replace(/ {2}\nReferences: .*/, '')

/** Every row of every table that the drill writes to. */
async function digest({ db }: Service): Promise<unknown> {
  const tables = [
    ...['teams', 'people', 'incidents', 'events', 'factors', 'action_items'],
    ...['changes', 'reviews', 'revisions', 'history'],
  ].map(name => sql`SELECT ${sql.lit(name)} AS "table", to_jsonb(t) AS row FROM ${sql.table(name)} t`)
  const { rows } = await sql`${sql.join(tables, sql` UNION ALL `)} ORDER BY 1, 2`.execute(db)
  return rows
}
