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

type Call = <T>(method: string, path: string, body?: unknown) => Promise<{ status: number; body: T }>

/**
 * Stores the drill through the API. Every step is safe to repeat: what is there already is left as it is.
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
  await call('POST', '/v1/people/batch?atomic=true', { people: drill.people })
  progress(`${drill.people.length} people of ${drill.teams.length} teams`)
  await call('POST', '/v1/incidents', drill.incident)
  const eventIds = new Map<string, string>()
  for (const event of drill.events) {
    const { body } = await call<{ id: string }>('POST', `${incident}/events`, event)
    eventIds.set(event.dedupe_key, body.id)
  }
  progress(`${drill.incident.id} with ${eventIds.size} events`)
  await storeMissing(
    call,
    `${incident}/factors`,
    'statement',
    drill.factors.map(factor => ({
      ...factor,
      events: factor.events.map(key => eventIds.get(key)),
    })),
  )
  const items = drill.action_items.map(({ accepted_by: _, ...item }) => item)
  await storeMissing(call, `${incident}/action-items`, 'title', items)
  await acceptItems(call, incident, drill)
  progress(`${drill.factors.length} contributing factors and ${items.length} action items`)
}

async function acceptItems(call: Call, incident: string, drill: Drill): Promise<void> {
  const { body } = await call<{ items: { id: string; title: string; acceptance: unknown }[] }>(
    'GET',
    `${incident}/action-items?limit=200`,
  )
  for (const { id, title, acceptance } of body.items) {
    const by = drill.action_items.find(item => item.title === title)?.accepted_by
    if (by !== undefined && acceptance === null)
      await call('PUT', `${incident}/action-items/${id}/acceptance`, { by })
  }
}

/** Posts what the list does not have yet, known by one field. */
async function storeMissing(
  call: Call,
  path: string,
  field: string,
  wanted: Record<string, unknown>[],
): Promise<void> {
  const { body } = await call<{ items: Record<string, unknown>[] }>('GET', `${path}?limit=200`)
  const known = new Set(body.items.map(item => item[field]))
  for (const entry of wanted) if (!known.has(entry[field])) await call('POST', path, entry)
}

/** 409 to a POST of the incident says that it is there: a second run. Every other refusal ends the story. */
function caller(url: string, token: string): Call {
  return async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isKnown = response.status === 409 && path === '/v1/incidents'
    if (!response.ok && !isKnown) throw new Error(`${method} ${path} was refused: ${text}`)
    return { status: response.status, body: JSON.parse(text) as T }
  }
}
