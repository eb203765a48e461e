import type { Db, Trx } from '../../src/db/open.ts'
import { sha256Hex } from '../../src/kit/json/json.ts'
import { nextSequence } from '../../src/postmortem/sealing/revisions.ts'
import type { Service } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'

/** Seals a postmortem through the API and returns its address. */
export async function givenFinal(service: Service, title: string): Promise<string> {
  const incident = await givenReady(service, title)
  const { status, text } = await seal(service, incident)
  if (status !== 201) throw new Error(text)
  return incident
}

/** Opens a final postmortem for a correction, changes the incident, and leaves it open. */
export async function amend({ call }: Service, incident: string, fields: object): Promise<void> {
  await call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'The name was wrong.' } })
  await call('PATCH', incident, { body: fields })
}

export const idOf = (incident: string): string => incident.replace('/v1/incidents/', '')

const facts = { changed_by: 'admin', changed_at: '2026-06-18T09:00:00.000Z', request_id: 'arranged' }

/** Stores many final documents of some size as sealing would, but without the checks. `evidence` are hashes that they cite. */
export const storeFinals = (
  db: Db,
  ids: string[],
  characters: number,
  evidence: string[] = [],
): Promise<void> =>
  db.transaction().execute(async trx => {
    for (const id of ids) await storeFinal(trx, id, characters, evidence)
  })

async function storeFinal(trx: Trx, id: string, characters: number, evidence: string[]): Promise<void> {
  const incident = { id, title: id, severity: 'SEV3', services: ['checkout'] }
  const row = { ...incident, status: 'final', occurred_on: id.slice(3, 13), created_at: facts.changed_at }
  await trx
    .insertInto('incidents')
    .values({ ...row, ...facts })
    .execute()
  const json = JSON.stringify({ incident, filler: fill(`{"${id}":"é"} `, characters / 2) })
  const markdown = `# Postmortem: ${id}\n${fill('| a \\| "ü" |\n', characters / 2)}`
  const hashes = { json_sha256: sha256Hex(json), markdown_sha256: sha256Hex(markdown) }
  const sealing = { sealed_at: facts.changed_at, sealed_by: 'admin', request_id: 'arranged', renderer: 1 }
  const revision = { incident_id: id, number: 1, json, markdown, evidence, ...hashes, ...sealing }
  const sequence = await nextSequence(trx)
  await trx
    .insertInto('revisions')
    .values({ ...revision, sequence, sealed_sequence: sequence })
    .execute()
}

const fill = (text: string, characters: number) => text.repeat(Math.ceil(characters / text.length))

/** Ids whose order is not that of the sequence. */
export const finalIds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `PM-2026-06-${String((i % 28) + 1).padStart(2, '0')}-bulk-${i}`)
