import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { Trx } from '../../db/open.ts'
import { namesByHandle } from '../../directory/store.ts'
import { evidenceFacts } from '../../evidence/store.ts'
import { sha256Hex } from '../../kit/json/json.ts'
import { eventPages, eventsDigest } from '../../timeline/shown/store.ts'
import { evidenceIn, handlesOfEvents, readBesideEvents } from '../load.ts'
import type { Postmortem } from '../schema.ts'
import { type OpenStream, type Piece, withKeepAlive } from '../snapshot-stream.ts'

/** A draft that is too large to be read at once, without its events. */
export interface LongDraft {
  data: Postmortem
  /** Strong, and of the events, too. */
  etag: string
}

/** @throws 404 when there is no such incident */
export async function readLongDraft(trx: Trx, incidentId: string): Promise<LongDraft> {
  const data = await readBesideEvents(trx, incidentId)
  const events = await eventsDigest(trx, incidentId, false)
  return { data, etag: `"${sha256Hex(JSON.stringify({ ...data, events }))}"` }
}

/** Its JSON as a stream, with its `ETag`. */
export interface StreamedDraft {
  stream: Readable
  etag: string
  incident: Postmortem['incident']
}

/** @throws 404 when there is no such incident, 503 when too many streams are open */
export async function openDraftJson(
  openStream: OpenStream,
  incidentId: string,
  gone: AbortSignal,
): Promise<StreamedDraft> {
  let draft: LongDraft | undefined
  async function* pieces(trx: Trx): AsyncGenerator<Piece[]> {
    draft = await readLongDraft(trx, incidentId)
    yield* withKeepAlive(trx, jsonPages(trx, draft.data))
  }
  const stream = await openStream({ pieces }, gone)
  const { data, etag } = draft!
  return { stream, etag, incident: data.incident }
}

/** The members in the order of the contract, but for the evidence and the people, which the events name. */
async function* jsonPages(trx: Trx, data: Postmortem): AsyncGenerator<Buffer> {
  const {
    incident,
    milestones,
    people,
    factors,
    action_items,
    changes,
    review,
    waivers,
    redactions,
    amendments,
    evidence,
  } = data
  const below = { factors, action_items, changes, review, waivers, redactions, amendments }
  yield Buffer.from(`${JSON.stringify({ incident, milestones }).slice(0, -1)},"events":[`)
  const handles = new Set(Object.keys(people))
  const hashes = new Set(evidence.map(({ sha256 }) => sha256))
  let separator = ''
  for await (const page of eventPages(trx, incident.id)) {
    for (const handle of handlesOfEvents(page)) handles.add(handle)
    for (const sha256 of evidenceIn(page)) hashes.add(sha256)
    yield Buffer.from(separator + page.map(event => JSON.stringify(event)).join(','))
    separator = ','
  }
  yield Buffer.from(`],${JSON.stringify(below).slice(1, -1)}`)
  yield Buffer.from(`,"evidence":${JSON.stringify(await evidenceFacts(trx, [...hashes]))}`)
  yield Buffer.from(`,"people":${JSON.stringify(await namesByHandle(trx, [...handles]))}}`)
}
