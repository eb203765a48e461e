import t from 'tap'
import { scaled } from '../help/measuring/scale.ts'
import { openService } from '../help/service.ts'
import { arranged } from './generate/named-values.ts'
import { operations } from './generate/operations.ts'
import { type Answer, print, type Request, send, validRequests } from './generate/request.ts'
import { newTally, report, tryAll } from './generate/trial.ts'
import { seedWorld } from './generate/world.ts'

/** Generated requests that are valid by the contract: each is accepted. */

t.setTimeout(scaled(240_000, 6 * 3_600_000))
const service = await openService(t)
const world = await seedWorld(service)
const runs = Math.ceil(scaled(400, 30_000) / operations.length)
const tally = newTally()

for (const operation of operations) {
  t.test(`${operation.id} accepts what the contract allows`, async t => {
    const values = validRequests(operation, world)
    await tryAll(t, { name: operation.id, runs, values, attempt: accepted, print }, tally)
    t.ok(operation.statuses.some(isSuccess), 'and the contract has an answer to it')
  })
}

t.test('every operation was asked', async t => {
  report(t, tally)
  t.ok(tally.count >= operations.length, `${tally.count} requests`)
})

async function accepted(request: Request): Promise<Answer> {
  const sent = await arranged(service, request)
  const answer = await send(service, sent)
  requireAccepted(request, answer)
  if (request.headers['idempotency-key']) await requireReplayed(sent, answer)
  if (answer.body?.next_cursor) {
    const cursor: [string, string] = ['cursor', answer.body.next_cursor]
    requireAccepted(request, await send(service, { ...request, query: [...request.query, cursor] }))
  }
  return answer
}

/** Requires that a retry with the same key gets the same answer. */
async function requireReplayed(request: Request, { status, body }: Answer): Promise<void> {
  if (!isSuccess(status)) return
  const again = await send(service, request)
  const isSame = again.status === status && JSON.stringify(again.body) === JSON.stringify(body)
  if (isSame && again.headers['idempotent-replayed'] === 'true') return
  throw new Error(`Expected ${JSON.stringify(body)} again, got ${again.status} ${JSON.stringify(again.body)}`)
}

/** Requires 2xx; or 409 where it is documented, since that depends on the stored state. */
function requireAccepted({ operation }: Request, { status, body }: Answer): void {
  if (isSuccess(status)) return
  if (status === 409 && operation.statuses.includes(409)) return
  throw new Error(`Expected 2xx, got ${status} ${JSON.stringify(body)}`)
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
