import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Trx } from '../../db/open.ts'
import { namesByHandle } from '../../directory/store.ts'
import type { ChangeFacts, Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import { fieldError } from '../../http/problem.ts'
import { refuseIfAny } from '../../http/validation.ts'
import { lockDocument } from '../../incidents/locks.ts'
import type { Event, Redaction, Tombstone } from '../../timeline/schema.ts'
import { eventColumns, getEvent } from '../../timeline/store.ts'
import type { Postmortem } from '../schema.ts'
import { type Sealed, sealedBytes, sealedData } from '../sealing/bytes.ts'
import { nextSequence } from '../sealing/revisions.ts'
import { type EventTexts, mark, redactableTexts, withoutStrings, withoutTexts } from './texts.ts'

/** One redaction under way: the event as it was, the texts that have to go, and what will say so. */
interface Task {
  event: Event
  texts: ReadonlySet<string>
  tombstone: Tombstone
  facts: ChangeFacts
}

/**
 * Takes texts out of an event for good: out of its row, its history, the answers kept for repeated requests, and the
 * revisions. A pointer stands for what it names in the versions that are asked for, else in any, and each such text goes
 * wherever it is in this event, since sources are reordered and texts moved. Where nothing is left to take out, nothing
 * is written.
 * @throws 422 naming a version that never was, a pointer at which nothing ever was, or a reason that quotes what is to go
 */
export async function redactEvent(
  trx: Trx,
  incident_id: string,
  event_id: string,
  { pointers, versions, reason }: Redaction,
  { facts, expected }: Write,
): Promise<Event> {
  const deleted = await findDeleted(trx, incident_id, event_id)
  if (deleted === undefined) await lockDocument(trx, incident_id)
  const event = deleted ?? (await getEvent(trx, incident_id, event_id))
  requireVersion(event.version, expected)
  const images = await imagesOf(trx, event)
  const all = [event, ...images.map(({ image }) => image)]
  const texts = textsAt(pointers, event, versions === undefined ? all : versionsOf(all, versions))
  if (texts.size === 0) return event
  requireDiscreet(reason, texts)
  const tombstone = { pointers, reason, by: facts.changed_by, at: facts.changed_at }
  const task = { event, texts, tombstone, facts }
  if (deleted === undefined) await redactRow(trx, task)
  await redactHistory(trx, task)
  await redactAnswers(trx, task)
  if (deleted !== undefined) return markDeleted(trx, task)
  await redactRevisions(trx, task)
  return getEvent(trx, incident_id, event.id)
}

/** An event of an incident that was deleted, as its last image has it: what nobody can change any more can still leak. */
async function findDeleted(trx: Trx, incident_id: string, id: string): Promise<Event | undefined> {
  const { rows } = await sql<Event>`
    SELECT ${sql.join(eventColumns.map(name => sql.ref(`e.${name}`)))} FROM history h, jsonb_populate_record(NULL::events,
      jsonb_build_object('redactions', '[]'::jsonb, 'corrected_at', h.image -> 'occurred_at') || h.image) e
    WHERE h.incident_id = ${incident_id} AND h.resource = 'event' AND h.id = ${id} AND h.deletion IS NOT NULL`.execute(
    trx,
  )
  return rows[0]
}

/** Its last image says what was taken out: it has no row that could. */
async function markDeleted(trx: Trx, { event, tombstone }: Task): Promise<Event> {
  const redactions = JSON.stringify([...event.redactions, tombstone])
  await sql`
    UPDATE history SET image = image || jsonb_build_object('redactions', ${redactions}::jsonb)
    WHERE incident_id = ${event.incident_id} AND resource = 'event' AND id = ${event.id} AND deletion IS NOT NULL`.execute(
    trx,
  )
  return (await findDeleted(trx, event.incident_id, event.id))!
}

type Version = EventTexts & Pick<Event, 'version'>

interface Image {
  seq: number
  image: Version
}

/** The versions of an event before today's. */
const imagesOf = (trx: Trx, { incident_id, id }: Event): Promise<Image[]> =>
  trx
    .selectFrom('history')
    .select(['seq', 'image'])
    .where('incident_id', '=', incident_id)
    .where('resource', '=', 'event')
    .where('id', '=', id)
    .$castTo<Image>()
    .execute()

function versionsOf(all: Version[], wanted: number[]): Version[] {
  const last = all[0]!.version
  const unknown = wanted.flatMap((version, i) => (version <= last ? [] : noVersion(i, version, last)))
  refuseIfAny(unknown)
  return all.filter(({ version }) => wanted.includes(version))
}

function noVersion(i: number, version: number, last: number) {
  const detail = `There is no version ${version} of this event, which has been changed to version ${last}.`
  return { pointer: `/versions/${i}`, code: 'unknown', detail }
}

/** The texts that stand, or stood, at some pointers. What was taken out before is none, but has its pointer still. */
function textsAt(pointers: string[], { redactions }: Event, versions: EventTexts[]): Set<string> {
  const found = versions.flatMap(redactableTexts)
  const before = redactions.flatMap(tombstone => tombstone.pointers)
  const known = new Set([...found.map(([pointer]) => pointer), ...before])
  const unknown = pointers.flatMap((pointer, i) => (known.has(pointer) ? [] : nothingAt(i, pointer, known)))
  refuseIfAny(unknown)
  return new Set(
    found.flatMap(([pointer, text]) => (pointers.includes(pointer) && text !== mark ? text : [])),
  )
}

function nothingAt(i: number, pointer: string, known: ReadonlySet<string>) {
  const detail = `Nothing stands at ${pointer} in a version of this event that is asked for. What can be taken out: ${[...known].sort().join(', ')}.`
  return { pointer: `/pointers/${i}`, code: 'unknown', detail }
}

/** A shorter text may well be a word of the reason. */
const tellingLength = 8

/** The reason is kept, and printed. */
function requireDiscreet(reason: string, texts: ReadonlySet<string>): void {
  if (![...texts].some(text => text.length >= tellingLength && reason.includes(text))) return
  throw fieldError('/reason', 'quotes', '/reason quotes what is to be taken out: say why without it.')
}

/** Today's row says what was asked for, although it may have gone from an earlier version only. */
async function redactRow(trx: Trx, task: Task): Promise<void> {
  const { event, tombstone, facts } = task
  const pointers = union(tombstone.pointers, takenFrom(event, task))
  const { description, role, sources, retraction, dispute, redactions } = redacted(event, task, pointers)
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

/** The pointers at which an event has what has to go. */
const takenFrom = (event: EventTexts, { texts }: Task): string[] =>
  redactableTexts(event).flatMap(([pointer, text]) => (texts.has(text) ? pointer : []))

const union = (...lists: string[][]): string[] => [...new Set(lists.flat())]

/** The event without what has to go. Its tombstones stay, and one more names these pointers. */
function redacted(event: Event, { texts, tombstone }: Task, pointers: string[]): Event {
  const kept = withoutTexts(event, text => texts.has(text))
  return { ...kept, redactions: [...event.redactions, { ...tombstone, pointers }] }
}

/** After the row was written: what it was until then is an image, too. */
async function redactHistory(trx: Trx, { event, texts }: Task): Promise<void> {
  const images = await imagesOf(trx, event)
  const affected = images.filter(({ image }) => redactableTexts(image).some(([, text]) => texts.has(text)))
  const changed = affected.map(({ seq, image }) => ({
    seq,
    image: withoutTexts(image, text => texts.has(text)),
  }))
  await sql`
    UPDATE history SET image = c.image
    FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) AS c (seq bigint, image jsonb)
    WHERE history.seq = c.seq`.execute(trx)
}

/** Answers to requests about the incident that would be given again: where one of them has a text, as it is written there. */
async function redactAnswers(trx: Trx, { event: { incident_id }, texts }: Task): Promise<void> {
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
      .set({ body: JSON.stringify(withoutStrings(JSON.parse(body), texts)) })
      .where('caller', '=', caller)
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
  }
}

interface Rewritten {
  number: number
  before: Hashes
  after: Sealed
}
type Hashes = Pick<Sealed, 'json_sha256' | 'markdown_sha256'>

const hashesOf = ({ json_sha256, markdown_sha256 }: Hashes): Hashes => ({ json_sha256, markdown_sha256 })

/** First the record, without which no revision can be changed; last the sequence numbers, in the order of the revisions. */
async function redactRevisions(trx: Trx, task: Task): Promise<void> {
  const { incident_id } = task.event
  const rewritten = await rewrittenRevisions(trx, task)
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

/** The revisions that have something of it, rendered anew. The others stay as they are. */
async function rewrittenRevisions(trx: Trx, task: Task): Promise<Rewritten[]> {
  const names = await namesByHandle(trx, [task.tombstone.by])
  const stored = await trx
    .selectFrom('revisions')
    .select(['number', 'json', 'json_sha256', 'markdown_sha256'])
    .where('incident_id', '=', task.event.incident_id)
    .orderBy('number')
    .execute()
  return stored.flatMap(({ number, json, ...before }) => {
    const data = redactedDocument(sealedData(json), task, names)
    return data === undefined ? [] : { number, before: hashesOf(before), after: sealedBytes(data) }
  })
}

function redactedDocument(data: Postmortem, task: Task, names: Postmortem['people']): Postmortem | undefined {
  const sealed = data.events.find(({ id }) => id === task.event.id)
  if (sealed === undefined) return undefined
  const taken = takenFrom(sealed, task)
  if (taken.length === 0) return undefined
  const named = task.tombstone.pointers.filter(pointer => taken.includes(pointer))
  const after = redacted(sealed, task, union(named, taken))
  return {
    ...data,
    people: { ...names, ...data.people },
    events: data.events.map(event => (event === sealed ? after : event)),
  }
}

/** Who took it out, when and why, and the hashes of each revision before and after. */
async function recordRedaction(trx: Trx, { event, tombstone, facts }: Task, rewritten: Rewritten[]) {
  const { pointers, reason, by: redacted_by, at: redacted_at } = tombstone
  const revisions = rewritten.map(({ number, before, after }) => ({ number, before, after: hashesOf(after) }))
  await trx
    .insertInto('redactions')
    .values({
      id: uuidv7(),
      incident_id: event.incident_id,
      event_id: event.id,
      pointers,
      reason,
      revisions: JSON.stringify(revisions),
      redacted_at,
      redacted_by,
      request_id: facts.request_id,
    })
    .executeTakeFirstOrThrow()
}
