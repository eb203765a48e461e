import t from 'tap'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import { runConcurrently } from './help/proxied-service.ts'
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

const rounds = scaled(1, 200)
const eventsOfRound = scaled(200, 1000)

/** 250 deliveries for every 50 events: one is sent 50 times, four 5 times, the others 4 times. */
const copiesOf = (i: number): number => (i % 50 === 0 ? 50 : i % 50 < 5 ? 5 : 4)

const description = (i: number) => `Event ${i} of many`

/** Every other event has a dedupe_key; the others are deduplicated by their content. */
const eventOf = (i: number) => ({
  occurred_at: '2026-06-17T14:08:00Z',
  kind: 'note',
  description: description(i),
  ...(i % 2 === 0 ? { dedupe_key: `key-${i}` } : {}),
  sources: [{ kind: 'log', system: 'retry-test', excerpt: 'sent again and again' }],
})

t.test('an event that is delivered many times, at once and again, is stored once', async t => {
  const senders = await startSenders(t)
  const tally = newTally()
  for (let round = 1; round <= rounds && !timeIsUp(); round++) {
    const path = `${await openIncident(senders)}/events`
    const acknowledged = new Map<string, string>()
    await withFaults(senders, () =>
      runConcurrently(Array(eventsOfRound).keys(), 8, async i => {
        const [answer] = await store(senders, { path, body: eventOf(i), copies: copiesOf(i) }, tally)
        acknowledged.set(description(i), idOf(answer!))
      }),
    )
    const faults = await notStoredOnce(senders, `${path}?limit=200`, 'description', acknowledged)
    t.strictSame(faults, [], `round ${round} of ${rounds}: each of ${acknowledged.size} events is there once`)
  }
  checkTally(t, tally)
})
