import { type Call, createClient, createOnly, storeMissing } from './client.ts'
import type { Drill } from './drill-file.ts'
import { type Step, takeToFinal } from './review.ts'

/**
 * Stores the drill through the API, and takes it to final. Safe to repeat: leaves what exists as it is, also where it was
 * changed since, and does nothing when the document is final.
 * @param progress called with a sentence after each step
 * @throws Error when the service refuses a step
 */
export async function storeDrill(
  url: string,
  token: string,
  drill: Drill,
  progress: (message: string) => void,
): Promise<void> {
  const call = createClient(url, token)
  const incident = `/v1/incidents/${drill.incident.id}`
  await storePeople(call, drill)
  progress(`${drill.people.length} people of ${drill.teams.length} teams are in the directory.`)
  await call('POST', '/v1/incidents', drill.incident)
  const { body } = await call<{ status: string }>('GET', incident)
  if (body.status === 'final') return progress(`${drill.incident.id} is there, and final: it stays as it is.`)
  const step: Step = { call, incident, drill, eventIds: await storeEvents(call, incident, drill), progress }
  await storeAnalysis(step)
  await takeToFinal(step)
}

async function storePeople(call: Call, { teams, people }: Drill): Promise<void> {
  for (const { handle, ...team } of teams) await call('PUT', `/v1/teams/${handle}`, team, createOnly)
  for (const { handle, ...person } of people) await call('PUT', `/v1/people/${handle}`, person, createOnly)
}

/** @returns the events' ids by their `dedupe_key` */
async function storeEvents(call: Call, incident: string, { events }: Drill): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const event of events) {
    const { body } = await call<{ id: string }>('POST', `${incident}/events`, event)
    ids.set(event.dedupe_key, body.id)
  }
  return ids
}

async function storeAnalysis({ call, incident, drill, eventIds, progress }: Step): Promise<void> {
  const factors = drill.factors.map(({ events, ...factor }) => ({
    ...factor,
    events: events.map(key => eventIds.get(key)),
  }))
  await storeMissing(call, `${incident}/factors`, factors)
  const items = drill.action_items.map(({ accepted_by: _, closure: __, ...item }) => item)
  await storeMissing(call, `${incident}/action-items`, items)
  const counts = `${eventIds.size} events, ${factors.length} contributing factors and ${items.length} action items`
  progress(`${drill.incident.id} has ${counts}.`)
}
