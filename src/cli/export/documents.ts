import { setTimeout as sleep } from 'node:timers/promises'
import type { DebriefClient, Schemas } from '../../client/client.ts'
import { sha256Hex } from '../../kit/json/json.ts'
import { answerOf, RefusedError, UnreachableError } from '../service/answers.ts'

/** A final postmortem as it was sealed, whose bytes have the hashes that it says. */
export interface FinalDocument extends Omit<Schemas['ExportedPostmortem'], 'markdown' | 'postmortem'> {
  markdown: Buffer
  /** Canonical JSON. */
  json: Buffer
}

export interface ExportFilter {
  severity: Schemas['Severity'][]
  service: string[]
}

/** How often it goes on, where not one document comes any more. */
const mostRetries = 5

/**
 * Yields the documents after a sequence number, from however many answers it takes: where one is cut off, the next goes on.
 * @throws Error with one sentence that says what to do
 */
export async function* finalDocuments(
  client: DebriefClient,
  filter: ExportFilter,
  start: number,
): AsyncGenerator<FinalDocument> {
  let after = start
  let retries = 0
  let hasBegun = false
  for (;;) {
    let retryAfter: number | undefined
    try {
      for await (const line of exportedLines(client, filter, after)) {
        hasBegun = true
        if (line.end) return
        retries = 0
        after = line.document.sequence
        yield line.document
      }
    } catch (error) {
      if (!isPassing(error, hasBegun)) throw error
      if (error instanceof RefusedError) retryAfter = error.retryAfter
    }
    retries += 1
    if (retries > mostRetries)
      throw new Error('The export is cut off again and again: run it once more, and it goes on from there.')
    await sleep(pauseAfter(retries, retryAfter))
  }
}

const longestPause = 60_000

/** For how many milliseconds it waits: longer each time, and at least as many seconds as the service asks for. */
export const pauseAfter = (retries: number, retryAfter = 0): number =>
  Math.min(Math.max(100 * 2 ** retries, retryAfter * 1000), longestPause)

/** Whether it is worth while to go on: a connection broke, or the service has too many exports under way. */
const isPassing = (error: unknown, hasBegun: boolean): boolean =>
  error instanceof RefusedError
    ? error.status === 503
    : error instanceof CutError || (error instanceof UnreachableError && hasBegun)

type Line = { end: false; document: FinalDocument } | { end: true; count: number }

/** The lines of one answer. Where the last one is missing, it was cut off. */
async function* exportedLines(
  client: DebriefClient,
  { severity, service }: ExportFilter,
  after: number,
): AsyncGenerator<Line> {
  const query = {
    after,
    ...(severity.length > 0 && { severity }),
    ...(service.length > 0 && { service }),
  }
  const result = await client.GET('/v1/postmortems/export', { params: { query }, parseAs: 'stream' })
  let count = 0
  for await (const bytes of linesOf(untilCut(answerOf<ReadableStream<Uint8Array> | null>(result)))) {
    const line = parseLine(bytes)
    if (line.end && line.count !== count)
      throw new Error(`${line.count} postmortems were sent, and ${count} came.`)
    count += 1
    yield line
  }
}

/** The connection broke in the middle of an answer. */
class CutError extends Error {}

async function* untilCut(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  try {
    if (stream !== null) yield* stream
  } catch (cause) {
    throw new CutError('The export was cut off.', { cause })
  }
}

/** Splits a stream into its lines, without their ends; what has no end is left out. */
export async function* linesOf(stream: AsyncIterable<Uint8Array> | Uint8Array[]): AsyncGenerator<Buffer> {
  let begun: Uint8Array[] = []
  for await (const chunk of stream) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)])
      begun = []
      start = end + 1
    }
    if (start < chunk.length) begun.push(chunk.subarray(start))
  }
}

const lineFeed = 0x0a
/** It does not stand in a string of JSON, where its quotes would be escaped. */
const beforeJson = ',"postmortem":'

/** A line of the export: what was sealed are its bytes, which would be others if they were parsed and written again. */
function parseLine(line: Buffer): Line {
  const at = line.indexOf(beforeJson)
  if (at < 0) return JSON.parse(line.toString())
  const { markdown, ...head } = JSON.parse(`${line.toString('utf8', 0, at)}}`)
  const document = {
    ...head,
    markdown: Buffer.from(markdown),
    json: line.subarray(at + beforeJson.length, -1),
  }
  requireSealed(document)
  return { end: false, document }
}

/** Requires an id that is fit to be a folder's name, and bytes with the hashes that were sealed. */
function requireSealed({ incident_id, revision, json, markdown, ...hashes }: FinalDocument): void {
  if (!/^PM-[0-9a-z-]{1,80}$/.test(incident_id))
    throw new Error(`The service sent ${JSON.stringify(incident_id)}, which is no id of an incident.`)
  const isSealed = sha256Hex(json) === hashes.json_sha256 && sha256Hex(markdown) === hashes.markdown_sha256
  if (isSealed) return
  throw new Error(
    `${incident_id} revision ${revision} does not have the bytes that were sealed: "debrief verify" beside the service says whether they were stored so.`,
  )
}
