import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { readDrill, storeDrill } from '../src/cli/drill.ts'
import { judgeAnswer } from './cli/help.ts'
import { adminToken, openService, type Service } from './service.ts'

const expected = readFileSync(new URL('../examples/payments-drill.md', import.meta.url), 'utf8')
const incident = '/v1/incidents/PM-2026-06-17-payments-drill'
const document = `${incident}/postmortem.md`

const { fetch } = globalThis
t.teardown(() => Object.assign(globalThis, { fetch }))
globalThis.fetch = async (input, init) => {
  const response = await fetch(input, init)
  judgeAnswer(init?.method ?? 'GET', response, await response.clone().text())
  return response
}

/** A service that listens, and what stores a drill in it as the demo does. */
async function listening(test: Test) {
  const service = await openService(test)
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(service.app.server.address() as AddressInfo).port}`
  return { service, store: (drill = readDrill()) => storeDrill(url, adminToken, drill, () => {}) }
}

const { service, store } = await listening(t)

t.test('the drill, stored through the API, renders to the Markdown in examples', async t => {
  await store()
  t.equal((await service.call('GET', document)).text, expected)
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

t.test('storing the drill again, days later, changes nothing', async t => {
  const before = await digest(service)
  service.clock.now = new Date('2026-06-25T12:00:00.000Z')
  await store()
  t.same(await digest(service), before)
  t.equal((await service.call('GET', document)).text, expected)
})

t.test('what somebody has changed since is left as it is', async t => {
  await service.call('PATCH', `${incident}/action-items/AI-2`, {
    body: { title: 'Escalate sooner', owner: 'ana' },
  })
  await service.call('PATCH', `${incident}/factors/3`, { body: { statement: 'The rota had one person.' } })
  await service.call('PATCH', '/v1/people/priya', { body: { team: null } })
  const before = await digest(service)
  await store()
  t.same(await digest(service), before)
})

t.test('a drill that was cut off half-way is completed by the next run', async t => {
  const { service, store } = await listening(t)
  const drill = readDrill()
  await store({ ...drill, events: drill.events.slice(0, 9), factors: [], action_items: [] })
  await store()
  t.equal((await service.call('GET', document)).text, expected)
})

/** Every row of every table that the drill writes to. */
async function digest({ db }: Service): Promise<unknown> {
  const tables = ['teams', 'people', 'incidents', 'events', 'factors', 'action_items', 'history'].map(
    name => sql`SELECT ${sql.lit(name)} AS "table", to_jsonb(t) AS row FROM ${sql.table(name)} t`,
  )
  const { rows } = await sql`${sql.join(tables, sql` UNION ALL `)} ORDER BY 1, 2`.execute(db)
  return rows
}
