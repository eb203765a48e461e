import type { Trx } from '../../db/open.ts'
import type { Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import { lockDocument } from '../../incidents/locks.ts'
import { forgetJudgements } from '../../incidents/store.ts'
import type { RedactionInput } from '../../timeline/redaction-schema.ts'
import { redactAnswers } from './answers.ts'
import { redactInboxEntries } from './inbox-entries.ts'
import { requireReasonWithoutTexts, textsAtPointers, versionsOf } from './named-texts.ts'
import { recordRedaction, tombstonesOf } from './records.ts'
import type { Target } from './resources.ts'
import { renderRedactedRevisions, replaceRevisions } from './revisions.ts'
import { findStored, imagesOf, replaceImages, type Stored, updateRow } from './rows.ts'
import { pointersOfSecrets, type RedactionTask, redactEntry, redactWithTombstone, union } from './task.ts'

/**
 * Redacts texts of a resource for good: in its row, its history, the stored answers of idempotent requests, and the
 * revisions. The pointers select texts in the versions that are given, else in all versions; each of these texts is
 * then redacted anywhere in the resource, since sources get reordered and texts moved. Where nothing is left to redact,
 * nothing is written. What was deleted is redacted in its history, and in the revisions that have it.
 * @throws 422 naming a version that never was, a pointer at which nothing ever was, or a reason that quotes a text
 */
export async function redact(
  trx: Trx,
  target: Target,
  { pointers, versions, reason }: RedactionInput,
  { facts, expected }: Write,
): Promise<void> {
  await lockIfStored(trx, target.incident_id)
  const stored = await findStored(trx, target)
  requireVersion(stored.row.version, expected)
  const images = await imagesOf(trx, target)
  const all = [stored.row, ...images.map(({ image }) => image)]
  const asked = versions === undefined ? all : versionsOf(target.resource, all, versions)
  const before = (await tombstonesOf(trx, target, stored)).flatMap(tombstone => tombstone.pointers)
  const texts = textsAtPointers(target.resource, pointers, asked, before)
  if (texts.size === 0) return
  requireReasonWithoutTexts(reason, texts)
  const tombstone = { pointers, reason, by: facts.changed_by, at: facts.changed_at }
  await write(trx, { target, texts, tombstone, facts }, stored)
}

/** A deleted incident has no row to lock; nothing but a redaction changes its history. */
async function lockIfStored(trx: Trx, id: string): Promise<void> {
  const row = await trx.selectFrom('incidents').select('id').where('id', '=', id).executeTakeFirst()
  if (row) await lockDocument(trx, id)
}

/**
 * The record comes before the revisions, for a trigger refuses to change one without it, and the revisions last, for
 * they take sequence numbers.
 */
async function write(trx: Trx, task: RedactionTask, stored: Stored): Promise<void> {
  const { incident_id } = task.target
  // Also those that select texts of earlier versions alone.
  const pointers = union(task.tombstone.pointers, pointersOfSecrets(task, stored.row))
  const after = redactWithTombstone(task, stored.row, pointers)
  if (stored.seq === null) await updateRow(trx, task.target, { before: stored.row, after }, task.facts)
  await redactHistory(trx, task)
  if (stored.seq !== null) await replaceImages(trx, [{ seq: stored.seq, image: after }])
  await redactAnswers(trx, incident_id, task.texts)
  await redactInboxEntries(trx, incident_id, task.texts)
  await forgetJudgements(trx, incident_id)
  const rewritten = await renderRedactedRevisions(trx, task)
  await recordRedaction(trx, { ...task, tombstone: { ...task.tombstone, pointers } }, rewritten)
  await replaceRevisions(trx, incident_id, rewritten)
}

/** Redacts the images. Runs after the row's update, which has made an image of the row before it. */
async function redactHistory(trx: Trx, task: RedactionTask): Promise<void> {
  const images = await imagesOf(trx, task.target)
  const affected = images.filter(({ image }) => pointersOfSecrets(task, image).length > 0)
  const changed = affected.map(({ seq, image }) => ({ seq, image: redactEntry(task, image) }))
  await replaceImages(trx, changed)
}
