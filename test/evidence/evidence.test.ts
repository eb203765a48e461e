import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { chunkBytes, chunksOf } from '../../src/evidence/chunks.ts'
import { getEvidence, readChunks } from '../../src/evidence/store.ts'
import { openTransactions } from '../export/reader.ts'
import { givenEvidence, observed, openIncident } from '../help/cast.ts'
import { checkAnswer } from '../help/contract-check.ts'
import { adminToken, openService } from '../help/service.ts'

/** Bytes are stored while they come, recognized, read back, taken out, and swept where nothing cites them. */

const idle = 300
const service = await openService(t, { limits: { ...loadConfig({}).limits, streamIdle: idle } })
const { call, db, clock } = service
const url = await service.app.listen({ host: '127.0.0.1', port: 0 })

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('of a graph')])
const jpeg = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.from('of a board')])
const pdf = Buffer.from('%PDF-1.7 of a report')
const text = Buffer.from('14:02:11 paiement refusé\n')
const json = Buffer.from('{"status":"firing"}')
const mebibytes = (count: number, byte = 'x') => Buffer.alloc(count * 1024 * 1024, byte)

const hashOf = (bytes: Buffer, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest()
const digestOf = (bytes: Buffer, name = 'sha-256') =>
  `${name}=:${hashOf(bytes, name.replace('-', '')).toString('base64')}:`

interface Answer {
  status: number
  headers: Record<string, string>
  bytes: Buffer
  body: any
}

async function ask(method: string, path: string, more: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${adminToken}`, ...(more.headers as object) }
  const answer = await fetch(`${url}${path}`, { method, ...more, headers, duplex: 'half' } as RequestInit)
  const bytes = Buffer.from(await answer.arrayBuffer())
  const given = Object.fromEntries(answer.headers)
  checkAnswer({ method, url: path, status: answer.status, headers: given, body: String(bytes) })
  const isJson = given['content-type']?.includes('json')
  return {
    status: answer.status,
    headers: given,
    bytes,
    body: isJson && bytes.length > 0 ? JSON.parse(String(bytes)) : null,
  }
}

const send = (body: Buffer | Readable, type: string, headers: object = {}) =>
  ask('POST', '/v1/evidence', { body: body as any, headers: { 'content-type': type, ...headers } })

const countOf = async (table: 'evidence' | 'evidence_uploads' | 'evidence_chunks'): Promise<number> => {
  const row = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}
const idsOf = async () =>
  (await db.selectFrom('evidence').select('sha256').execute()).map(({ sha256 }) => sha256)

t.test('what is sent is read back as what it is, and can do nothing in a browser', async t => {
  const all: [Buffer, string, string, string?][] = [
    [png, 'image/png', 'png'],
    [jpeg, 'image/jpeg', 'jpg'],
    [pdf, 'application/pdf', 'pdf'],
    [text, 'text/plain; charset=UTF-8', 'txt', 'text/plain; charset=utf-8'],
    [json, 'application/json', 'json'],
  ]
  for (const [bytes, type, extension, as = type] of all) {
    const sha256 = hashOf(bytes).toString('hex')
    const sent = await send(bytes, type)
    t.equal(sent.status, 201)
    t.equal(sent.headers.location, `/v1/evidence/${sha256}`)
    t.same(sent.body, {
      ...{ sha256, version: 1, media_type: type.split(';')[0], size: bytes.length },
      ...{ created_at: '2026-06-18T09:00:00.000Z', created_by: 'token:admin', redaction: null },
    })
    const read = await ask('GET', `/v1/evidence/${sha256}`)
    t.same([read.status, read.bytes], [200, bytes])
    const headers = {
      'content-type': as,
      'content-length': String(bytes.length),
      'content-digest': digestOf(bytes),
      'content-disposition': `inline; filename="${sha256.slice(0, 12)}.${extension}"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=86400, immutable',
      etag: `"${sha256}"`,
    }
    t.match(read.headers, headers)
    const head = await ask('HEAD', `/v1/evidence/${sha256}`)
    t.same([head.status, head.bytes.length], [200, 0])
    t.match(head.headers, headers)
    const known = await ask('GET', `/v1/evidence/${sha256}`, { headers: { 'if-none-match': `"${sha256}"` } })
    t.same([known.status, known.bytes.length], [304, 0])
  }
  const none = await ask('GET', `/v1/evidence/${'0'.repeat(64)}`)
  t.match([none.status, none.body.code], [404, 'not_found'])
})

t.test('the same bytes again are stored once, and keep their first media type', async t => {
  const before = await countOf('evidence_chunks')
  for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
    const { status, body, headers } = await send(json, type)
    t.match(
      { status, body, headers },
      { status: 200, body: { media_type: 'application/json' }, headers: { 'idempotent-replayed': 'true' } },
    )
  }
  t.equal(await countOf('evidence_chunks'), before)
})

t.test('of bytes without a media type, what they are is found out', async t => {
  const other = (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(' ')])
  for (const [bytes, type] of [
    [other(png), 'image/png'],
    [other(jpeg), 'image/jpeg'],
    [other(pdf), 'application/pdf'],
    [other(text), 'text/plain'],
    [Buffer.from('42'), 'text/plain'],
    [other(json), 'application/json'],
  ] as const)
    t.match(await send(bytes, 'application/octet-stream'), { status: 201, body: { media_type: type } })
})

t.test('a body of several chunks has its hash, also where a character is cut', async t => {
  const cut = Buffer.concat([Buffer.alloc(chunkBytes - 1, 'x'), Buffer.from('é'), mebibytes(1)])
  const headers = { 'content-digest': `${digestOf(cut, 'sha-512')}, ${digestOf(cut)}` }
  const { status, body } = await send(cut, 'text/plain', headers)
  t.equal(status, 201)
  t.same((await ask('GET', `/v1/evidence/${body.sha256}`)).bytes, cut)
  const most = await send(mebibytes(25), 'text/plain')
  t.match([most.status, most.body.size], [201, 25 * 1024 * 1024])
  t.equal((await send(mebibytes(2, '['), 'application/json')).status, 201, 'longer JSON only begins as such')
})

t.test('what is not what it came as is refused by name, and leaves nothing', async t => {
  const late = (end: string) => Buffer.concat([mebibytes(1), Buffer.from(end, 'latin1')])
  const cases: [Buffer, string, object, number, RegExp][] = [
    [jpeg, 'image/png', {}, 422, /is image\/png, and the bytes are image\/jpeg/],
    [png, 'text/plain', {}, 422, /are image\/png/],
    [text, 'application/pdf', {}, 422, /do not begin as such/],
    [late('\xe9'), 'text/plain', {}, 422, /no text in UTF-8/],
    [late('\xc3'), 'text/plain', {}, 422, /no text in UTF-8/],
    [late('\0'), 'text/plain', {}, 422, /NUL/],
    [late('\xe9'), 'application/octet-stream', {}, 422, /evidence is one of image\/png,/],
    [Buffer.from('{"a":'), 'application/json', {}, 422, /cannot be parsed/],
    [mebibytes(2, '<'), 'application/json', {}, 422, /do not begin as such/],
    [mebibytes(2, ' '), 'application/json', {}, 422, /cannot be parsed/],
    [Buffer.alloc(0), 'text/plain', {}, 422, /empty/],
    [text, 'text/csv', {}, 415, /is text\/csv: send Content-Type: image\/png or/],
    [text, 'text/plain; charset=latin1', {}, 415, /UTF-8/],
    [text, 'text/plain', { 'content-encoding': 'gzip' }, 415, /compressed/],
    [text, 'text/plain', { 'content-digest': digestOf(png) }, 400, /again\. They have sha-256=:[^:]+:\.$/],
    [text, 'text/plain', { 'content-digest': digestOf(png, 'sha-512') }, 400, /They have sha-512=:[^:]+:\.$/],
    [text, 'text/plain', { 'content-digest': digestOf(text, 'md5') }, 400, /sha-256 or sha-512/],
    [text, 'text/plain', { 'content-digest': 'sha-256=abc' }, 400, /must be such as/],
    [Buffer.concat([mebibytes(25), text]), 'text/plain', {}, 413, /26214400 bytes at most/],
  ]
  const before = [await countOf('evidence'), await countOf('evidence_uploads')]
  for (const [bytes, type, headers, status, words] of cases) {
    const refused = await send(bytes, type, headers)
    t.equal(refused.status, status, `${words}`)
    t.match(refused.body.detail, words)
  }
  const unmeasured = await send(Readable.from([mebibytes(20), mebibytes(6)]), 'text/plain')
  t.equal(unmeasured.status, 413, 'also where the length is not told')
  const declared = { 'content-type': 'text/plain', 'content-length': String(25 * 1024 * 1024 + 1) }
  const unread = await call('POST', '/v1/evidence', { payload: 'x', headers: declared })
  t.equal(unread.status, 413, 'and before it comes where it is')
  t.same([await countOf('evidence'), await countOf('evidence_uploads')], before)
})

t.test('a slow sender holds no transaction, and is cut off when nothing comes', async t => {
  const before = [await countOf('evidence_uploads'), await countOf('evidence_chunks')]
  const stalled = new Readable({ read() {} })
  const answer = send(stalled, 'text/plain')
  stalled.push(Buffer.alloc(2.5 * chunkBytes, 'x'))
  while ((await countOf('evidence_chunks')) < before[1]! + 2) await sleep(5)
  t.equal(await openTransactions(db), 0)
  t.match(await answer, { status: 408, body: { code: 'request_timeout' }, headers: { connection: 'close' } })
  stalled.destroy()
  const broken = new Readable({ read() {} })
  const lost = send(broken, 'text/plain').catch(() => 'lost')
  broken.push(Buffer.alloc(chunkBytes, 'x'))
  while ((await countOf('evidence_chunks')) === before[1]) await sleep(5)
  broken.destroy(new Error('gone'))
  t.equal(await lost, 'lost')
  while ((await countOf('evidence_uploads')) > before[0]!) await sleep(5)
  t.same([await countOf('evidence_uploads'), await countOf('evidence_chunks')], before, 'and leaves nothing')
})

t.test('no more is read than is stored or taken', async t => {
  let pulled = 0
  const part = Buffer.alloc(16 * 1024)
  const endless = new Readable({
    read() {
      pulled += part.length
      this.push(part)
    },
  })
  const chunks = chunksOf(endless, { most: 1e9, idle: 60_000, whole: 60_000 })
  for (let n = 1; n <= 3; n++) {
    t.equal((await chunks.next()).value?.length, chunkBytes)
    await sleep(1)
    t.ok(pulled <= (n + 1) * chunkBytes, `${pulled} bytes for ${n} chunks`)
  }
  await chunks.return(undefined)
  endless.destroy()

  let queries = 0
  const counting = db.withPlugin({
    transformQuery: ({ node }) => {
      queries += 1
      return node
    },
    transformResult: async ({ result }) => result,
  })
  const evidence = await getEvidence(db, hashOf(mebibytes(25)).toString('hex'))
  const read = Readable.from(readChunks(counting, evidence), { objectMode: false })
  read.once('data', () => read.pause())
  while (queries === 0) await sleep(1)
  await sleep(50)
  t.ok(queries <= 3, `${queries} of 100 chunks are read for a reader that takes one`)
  read.destroy()

  const idlers = await Promise.all(
    Array.from({ length: 6 }, () =>
      fetch(`${url}/v1/evidence/${evidence.sha256}`, { headers: { authorization: `Bearer ${adminToken}` } }),
    ),
  )
  t.same(new Set(idlers.map(({ status }) => status)), new Set([200]), 'nor held for those that take none')
  for (const { body } of idlers) await body?.cancel()
})

t.test('an admin takes bytes out for good, and they do not come back', async t => {
  const secret = Buffer.from('password=hunter2')
  const { body } = await send(secret, 'text/plain')
  const address = `/v1/evidence/${body.sha256}`
  const redact = (reason: string, headers: Record<string, string> = {}) =>
    call('PUT', `${address}/redaction`, { body: { reason }, headers })
  t.equal((await call('GET', `${address}/redaction`)).status, 404)
  t.equal((await redact('A password.', { 'if-match': '"2-0000000000000000"' })).status, 412)
  const { headers } = await ask('HEAD', address)
  clock.now = new Date('2026-06-18T10:00:00Z')
  const redacted = await redact('A password.', { 'if-match': headers.etag! })
  const tombstone = { reason: 'A password.', by: 'token:admin', at: '2026-06-18T10:00:00.000Z' }
  t.same(redacted.body, { ...body, version: 2, redaction: tombstone })
  t.equal((await redact('A password.', { 'if-match': headers.etag! })).status, 412, 'the bytes are gone')
  clock.now = new Date('2026-06-18T11:00:00Z')
  t.same((await redact('A password.')).body, redacted.body, 'the same again changes nothing')
  t.same((await redact('A secret.')).body.redaction, { ...tombstone, reason: 'A secret.' })
  t.same((await call('GET', `${address}/redaction`)).body, { ...tombstone, reason: 'A secret.' })

  const gone = await ask('GET', address)
  t.match([gone.status, gone.body.code], [410, 'redacted'])
  t.match(
    gone.body.detail,
    /token:admin took the bytes of .{12} out for good at 2026-06-18T10:00:00.000Z: A secret\./,
  )
  t.equal((await ask('HEAD', address)).status, 410)
  const again = await send(secret, 'text/plain')
  t.match([again.status, again.body.code], [409, 'conflict'])
  t.match(again.body.detail, /^These bytes are not stored again: token:admin took .*: A secret\.$/)
  t.equal(await givenEvidence(db, String(secret)), body.sha256, 'a tool that sends it again is not refused')
  const chunks = await db.selectFrom('evidence_chunks').select('bytes').where('n', '=', 0).execute()
  t.notOk(chunks.some(({ bytes }) => bytes.includes('hunter2')))
  t.equal(
    (await call('PUT', `/v1/evidence/${'0'.repeat(64)}/redaction`, { body: { reason: 'No.' } })).status,
    404,
  )
  t.equal(
    (await call('POST', `${await openIncident(service)}/events`, { body: citing(body.sha256) })).status,
    201,
  )
})

const citing = (evidence: string) =>
  observed({ sources: [{ kind: 'log', system: 'checkout', evidence }], dedupe_key: evidence })

t.test(
  'what nothing cites is swept a day after its last upload, and what never ended after an hour',
  async t => {
    const at = (hours: number) => new Date(Date.parse('2026-06-20T00:00:00Z') + hours * 3_600_000)
    const incident = await openIncident(service)
    const sendAt = async (hours: number, words: string): Promise<string> => {
      clock.now = at(hours)
      return (await send(Buffer.from(words), 'text/plain')).body.sha256
    }
    const [forgotten, renewed, cited] = [
      await sendAt(0, 'forgotten'),
      await sendAt(1, 'renewed'),
      await sendAt(1, 'cited'),
    ]
    t.equal((await call('POST', `${incident}/events`, { body: citing(cited) })).status, 201)
    const redacted = await sendAt(0, 'a secret that nothing cites')
    const reason = { reason: 'A secret.' }
    t.equal((await call('PUT', `/v1/evidence/${redacted}/redaction`, { body: reason })).status, 200)
    await db
      .insertInto('evidence_uploads')
      .values({ id: '019785b0-5c00-7000-8000-000000000001', started_at: at(2).toISOString() })
      .execute()
    await sendAt(20, 'renewed')
    const left = async (hours: number) => {
      for (let n = 0; n < 12; n++) await sendAt(hours, `${hours} ${n}`)
      const ids = await idsOf()
      return [forgotten, renewed, cited].filter(sha256 => ids.includes(sha256))
    }
    t.same(await left(23.9), [forgotten, renewed, cited])
    const open = await db.selectFrom('evidence_uploads').select('id').where('is_open', '=', true).execute()
    t.same(open, [], 'an upload that never ended')
    t.same(await left(24), [renewed, cited])
    t.same(await left(43.9), [renewed, cited])
    t.same(await left(44), [cited])
    t.equal((await ask('GET', `/v1/evidence/${redacted}`)).status, 410, 'a tombstone stays')
    const unused = await db
      .selectFrom('evidence_uploads')
      .select('id')
      .where(
        'id',
        'not in',
        db
          .selectFrom('evidence')
          .select('upload')
          .where('upload', 'is not', null)
          .$castTo<{ upload: string }>(),
      )
      .execute()
    t.same(unused, [], 'the bytes go, too')
  },
)

t.test('what is being cited at that moment stays, and what is swept at that moment is not cited', async t => {
  const incident = await openIncident(service)
  // What is older would be swept first.
  await db.deleteFrom('evidence').where('is_cited', '=', false).execute()
  clock.now = new Date('2026-07-01T00:00:00Z')
  const { body } = await send(Buffer.from('contended'), 'text/plain')
  clock.now = new Date('2026-07-03T00:00:00Z')
  await db.transaction().execute(async trx => {
    await trx
      .selectFrom('evidence')
      .select('sha256')
      .where('sha256', '=', body.sha256)
      .forKeyShare()
      .execute()
    for (let n = 0; n < 3; n++) await send(Buffer.from(`while it is cited ${n}`), 'text/plain')
  })
  t.ok((await idsOf()).includes(body.sha256))
  const swept = await db.transaction().execute(async trx => {
    await trx.deleteFrom('evidence').where('sha256', '=', body.sha256).execute()
    const citation = call('POST', `${incident}/events`, { body: citing(body.sha256) })
    await sleep(50)
    return { citation }
  })
  t.match(await swept.citation, { status: 422, body: { code: 'unknown_reference' } })
})
