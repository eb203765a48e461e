import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { type Entry, upcastEntry } from '../../db/forms.ts'
import type { Trx } from '../../db/open.ts'
import { namesByHandle } from '../../directory/store.ts'
import type { ChangeFacts, Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import { fieldError } from '../../http/problem.ts'
import { refuseIfAny } from '../../http/validation.ts'
import { lockDocument } from '../../incidents/locks.ts'
import type { RedactionInput, Tombstone } from '../../timeline/redaction-schema.ts'
import type { Event } from '../../timeline/schema.ts'
import { eventColumns, getEvent } from '../../timeline/store.ts'
import type { Postmortem } from '../schema.ts'
import { nextSequence } from '../sealing/revisions.ts'
import { parseSealed, type SealedDocument, serializeDocument } from '../sealing/sealed-document.ts'
import {
  type EventTexts,
  redactableTexts,
  redactedMark,
  redactStrings,
  redactTexts,
} from './redactable-texts.ts'

/** One redaction under way: the event before it, the texts to redact, and the tombstone to leave. */
interface RedactionTask {
  event: Event
  texts: ReadonlySet<string>
  tombstone: Tombstone
  facts: ChangeFacts
}

/**
 * Redacts texts of an event for good: in its row, its history, the stored answers of idempotent requests, and the
 * revisions. The pointers select texts in the versions that are given, else in all versions; each of these texts is
 * then redacted anywhere in the event, since sources get reordered and texts moved. Where nothing is left to redact,
 * nothing is written.
 * @throws 422 naming a version that never was, a pointer at which nothing ever was, or a reason that quotes a text
 */
export async function redactEvent(
  trx: Trx,
  incident_id: string,
  event_id: string,
  { pointers, versions, reason }: RedactionInput,
  { facts, expected }: Write,
): Promise<Event> {
  const deleted = await findDeletedEvent(trx, incident_id, event_id)
  if (deleted === undefined) await lockDocument(trx, incident_id)
  const event = deleted ?? (await getEvent(trx, incident_id, event_id))
  requireVersion(event.version, expected)
  const images = await imagesOf(trx, event)
  const all = [event, ...images.map(({ image }) => image)]
  const texts = textsAtPointers(pointers, event, versions === undefined ? all : versionsOf(all, versions))
  if (texts.size === 0) return event
  requireReasonWithoutTexts(reason, texts)
  const tombstone = { pointers, reason, by: facts.changed_by, at: facts.changed_at }
  const task = { event, texts, tombstone, facts }
  if (deleted === undefined) await redactRow(trx, task)
  await redactHistory(trx, task)
  await redactAnswers(trx, task)
  if (deleted !== undefined) return addTombstoneToLastImage(trx, task)
  await redactRevisions(trx, task)
  return getEvent(trx, incident_id, event.id)
}

/** The event of a deleted incident, read from its last image: its history can still leak a secret. */
async function findDeletedEvent(trx: Trx, incident_id: string, id: string): Promise<Event | undefined> {
  const last = await selectImages(trx, incident_id, id).where('deletion', 'is not', null).executeTakeFirst()
  if (last === undefined) return undefined
  const image = upcastEntry('event', last.image)
  // The images lack what is derived.
  const whole = JSON.stringify({ ...image, corrected_at: image.occurred_at })
  const { rows } = await sql<Event>`
    SELECT ${sql.join(eventColumns.map(name => sql.ref(name)))}
    FROM jsonb_populate_record(NULL::events, ${whole}::jsonb)`.execute(trx)
  return rows[0]
}

/** Adds the tombstone to the last image of a deleted event, which has no row any more. */
async function addTombstoneToLastImage(trx: Trx, { event, tombstone }: RedactionTask): Promise<Event> {
  const redactions = JSON.stringify([...event.redactions, tombstone])
  await sql`
    UPDATE history SET image = image || jsonb_build_object('redactions', ${redactions}::jsonb)
    WHERE incident_id = ${event.incident_id} AND resource = 'event' AND id = ${event.id} AND deletion IS NOT NULL`.execute(
    trx,
  )
  return (await findDeletedEvent(trx, event.incident_id, event.id))!
}

type Version = EventTexts & Pick<Event, 'version'>

interface Image {
  seq: number
  image: Version
}

/** The images of an event's earlier versions, in today's form. */
async function imagesOf(trx: Trx, { incident_id, id }: Event): Promise<Image[]> {
  const images = await selectImages(trx, incident_id, id).execute()
  return images.map(({ seq, image }) => ({ seq, image: upcastEntry('event', image) as unknown as Version }))
}

const selectImages = (trx: Trx, incident_id: string, id: string) =>
  trx
    .selectFrom('history')
    .select(['seq', 'image'])
    .where('incident_id', '=', incident_id)
    .where('resource', '=', 'event')
    .where('id', '=', id)
    .$castTo<{ seq: number; image: Entry }>()

function versionsOf(all: Version[], wanted: number[]): Version[] {
  const last = all[0]!.version
  const unknown = wanted.flatMap((version, i) =>
    version <= last ? [] : unknownVersionError(i, version, last),
  )
  refuseIfAny(unknown)
  return all.filter(({ version }) => wanted.includes(version))
}

function unknownVersionError(i: number, version: number, last: number) {
  const detail = `There is no version ${version} of this event, which has been changed to version ${last}.`
  return { pointer: `/versions/${i}`, code: 'unknown', detail }
}

/**
 * The texts at some pointers in any of the versions. A pointer at which everything is redacted already is known, too.
 */
function textsAtPointers(pointers: string[], { redactions }: Event, versions: EventTexts[]): Set<string> {
  const found = versions.flatMap(redactableTexts)
  const before = redactions.flatMap(tombstone => tombstone.pointers)
  const known = new Set([...found.map(([pointer]) => pointer), ...before])
  const unknown = pointers.flatMap((pointer, i) =>
    known.has(pointer) ? [] : unknownPointerError(i, pointer, known),
  )
  refuseIfAny(unknown)
  return new Set(
    found.flatMap(([pointer, text]) => (pointers.includes(pointer) && text !== redactedMark ? text : [])),
  )
}

function unknownPointerError(i: number, pointer: string, known: ReadonlySet<string>) {
  const detail = `Nothing stands at ${pointer} in a version of this event that is asked for. What can be taken out: ${[...known].sort().join(', ')}.`
  return { pointer: `/pointers/${i}`, code: 'unknown', detail }
}

/** In characters: a shorter text may be an ordinary word of the reason. */
const tellingLength = 8

/** Refuses a reason that quotes a redacted text: the document prints it. */
function requireReasonWithoutTexts(reason: string, texts: ReadonlySet<string>): void {
  if (![...texts].some(text => text.length >= tellingLength && reason.includes(text))) return
  throw fieldError('/reason', 'quotes', '/reason quotes what is to be taken out: say why without it.')
}

/**
 * Redacts the row. Its tombstone has all pointers asked for, even those that select texts of earlier versions alone.
 */
async function redactRow(trx: Trx, task: RedactionTask): Promise<void> {
  const { event, tombstone, facts } = task
  const pointers = union(tombstone.pointers, pointersOfSecrets(event, task))
  const { description, role, sources, retraction, dispute, redactions } = redactWithTombstone(
    event,
    task,
    pointers,
  )
  await trx
    .updateTable('events')
    .set({
      description,
      role,
      sources: JSON.stringify(sources),
      retraction: retraction && JSON.stringify(retraction),
      dispute: dispute && JSON.stringify(dispute),
      redactions: JSON.stringify(redactions),
      ...facts,
    })
    .where('id', '=', event.id)
    .executeTakeFirstOrThrow()
}

/** The pointers at which an event has texts to redact. */
const pointersOfSecrets = (event: EventTexts, { texts }: RedactionTask): string[] =>
  redactableTexts(event).flatMap(([pointer, text]) => (texts.has(text) ? pointer : []))

const union = (...lists: string[][]): string[] => [...new Set(lists.flat())]

/** Redacts an event and adds a tombstone with these pointers. */
function redactWithTombstone(event: Event, { texts, tombstone }: RedactionTask, pointers: string[]): Event {
  const redacted = redactTexts(event, text => texts.has(text))
  return { ...redacted, redactions: [...event.redactions, { ...tombstone, pointers }] }
}

/** Redacts the images. Runs after `redactRow`, whose update has made an image of the row before it. */
async function redactHistory(trx: Trx, { event, texts }: RedactionTask): Promise<void> {
  const images = await imagesOf(trx, event)
  const affected = images.filter(({ image }) => redactableTexts(image).some(([, text]) => texts.has(text)))
  const changed = affected.map(({ seq, image }) => ({
    seq,
    image: redactTexts(image, text => texts.has(text)),
  }))
  await sql`
    UPDATE history SET image = c.image
    FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) AS c (seq bigint, image jsonb)
    WHERE history.seq = c.seq`.execute(trx)
}

/** Redacts the stored answers of idempotent requests about the incident that contain a text, as JSON writes it. */
async function redactAnswers(trx: Trx, { event: { incident_id }, texts }: RedactionTask): Promise<void> {
  const written = [...texts].map(text => JSON.stringify(text))
  const { rows } = await sql<{ caller: string; key: string; body: string }>`
    SELECT caller, key, body FROM idempotent_answers
    WHERE CASE WHEN location IS NULL THEN strpos(body, ${JSON.stringify(incident_id)}) > 0
        ELSE starts_with(location || '/', ${`/v1/incidents/${incident_id}/`}) END
      AND EXISTS (SELECT FROM unnest(${written}::text[]) AS text WHERE strpos(body, text) > 0)
    FOR UPDATE`.execute(trx)
  for (const { caller, key, body } of rows) {
    await trx
      .updateTable('idempotent_answers')
      .set({ body: JSON.stringify(redactStrings(JSON.parse(body), texts)) })
      .where('caller', '=', caller)
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
  }
}

interface Rewritten {
  number: number
  before: Hashes
  after: SealedDocument
}
type Hashes = Pick<SealedDocument, 'json_sha256' | 'markdown_sha256'>

const hashesOf = ({ json_sha256, markdown_sha256 }: Hashes): Hashes => ({ json_sha256, markdown_sha256 })

/**
 * Redacts the revisions. The record comes first, for a trigger refuses to change a revision without one; the sequence
 * numbers are taken last, in the order of the revisions.
 */
async function redactRevisions(trx: Trx, task: RedactionTask): Promise<void> {
  const { incident_id } = task.event
  const rewritten = await renderRedactedRevisions(trx, task)
  await recordRedaction(trx, task, rewritten)
  for (const { number, after } of rewritten) {
    await trx
      .updateTable('revisions')
      .set({ ...after, sequence: await nextSequence(trx) })
      .where('incident_id', '=', incident_id)
      .where('number', '=', number)
      .executeTakeFirstOrThrow()
  }
}

/** Renders the revisions that contain one of the texts anew; the others do not change. */
async function renderRedactedRevisions(trx: Trx, task: RedactionTask): Promise<Rewritten[]> {
  const names = await namesByHandle(trx, [task.tombstone.by])
  const stored = await trx
    .selectFrom('revisions')
    .select(['number', 'json', 'json_sha256', 'markdown_sha256'])
    .where('incident_id', '=', task.event.incident_id)
    .orderBy('number')
    .execute()
  return stored.flatMap(({ number, json, ...before }) => {
    const data = redactedDocument(parseSealed(json), task, names)
    return data === undefined ? [] : { number, before: hashesOf(before), after: serializeDocument(data) }
  })
}

function redactedDocument(
  data: Postmortem,
  task: RedactionTask,
  names: Postmortem['people'],
): Postmortem | undefined {
  const sealed = data.events.find(({ id }) => id === task.event.id)
  if (sealed === undefined) return undefined
  const found = pointersOfSecrets(sealed, task)
  if (found.length === 0) return undefined
  const named = task.tombstone.pointers.filter(pointer => found.includes(pointer))
  const after = redactWithTombstone(sealed, task, union(named, found))
  return {
    ...data,
    people: { ...names, ...data.people },
    events: data.events.map(event => (event === sealed ? after : event)),
  }
}

/** Records who redacted what, when and why, with the hashes of each revision before and after. */
async function recordRedaction(trx: Trx, { event, tombstone, facts }: RedactionTask, rewritten: Rewritten[]) {
  const { pointers, reason, by: redacted_by, at: redacted_at } = tombstone
  const revisions = rewritten.map(({ number, before, after }) => ({ number, before, after: hashesOf(after) }))
  await trx
    .insertInto('redactions')
    .values({
      id: uuidv7(),
      incident_id: event.incident_id,
      resource: 'event',
      resource_id: event.id,
      pointers,
      reason,
      revisions: JSON.stringify(revisions),
      redacted_at,
      redacted_by,
      request_id: facts.request_id,
    })
    .executeTakeFirstOrThrow()
}
