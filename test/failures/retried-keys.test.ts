import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import { lockTable, runConcurrently } from './help/proxied-service.ts'
import {
  checkTally,
  idOf,
  newTally,
  notStoredOnce,
  openIncident,
  startSenders,
  store,
  withFaults,
} from './help/retrying-senders.ts'

const rounds = scaled(1, 20)
const keysOfRound = scaled(3, 50)

const senders = await startSenders(t)
const { direct } = senders
await direct('PUT', '/v1/people/priya', { body: { name: 'Priya Raman' } })

interface Kind {
  what: string
  /** Where things of this kind are posted, and a list of those that have `mark` in their name. */
  place: (mark: string) => Promise<{ path: string; list: string }>
  field: 'title' | 'statement'
  rest: object
}

const below = (incident: string, what: string) => ({
  path: `${incident}/${what}`,
  list: `${incident}/${what}?limit=200`,
})

const aFactor = { category: 'technical', statement: 'What the action items address.' }

const kinds: Kind[] = [
  {
    what: 'incident',
    place: async mark => ({ path: '/v1/incidents', list: `/v1/incidents?limit=200&q=${mark}` }),
    field: 'title',
    rest: { severity: 'SEV4' },
  },
  {
    what: 'factor',
    place: async () => below(await openIncident(senders), 'factors'),
    field: 'statement',
    rest: { category: 'technical' },
  },
  {
    what: 'action item',
    place: async () => {
      const incident = await openIncident(senders)
      await direct('POST', `${incident}/factors`, { body: aFactor })
      return below(incident, 'action-items')
    },
    field: 'title',
    rest: { owner: 'priya', due_on: '2026-06-24', priority: 'P1', factors: [1] },
  },
]

/** Sends a few things until each is acknowledged: 50 times at once, with one key each. */
async function storeSome({ place, field, rest }: Kind, tally = newTally()) {
  const mark = randomUUID()
  const { path, list } = await place(mark)
  const acknowledged = new Map<string, string>()
  const unlike: string[] = []
  await withFaults(senders, () =>
    runConcurrently(Array(keysOfRound).keys(), 2, async i => {
      const body = { [field]: `Number ${i} of ${mark}`, ...rest }
      const headers = { 'idempotency-key': randomUUID() }
      const answers = await store(senders, { path, body, headers, copies: 50 }, tally)
      acknowledged.set(body[field]!, idOf(answers[0]!))
      if (new Set(answers.map(({ status, text }) => status + text)).size > 1) unlike.push(body[field]!)
    }),
  )
  return { unlike, notStoredOnce: await notStoredOnce(senders, list, field, acknowledged) }
}

t.test('an Idempotency-Key stores one thing, however often and however many at once it is sent', async t => {
  const tally = newTally()
  for (let round = 1; round <= rounds && !timeIsUp(); round++)
    for (const kind of kinds)
      t.strictSame(
        await storeSome(kind, tally),
        { unlike: [], notStoredOnce: [] },
        `round ${round} of ${rounds}: each ${kind.what} is stored once, and its answers are alike`,
      )
  checkTally(t, tally)
})

for (const kind of kinds) {
  t.test(`the key of one ${kind.what} does not serve for another`, async t => {
    const { path } = await kind.place('')
    const headers = { 'idempotency-key': randomUUID() }
    const post = (name: string) =>
      direct('POST', path, { body: { [kind.field]: name, ...kind.rest }, headers })
    const first = await post('The first one.')
    const again = await post('The first one.')
    t.match(again, { status: 201, text: first!.text, headers: { 'idempotent-replayed': 'true' } })
    const other = await post('Another one.')
    t.match(other, { status: 422, text: '"code":"idempotency_key_reused"' })
  })

  t.test(`while one ${kind.what} is being stored, a duplicate is refused with Retry-After`, async t => {
    const { path } = await kind.place('')
    const headers = { 'idempotency-key': randomUUID() }
    const post = () => direct('POST', path, { body: { [kind.field]: 'Slow.', ...kind.rest }, headers })
    const lock = await lockTable(t, senders.databaseUrl, 'incidents')
    const first = post()
    while ((await lock.waiting()) === 0) await sleep(5)
    const duplicate = await post()
    t.match(duplicate, {
      status: 409,
      text: '"code":"request_in_progress"',
      headers: { 'retry-after': /^\d+$/ },
    })
    await lock.release()
    t.match(await first, { status: 201, headers: { 'idempotent-replayed': undefined } })
    t.match(await post(), { status: 201, headers: { 'idempotent-replayed': 'true' } })
  })
}
