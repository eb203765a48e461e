import type { Test } from 'tap'
import { observed, openIncident, seedPeople } from '../../help/cast.ts'
import { type Call, openService, type Service } from '../../help/service.ts'

/** Mistakes that a tired author makes, and the sentences that answer them. */

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/**
 * A call, such as `POST …/events`, where … is the incident; its body, or what `raw` makes; and sentences of the answer's
 * `detail` and `errors`, of which one that ends in … goes on.
 */
export type Mistake = [to: `${Method} ${string}`, sent: unknown, ...says: string[]]

class Raw {
  readonly call: Call
  constructor(call: Call) {
    this.call = call
  }
}
/** What is sent with headers, or is no JSON. */
export const raw = (call: Call, body?: unknown) => new Raw(body === undefined ? call : { ...call, body })
export const nothing = undefined

/** Opens a service with an incident, below which are an event, factor 1 and AI-1. */
export async function openDrill(t: Test): Promise<{ service: Service; incident: string; event: string }> {
  const service = await openService(t)
  await seedPeople(service)
  const incident = await openIncident(service)
  const { body } = await service.call('POST', `${incident}/events`, { body: observed() })
  await service.call('POST', `${incident}/factors`, { body: { category: 'technical', statement: 'x' } })
  await service.call('POST', `${incident}/action-items`, { body: { title: 'Retry', ...due } })
  return { service, incident, event: body.id }
}

export const due = { owner: 'ana', due_on: '2026-06-24', priority: 'P1', factors: [1] }
export const sev2 = { title: 'Checkout is down', severity: 'SEV2' }
export const held = { held_at: '2026-06-17T15:00:00Z', facilitator: 'ana', attendees: ['ana', 'sam'] }

/** A test for each entry, of all its mistakes. */
export function testWording(
  t: Test,
  { service, incident }: { service: Service; incident: string },
  mistakes: Record<string, Mistake[]>,
): void {
  for (const [name, all] of Object.entries(mistakes))
    t.test(name, async t => {
      for (const [to, sent, ...says] of all) {
        const sentences = await answerTo(service, to.replace('…', incident), sent)
        const unsaid = says.filter(sentence => !sentences.some(found => isAlike(found, sentence)))
        t.same(unsaid, [], `${to}: ${unsaid.length === 0 ? '' : sentences.join('\n')}`)
      }
    })
}

async function answerTo({ call }: Service, to: string, sent: unknown): Promise<string[]> {
  const [method, address] = [to.split(' ')[0] as Method, to.slice(to.indexOf(' ') + 1)]
  const { body } = await call(method, address, sent instanceof Raw ? sent.call : { body: sent })
  return [body.detail, ...body.errors.map(({ detail }: { detail: string }) => detail)]
}

const isAlike = (found: string, sentence: string): boolean =>
  found === sentence || (sentence.endsWith('…') && found.startsWith(sentence.slice(0, -1)))
