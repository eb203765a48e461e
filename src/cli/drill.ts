import { readFileSync } from 'node:fs'

/** A whole incident as a script would send it, in the order of its keys. */
export interface Drill {
  teams: ({ handle: string } & Record<string, unknown>)[]
  people: ({ handle: string } & Record<string, unknown>)[]
  incident: { id: string } & Record<string, unknown>
  events: ({ dedupe_key: string } & Record<string, unknown>)[]
  /** `events` name timeline events by their `dedupe_key`. */
  factors: ({ statement: string; events: string[] } & Record<string, unknown>)[]
  action_items: ({ title: string; accepted_by?: string } & Record<string, unknown>)[]
}

export const drillFile = new URL('../../examples/payments-drill.json', import.meta.url)

export const readDrill = (): Drill => JSON.parse(readFileSync(drillFile, 'utf8')) as Drill

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>

/**
 * Stores the drill through the API. Every step is safe to repeat: what is there already is left as it is, also where
 * somebody has changed it since.
 * @param progress hears what was stored
 * @throws Error when the service refuses a step
 */
export async function storeDrill(
  url: string,
  token: string,
  drill: Drill,
  progress: (message: string) => void,
): Promise<void> {
  const call = caller(url, token)
  const incident = `/v1/incidents/${drill.incident.id}`
  for (const { handle, ...team } of drill.teams) await call('PUT', `/v1/teams/${handle}`, team)
  for (const { handle, ...person } of drill.people) await call('PUT', `/v1/people/${handle}`, person)
  progress(`${drill.people.length} people of ${drill.teams.length} teams`)
  await call('POST', '/v1/incidents', drill.incident)
  const eventIds = new Map<string, string>()
  for (const event of drill.events) {
    const { id } = await call<{ id: string }>('POST', `${incident}/events`, event)
    eventIds.set(event.dedupe_key, id)
  }
  progress(`${drill.incident.id} with ${eventIds.size} events`)
  const factors = drill.factors.map(factor => ({
    ...factor,
    events: factor.events.map(key => eventIds.get(key)),
  }))
  await storeMissing(call, `${incident}/factors`, factors)
  await storeMissing(
    call,
    `${incident}/action-items`,
    drill.action_items.map(({ accepted_by: _, ...item }) => item),
  )
  await acceptItems(call, incident, drill)
  progress(`${drill.factors.length} contributing factors and ${drill.action_items.length} action items`)
}

/** Posts the entries whose number in the list's order has not been given yet. */
async function storeMissing(call: Call, path: string, wanted: object[]): Promise<void> {
  const { items } = await call<{ items: { number?: number; id?: string }[] }>('GET', `${path}?limit=200`)
  const numbers = items.map(({ number, id }) => number ?? Number(id?.slice('AI-'.length)))
  for (const entry of wanted.slice(Math.max(0, ...numbers))) await call('POST', path, entry)
}

async function acceptItems(call: Call, incident: string, drill: Drill): Promise<void> {
  const { items } = await call<{ items: { id: string; owner: string; acceptance: unknown }[] }>(
    'GET',
    `${incident}/action-items?limit=200`,
  )
  for (const [i, { accepted_by }] of drill.action_items.entries()) {
    const item = items.find(({ id }) => id === `AI-${i + 1}`)
    if (item?.owner === accepted_by && item?.acceptance === null)
      await call('PUT', `${incident}/action-items/${item.id}/acceptance`, { by: accepted_by })
  }
}

/** PUT creates and never overwrites: 412 says that it is there, as 409 does to the POST of the incident. */
function caller(url: string, token: string): Call {
  return async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'PUT' && !path.endsWith('/acceptance') ? { 'if-none-match': '*' } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isThere = response.status === 412 || (response.status === 409 && path === '/v1/incidents')
    if (!response.ok && !isThere) throw new Error(`${method} ${path} was refused: ${text}`)
    return JSON.parse(text) as T
  }
}
