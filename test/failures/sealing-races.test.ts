import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { nextSequence } from '../../src/postmortem/sealing/revisions.ts'
import { observed } from '../help/cast.ts'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import { openService } from '../help/service.ts'
import { aReview, givenReady } from '../postmortem/ready.ts'

/** Sealing while others write: a write is in the sealed document, or was refused. */

t.setTimeout(scaled(240_000, 6 * 3_600_000))
const service = await openService(t)
const { call } = service
const anyVersion = { 'if-match': '*' }
const sealNow = (incident: string) => call('POST', `${incident}/revisions`, { headers: anyVersion })
const reopen = (incident: string, reason: string) =>
  call('POST', `${incident}/amendments`, { body: { author: 'ana', reason } })

const writers = 32
let incident = await givenReady(service)

/**
 * Starts 32 writers that post events until they are refused, and seals once the first event is stored. Returns their
 * answers, and the keys in the sealed document.
 */
async function race(round: number) {
  const answers: { key: string; status: number; code: string }[] = []
  const firstStored = Promise.withResolvers<void>()
  const writing = Array.from({ length: writers }, async (_, i) => {
    for (let n = 0, isOpen = true; isOpen; n += 1) {
      const key = `${round}-${i}-${n}`
      const { status, body } = await call('POST', `${incident}/events`, {
        body: observed({ dedupe_key: key }),
      })
      answers.push({ key, status, code: body.code })
      isOpen = status === 201
      firstStored.resolve()
    }
  })
  await firstStored.promise
  const sealed = await sealNow(incident)
  if (sealed.status !== 201) throw new Error(`round ${round}: ${sealed.text}`)
  await Promise.all(writing)
  const { body } = await call('GET', `${incident}/revisions/${sealed.body.number}`)
  return { answers, inside: new Set(body.postmortem.events.map((event: any) => event.dedupe_key)) }
}

async function countStored(): Promise<number> {
  const { count } = await service.db
    .selectFrom('events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('incident_id', '=', incident.slice('/v1/incidents/'.length))
    .executeTakeFirstOrThrow()
  return count
}

t.test('each event that races the sealing is in the sealed copy, or was refused', async t => {
  const rounds = scaled(10, 1000)
  const seen = { rounds: 0, sealed: 0, refused: 0 }
  for (; seen.rounds < rounds && !timeIsUp(); seen.rounds += 1) {
    // A new incident now and then, since the document grows with each round.
    if (seen.rounds % 20 === 0) incident = await givenReady(service, `Raced ${seen.rounds}`)
    else await reopen(incident, `Round ${seen.rounds}.`)
    const { answers, inside } = await race(seen.rounds)
    const wrong = answers.filter(({ key, status, code }) =>
      inside.has(key) ? status !== 201 : status !== 409 || code !== 'sealed',
    )
    if (wrong.length > 0 || (await countStored()) !== inside.size)
      return t.fail(`round ${seen.rounds}: ${JSON.stringify(wrong)}`)
    seen.sealed += answers.filter(({ status }) => status === 201).length
    seen.refused += answers.filter(({ status }) => status === 409).length
  }
  t.comment(`${seen.rounds} rounds: ${seen.sealed} events sealed, ${seen.refused} refused`)
  t.ok(seen.sealed > 0 && seen.refused > 0, 'both happened')
})

t.test('a sealing gets its turn though 32 tools never stop writing', async t => {
  for (let round = 0; round < scaled(2, 100) && !timeIsUp(); round += 1) {
    const busy = await givenReady(service, `Busy ${round}`)
    let isSealed = false
    const writing = Array.from({ length: writers }, async (_, i) => {
      for (let n = 0; !isSealed; n += 1)
        await call('POST', `${busy}/events`, { body: observed({ dedupe_key: `${i}-${n}` }) })
    })
    await sleep(50)
    const { status, body } = await call('POST', `${busy}/revisions`, { headers: anyVersion })
    isSealed = true
    await Promise.all(writing)
    t.equal(status, 201, JSON.stringify(body.detail))
  }
})

t.test('of sealings at once one wins', async t => {
  for (let round = 0; round < scaled(6, 200) && !timeIsUp(); round += 1) {
    await reopen(incident, 'Again.')
    const answers = await Promise.all(Array.from({ length: 4 }, () => sealNow(incident)))
    t.same(answers.map(({ status }) => status).sort(), [201, 409, 409, 409])
  }
})

t.test('a sequence number is drawn only when the one before it can be read', async t => {
  const happened: string[] = []
  const drawn: Promise<unknown>[] = []
  await service.db.transaction().execute(async first => {
    await nextSequence(first)
    const second = service.db.transaction().execute(nextSequence)
    drawn.push(second.then(() => happened.push('the second is drawn')))
    await sleep(200)
    happened.push('the first commits')
  })
  await Promise.all(drawn)
  t.same(happened, ['the first commits', 'the second is drawn'])
})

t.test(
  'a review, a factor and a patch that race the sealing are in the sealed copy, or were refused',
  async t => {
    for (let round = 0; round < scaled(3, 200) && !timeIsUp(); round += 1) {
      const other = await givenReady(service, 'Raced')
      const title = `Raced ${round}`
      const [patched, reviewed, factored, sealed] = await Promise.all([
        call('PATCH', other, { body: { title } }),
        call('PUT', `${other}/review`, { body: { ...aReview, facilitator: 'sam' }, headers: anyVersion }),
        call('PATCH', `${other}/factors/1`, { body: { statement: title } }),
        call('POST', `${other}/revisions`, { headers: anyVersion }),
      ])
      t.equal(sealed.status, 201)
      const { body } = await call('GET', `${other}/revisions/1`)
      const { incident, review, factors } = body.postmortem
      const outcomes: [number, boolean][] = [
        [patched.status, incident.title === title],
        [reviewed.status, review.facilitator === 'sam'],
        [factored.status, factors[0].statement === title],
      ]
      for (const [status, isInside] of outcomes) t.equal(status, isInside ? 200 : 409)
    }
  },
)
