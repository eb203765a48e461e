import type { FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { type Entry, type Resource, upcastEntry } from '../db/forms.ts'
import type { Db, Trx } from '../db/open.ts'
import { transact } from '../db/transact.ts'
import { canonicalJson, sha256Hex } from '../kit/json/json.ts'
import { DebriefError } from './problem.ts'

/** The answer of a POST that has stored something. */
export interface PostAnswer<Body> {
  status: 201 | 207
  /** The path of the new resource. */
  location?: string
  body: Body
}

/** What answering once depends on. */
interface Answering {
  db: Db
  now: () => Date
  /** What the body is: a stored one is answered in today's form. Null where it is none whose form is kept. */
  resource: Resource | null
}

const keyLifetime = 7 * 86_400_000

interface KeyedRequest {
  caller: string
  key: string
  request_sha256: string
}

/**
 * Runs a POST in one transaction and answers it. With an `Idempotency-Key` the answer is stored in that transaction,
 * and a retry within seven days gets the stored answer, with `Idempotent-Replayed: true`.
 * @throws 409 while a request with this key is in progress, 422 when the key was used for another request, 400 when it
 *   is malformed; an Error when the route does not declare that it takes a key
 */
export async function answerOnce<Body>(
  { db, now, resource }: Answering,
  request: FastifyRequest,
  reply: FastifyReply,
  run: (trx: Trx) => Promise<PostAnswer<Body>>,
): Promise<Body> {
  requireKeyDeclared(request)
  const keyed = parseKeyedRequest(request)
  const { answer, isReplay } = await transact(db, async trx => {
    if (keyed === undefined) return { answer: await run(trx), isReplay: false }
    await lockKey(trx, keyed)
    const stored = await findAnswer<Body>(trx, keyed, now())
    if (stored) return { answer: inTodaysForm(stored, resource), isReplay: true }
    const answer = await run(trx)
    await storeAnswer(trx, keyed, answer, now())
    return { answer, isReplay: false }
  })
  if (isReplay) reply.header('idempotent-replayed', 'true')
  if (answer.location) reply.header('location', answer.location)
  reply.code(answer.status)
  return answer.body
}

/** A stored answer may be older than a change of its resource's form. */
function inTodaysForm<Body>(answer: PostAnswer<Body>, resource: Resource | null): PostAnswer<Body> {
  return resource === null ? answer : { ...answer, body: upcastEntry(resource, answer.body as Entry) as Body }
}

function requireKeyDeclared({ routeOptions: { method, url, config } }: FastifyRequest): void {
  if (config.takes?.includes('Idempotency-Key')) return
  throw new Error(`${method} ${url} answers once, but does not say that it takes an Idempotency-Key`)
}

/** Accepts a bare key, or a quoted one as in the IETF draft (Idempotency-Key HTTP header field). */
function parseKeyedRequest(request: FastifyRequest): KeyedRequest | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  const [, quoted, bare] = /^(?:"([\x20-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/.exec(String(header)) ?? []
  const key = quoted ?? bare
  if (key === undefined) throw malformedKeyError()
  const { url, body, caller } = request
  return { caller: caller.id, key, request_sha256: sha256Hex(canonicalJson({ url, body })) }
}

function malformedKeyError(): DebriefError {
  const detail =
    'Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID; a new one for each new request.'
  return new DebriefError('invalid_header', detail, [
    { parameter: 'Idempotency-Key', code: 'format', detail },
  ])
}

/** Locks the key until the transaction ends. @throws 409 while another request has it */
async function lockKey(trx: Trx, { caller, key }: KeyedRequest): Promise<void> {
  const { rows } = await sql<{ held: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`${caller}\n${key}`}, 0)) AS held`.execute(trx)
  if (rows[0]?.held) return
  const detail =
    'A request with this Idempotency-Key is under way: send it again in a second, to get its answer.'
  const fault = { parameter: 'Idempotency-Key', code: 'in_progress', detail }
  throw new DebriefError('request_in_progress', detail, [fault], { 'retry-after': '1' })
}

async function findAnswer<Body>(
  trx: Trx,
  keyed: KeyedRequest,
  now: Date,
): Promise<PostAnswer<Body> | undefined> {
  const stored = await trx
    .selectFrom('idempotent_answers')
    .select(['request_sha256', 'status', 'location', 'body'])
    .where('caller', '=', keyed.caller)
    .where('key', '=', keyed.key)
    .where('created_at', '>', expiry(now))
    .executeTakeFirst()
  if (!stored) return undefined
  const { request_sha256, status, location, body } = stored
  if (request_sha256 !== keyed.request_sha256) throw keyReusedError()
  return {
    status: status as PostAnswer<Body>['status'],
    ...(location !== null && { location }),
    body: JSON.parse(body),
  }
}

function keyReusedError(): DebriefError {
  const detail =
    'This Idempotency-Key was sent before, to another address or with another body: take a new key for a new request, or repeat the old one as it was.'
  return new DebriefError('idempotency_key_reused', detail, [
    { parameter: 'Idempotency-Key', code: 'reused', detail },
  ])
}

/** Stores an answer and deletes up to two expired ones, so that the table does not grow without bound. */
async function storeAnswer(
  trx: Trx,
  keyed: KeyedRequest,
  answer: PostAnswer<unknown>,
  now: Date,
): Promise<void> {
  const { status, location = null, body } = answer
  await sql`
    WITH swept AS (
      DELETE FROM idempotent_answers WHERE (caller, key) IN (
        SELECT caller, key FROM idempotent_answers
        WHERE created_at <= ${expiry(now)} AND (caller, key) <> (${keyed.caller}, ${keyed.key})
        ORDER BY created_at LIMIT 2 FOR UPDATE SKIP LOCKED
      )
    )
    INSERT INTO idempotent_answers (caller, key, request_sha256, status, location, body, created_at)
    VALUES (${keyed.caller}, ${keyed.key}, ${keyed.request_sha256}, ${status}, ${location}, ${JSON.stringify(body)}, ${now.toISOString()})
    ON CONFLICT (caller, key) DO UPDATE SET request_sha256 = excluded.request_sha256, status = excluded.status,
      location = excluded.location, body = excluded.body, created_at = excluded.created_at`.execute(trx)
}

const expiry = (now: Date) => new Date(now.getTime() - keyLifetime).toISOString()
