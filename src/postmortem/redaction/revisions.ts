import type { Trx } from '../../db/open.ts'
import { namesByHandle } from '../../directory/store.ts'
import type { Postmortem } from '../schema.ts'
import { nextSequence } from '../sealing/revisions.ts'
import { parseSealed, type SealedDocument, serializeDocument } from '../sealing/sealed-document.ts'
import { entryOf, idInApi, withEntry } from './resources.ts'
import { pointersOfSecrets, type RedactionTask, redactWithTombstone, union } from './task.ts'

/** A revision that was rendered anew. */
export interface Rewritten {
  number: number
  before: Hashes
  after: SealedDocument
}
type Hashes = Pick<SealedDocument, 'json_sha256' | 'markdown_sha256'>

export const hashesOf = ({ json_sha256, markdown_sha256 }: Hashes): Hashes => ({
  json_sha256,
  markdown_sha256,
})

/** Renders the revisions that contain one of the texts anew; the others do not change. */
export async function renderRedactedRevisions(trx: Trx, task: RedactionTask): Promise<Rewritten[]> {
  const names = await namesByHandle(trx, [task.tombstone.by])
  const stored = await trx
    .selectFrom('revisions')
    .select(['number', 'sealed_at', 'json', 'json_sha256', 'markdown_sha256'])
    .where('incident_id', '=', task.target.incident_id)
    .orderBy('number')
    .execute()
  const rewritten: Rewritten[] = []
  for (const { number, sealed_at, json, ...before } of stored) {
    const data = redactedDocument(await parseSealed(json), task, names)
    if (data === undefined) continue
    const after = await serializeDocument(data, { number, sealed_at })
    rewritten.push({ number, before: hashesOf(before), after })
  }
  return rewritten
}

function redactedDocument(
  data: Postmortem,
  task: RedactionTask,
  names: Postmortem['people'],
): Postmortem | undefined {
  const entry = entryOf(data, task.target)
  const found = entry === undefined ? [] : pointersOfSecrets(task, entry)
  if (entry === undefined || found.length === 0) return undefined
  const pointers = union(
    task.tombstone.pointers.filter(pointer => found.includes(pointer)),
    found,
  )
  const redacted = withEntry(data, task.target, entry, redactWithTombstone(task, entry, pointers))
  return withTombstone({ ...redacted, people: { ...names, ...data.people } }, task, pointers)
}

/** A document has the tombstones of what keeps none itself. */
function withTombstone(
  data: Postmortem,
  { target: { resource, id }, tombstone }: RedactionTask,
  pointers: string[],
): Postmortem {
  if (resource.keepsTombstones) return data
  const entry = { resource: resource.name, id: idInApi(resource.name, id), ...tombstone, pointers }
  return { ...data, redactions: [...data.redactions, entry] }
}

/** Stores the revisions that were rendered anew, under new sequence numbers, which are taken in their order. */
export async function replaceRevisions(
  trx: Trx,
  incident_id: string,
  rewritten: readonly Rewritten[],
): Promise<void> {
  for (const { number, after } of rewritten) {
    await trx
      .updateTable('revisions')
      .set({ ...after, sequence: await nextSequence(trx) })
      .where('incident_id', '=', incident_id)
      .where('number', '=', number)
      .executeTakeFirstOrThrow()
  }
}
