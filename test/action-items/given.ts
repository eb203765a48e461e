import type { Service } from '../help/service.ts'

/** The fixtures of factors and action items: Priya, Sam and Ana, their team, and an incident. */

export const drill = '/v1/incidents/PM-2026-06-17-payments-drill'

export async function givenDrill({ call }: Service): Promise<void> {
  await call('PUT', '/v1/teams/payments-team', { body: { name: 'Payments' } })
  await call('PUT', '/v1/people/priya', { body: { name: 'Priya Raman', team: 'payments-team' } })
  await call('PUT', '/v1/people/sam', { body: { name: 'Sam Okafor', team: 'payments-team' } })
  await call('PUT', '/v1/people/ana', { body: { name: 'Ana Lima' } })
  await givenIncident({ call }, 'Payments drill', '2026-06-17', { services: ['checkout', 'payments'] })
}

/** Opens an incident and returns its address. */
export async function givenIncident(
  { call }: Pick<Service, 'call'>,
  title: string,
  occurred_on: string,
  more: object = {},
): Promise<string> {
  const body = { title, severity: 'SEV2', occurred_on, ...more }
  const { headers } = await call('POST', '/v1/incidents', { body })
  return headers.location!
}

/** Adds an event and returns its id. */
export async function givenEvent({ call }: Service, incident = drill): Promise<string> {
  const sources = [{ kind: 'log', system: 'checkout', excerpt: 'payment failed' }]
  const body = { occurred_at: '2026-06-17T14:02:00Z', kind: 'impact', description: 'Payments fail.', sources }
  return (await call('POST', `${incident}/events`, { body })).body.id
}

export const aFactor = { category: 'technical', statement: 'The checkout payments call had no retries.' }

/** Adds a factor and returns its number. */
export async function givenFactor({ call }: Service, incident = drill, more: object = {}): Promise<number> {
  return (await call('POST', `${incident}/factors`, { body: { ...aFactor, ...more } })).body.number
}

export const anItem = {
  title: 'Add retry-with-backoff to the checkout payments call',
  owner: 'priya',
  due_on: '2026-06-24',
  priority: 'P1',
  factors: [1],
}

/** Adds an action item and returns its address. */
export async function givenItem({ call }: Service, more: object = {}, incident = drill): Promise<string> {
  const { headers } = await call('POST', `${incident}/action-items`, { body: { ...anItem, ...more } })
  return headers.location!
}

/** The status and code of a problem, and the pointers of its errors. */
export const refusal = ({ status, body }: { status: number; body: any }) => ({
  status,
  code: body.code,
  at: body.errors.map((error: any) => error.pointer ?? error.parameter),
})
