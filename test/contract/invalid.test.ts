import t from 'tap'
import { digestOf } from '../help/digest.ts'
import { scaled } from '../help/measuring/scale.ts'
import { openService } from '../help/service.ts'
import { type Broken, printBroken } from './faults/fault.ts'
import { fieldFaults } from './faults/field-faults.ts'
import { headerFaults } from './faults/header-faults.ts'
import { jsonFaults } from './faults/json-faults.ts'
import { pathFaults } from './faults/path-faults.ts'
import { queryFaults } from './faults/query-faults.ts'
import { ruleFaults } from './faults/rule-faults.ts'
import { operations } from './generate/operations.ts'
import { type Answer, send } from './generate/request.ts'
import { newTally, report, tryAll } from './generate/trial.ts'
import { seedWorld } from './generate/world.ts'

/** Generated requests with exactly one fault: each is refused as documented, and stores nothing. */

t.setTimeout(scaled(240_000, 6 * 3_600_000))
const service = await openService(t)
const world = await seedWorld(service)
const faults = [...fieldFaults, ...ruleFaults, ...jsonFaults, ...headerFaults, ...queryFaults, ...pathFaults]
const runsEach = scaled(250, 70_000) / faults.length
const tally = newTally()
/** In a full run after each request, which then names the one that stored something; else after each kind of fault. */
const isCheckedEach = scaled(0, 1) === 1
let digest = await digestOf(service.db)

for (const fault of faults) {
  t.test(`${fault.name} is refused, and leaves no trace`, async t => {
    const broken = operations.flatMap(operation => {
      const requests = fault.of(operation, world)
      return requests === null ? [] : [{ operation, requests }]
    })
    t.ok(broken.length > 0, 'some operation can meet it')
    const runs = Math.ceil(runsEach / broken.length)
    for (const { operation, requests: values } of broken) {
      const name = `${fault.name}, ${operation.id}`
      await tryAll(t, { name, runs, values, attempt: refused, print: printBroken }, tally)
    }
    t.notOk(await hasStored(), 'nothing was stored')
  })
}

t.test('every kind of fault was met', async t => {
  report(t, tally)
  t.ok(tally.count >= faults.length, `${tally.count} requests`)
})

async function refused(broken: Broken): Promise<Answer> {
  const answer = await send(service, broken.request)
  const fault =
    faultIn(broken, answer) ?? (isCheckedEach && (await hasStored()) ? 'something was stored' : undefined)
  if (fault !== undefined) throw new Error(fault)
  return answer
}

async function hasStored(): Promise<boolean> {
  const before = digest
  digest = await digestOf(service.db)
  return digest !== before
}

/** How an answer differs from the expected refusal; undefined when it does not. */
function faultIn({ request, status, code, pointer, parameter }: Broken, answer: Answer): string | undefined {
  const { body, headers } = answer
  const got = `got ${answer.status} ${JSON.stringify(body)}`
  if (!status.includes(answer.status)) return got
  if (request.method === 'HEAD') return undefined
  if (code !== undefined && body.code !== code) return got
  if (pointer !== undefined && !named(body).some(error => error.pointer === pointer)) return got
  if (parameter !== undefined && !named(body).some(error => error.parameter === parameter)) return got
  if (answer.status !== 405) return undefined
  const allowed = String(headers.allow).split(', ')
  const { methods } = request.operation
  return methods.every(method => allowed.includes(method)) && !allowed.includes(request.method)
    ? undefined
    : `Allow: ${headers.allow}`
}

const named = (body: any): { pointer?: string; parameter?: string }[] => body.errors
