import type { Db } from '../../src/db/open.ts'
import type { MediaType } from '../../src/evidence/media.ts'
import { storeEvidence } from '../../src/evidence/store.ts'
import type { Service } from './service.ts'

/** Stores the cast of the tests: Priya and Sam of the payments team, and Ana without a team. */
export async function seedPeople({ call }: Service): Promise<void> {
  await call('PUT', '/v1/teams/payments-team', { body: { name: 'Payments' } })
  const people = [
    { handle: 'priya', name: 'Priya Raman', team: 'payments-team' },
    { handle: 'sam', name: 'Sam Okafor', team: 'payments-team' },
    { handle: 'ana', name: 'Ana Duarte' },
  ]
  await call('POST', '/v1/people/batch?atomic=true', { body: { people } })
}

export const drill = { title: 'Payments drill', severity: 'SEV2', occurred_on: '2026-06-17' }

/** Opens an incident and returns its address. */
export async function openIncident({ call }: Service, fields: object = {}): Promise<string> {
  const { body } = await call<{ id: string }>('POST', '/v1/incidents', { body: { ...drill, ...fields } })
  return `/v1/incidents/${body.id}`
}

export const logLine = {
  kind: 'log',
  system: 'checkout',
  excerpt: '14:02:11 payments call failed: 503 from payments-stub',
}

/** The body of an event. */
export const observed = (fields: object = {}) => ({
  occurred_at: '2026-06-17T14:02:00Z',
  kind: 'impact',
  description: 'Checkout cannot take payments.',
  sources: [logLine],
  ...fields,
})

/** Stores evidence, and returns its SHA-256. */
export const givenEvidence = (
  db: Db,
  bytes: string | Buffer,
  type: MediaType = 'text/plain',
): Promise<string> =>
  db.transaction().execute(trx => storeEvidence(trx, Buffer.from(bytes as string), type, facts))

const facts = { changed_by: 'admin', changed_at: '2026-06-18T09:00:00Z', request_id: 'arranged' }

/** Inserts an action item of Priya's into the database. */
export async function insertActionItem(
  db: Db,
  incident: string,
  fields: { number: number; title: string; status?: string; owner?: string; due_on?: string },
) {
  const item = { owner: 'priya', due_on: '2026-06-24', priority: 'P1', status: 'open', factors: [1] }
  const incident_id = incident.replace('/v1/incidents/', '')
  await db
    .insertInto('action_items')
    .values({ incident_id, ...item, ...fields, created_at: facts.changed_at, ...facts })
    .execute()
}

interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}

/** The items of all pages of a list; calls `between` after each page. */
export async function readAllPages<Item = any>(
  { call }: Service,
  url: string,
  between: () => Promise<unknown> = async () => {},
): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { body: Page<Item> } = await call('GET', cursor === '' ? url : `${url}&cursor=${cursor}`)
    items.push(...page.body.items)
    cursor = page.body.next_cursor
    await between()
  }
  return items
}
