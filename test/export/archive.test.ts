import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { storeEvidence } from '../../src/evidence/store.ts'
import { documentRuns } from '../../src/export/store.ts'
import { sha256Hex } from '../../src/kit/json/json.ts'
import { inSnapshot } from '../../src/postmortem/load.ts'
import { givenEvidence, observed } from '../help/cast.ts'
import type { Service } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'
import { amend, finalIds, givenFinal, idOf, storeFinals } from './given.ts'
import { asTar, begin, endOf, linesOf, listen } from './reader.ts'

/** The export as a tar, and what both forms say of why a postmortem is there. */

/** Unpacks a tar with the machine's own program. Returns its list, and a reader of its files. */
function unpack(t: Test, bytes: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-tar-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const tar = (...args: string[]) =>
    execFileSync('tar', args, { input: bytes, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
  tar('-xf', '-', '-C', folder)
  const list = tar('-tvf', '-', '--full-time').trimEnd().split('\n')
  const read = (path: string) => readFileSync(join(folder, path))
  return { list, read, manifest: JSON.parse(read('manifest.json').toString()) }
}

const tarOf = async (t: Test, service: { port: number }, query = '') => {
  const answer = await begin(t, service, query, asTar)
  t.equal(answer.statusCode, 200)
  return buffer(answer)
}

t.test('a tar has the texts of each document, its evidence, and a manifest of all', async t => {
  const service = await listen(t)
  const png = Buffer.from('89504e470d0a1a0a00ff', 'hex')
  const image = await givenEvidence(service.db, png, 'image/png')
  const long = Buffer.alloc(700_000, 'a longer log\n')
  const log = await givenEvidence(service.db, long)
  const incident = await givenReady(service, 'Payments drill')
  const sources = [image, log].map(evidence => ({ kind: 'screenshot', system: 'grafana', evidence }))
  await service.call('POST', `${incident}/events`, {
    body: observed({ occurred_at: '2026-06-17T14:05:00Z', sources }),
  })
  await seal(service, incident)
  const search = await givenFinal(service, 'Search is slow')
  const [first, second] = [idOf(incident), idOf(search)]

  const { list, read, manifest } = unpack(t, await tarOf(t, service, '?evidence=true'))
  const evidence = [
    [`${first}/evidence/${image}.png`, png],
    [`${first}/evidence/${log}.txt`, long],
  ].sort() as [string, Buffer][]
  const texts = (id: string) => [`${id}/postmortem.md`, `${id}/postmortem.json`]
  const paths = [...texts(first), ...evidence.map(([path]) => path), ...texts(second), 'manifest.json']
  t.same(
    list.map(line => line.replace(/ +\d+ /, ' ')),
    paths.map(path => `-rw-r--r-- 0/0 2026-06-18 09:00:00 ${path}`),
  )
  for (const [path, bytes] of evidence) t.ok(read(path).equals(bytes), path)
  const { body } = await service.call('GET', `${incident}/revisions/1`)
  t.equal(read(`${first}/postmortem.md`).toString(), body.markdown)
  t.match(manifest, { count: 2, after: 2 })
  t.match(manifest.postmortems, [
    { incident_id: first, revision: 1, sequence: 1, why: 'sealed', revisions: [1], redacted_evidence: [] },
    { incident_id: second, revision: 1, sequence: 2, why: 'sealed', revisions: [1], redacted_evidence: [] },
  ])
  const files = manifest.postmortems.flatMap(({ files }: any) => files)
  t.same(
    files.map(({ path }: any) => path),
    paths.slice(0, -1),
  )
  for (const { path, size, sha256 } of files) {
    t.equal(read(path).length, size)
    t.equal(sha256Hex(read(path)), sha256)
  }
  const without = unpack(t, await tarOf(t, service)).list
  t.equal(without.length, 5, 'evidence comes where it is asked for')
  t.match(unpack(t, await tarOf(t, service, '?after=2')).manifest, { count: 0, after: 2, postmortems: [] })
})

t.test('many documents come whole and in order, with evidence now and then', async t => {
  const service = await listen(t)
  const evidence = [await givenEvidence(service.db, 'one'), await givenEvidence(service.db, 'two')]
  const ids = finalIds(203)
  const expected = [...ids]
  await storeFinals(service.db, ids.splice(0, 100), 10)
  await storeFinals(service.db, ids.splice(0, 2), 10, evidence)
  await storeFinals(service.db, ids.splice(0, 1), 20_000_000)
  await storeFinals(service.db, ids.splice(0, 50), 511)
  await storeFinals(service.db, ids.splice(0, 1), 512, evidence.slice(1))
  await storeFinals(service.db, ids, 50_000)
  const { list, read, manifest } = unpack(t, await tarOf(t, service, '?evidence=true'))
  t.equal(list.length, 2 * 203 + 5 + 1)
  t.equal(manifest.count, 203)
  t.same(
    manifest.postmortems.map(({ incident_id }: any) => incident_id),
    expected,
  )
  const files = manifest.postmortems.flatMap(({ files }: any) => files)
  t.ok(
    files.every(
      ({ path, size, sha256 }: any) => sha256Hex(read(path)) === sha256 && read(path).length === size,
    ),
  )
  t.equal(files.length, 2 * 203 + 5)

  const runs: string[] = []
  await inSnapshot(service.db, async trx => {
    for await (const { sequences } of documentRuns(trx, { after: 90 }, true)) runs.push(sequences)
  })
  const range = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i).join()
  // What a reader leaves is read to the end of its run, which is no longer than 16 MB and one document.
  t.same(runs, [range(91, 101), '102', '103', range(104, 154), range(155, 203)])
})

t.test('compressed they are the same', async t => {
  const service = await listen(t)
  await storeFinals(service.db, finalIds(40), 100_000)
  const plain = await buffer(await begin(t, service))
  const answer = await begin(t, service, '', { headers: { 'accept-encoding': 'gzip' } })
  t.equal(answer.headers['content-encoding'], 'gzip')
  t.ok(gunzipSync(await buffer(answer)).equals(plain))
})

/** Of the documents below, whatever the zone and the major of PostgreSQL. */
const bytesOfFixed = {
  tar: '0c16e0a96f9f3a26e3bb3f0e87c78493d6739e29bca9de51b0f87177fa21d279',
  ndjson: 'aeb1e7d9d2b216a660e84638169c93503a1f179e3829b48028eb356779c32ff3',
}

t.test('the same data gives the same bytes, in any run, zone and server', async t => {
  const service = await listen(t)
  const facts = { changed_by: 'admin', changed_at: '2026-06-18T09:00:00.000Z', request_id: 'arranged' }
  const store = (text: string) =>
    service.db.transaction().execute(trx => storeEvidence(trx, Buffer.from(text), 'text/plain', facts))
  await storeFinals(service.db, finalIds(3), 3000)
  await storeFinals(
    service.db,
    ['PM-2026-07-01-cited'],
    100,
    [await store('a log'), await store('another')].sort(),
  )
  const hashes = async (of: { port: number }) => ({
    tar: sha256Hex(await tarOf(t, of, '?evidence=true')),
    ndjson: sha256Hex(await buffer(await begin(t, of))),
  })
  t.same(await hashes(service), bytesOfFixed)
  const { TZ } = process.env
  t.teardown(() => {
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  })
  process.env.TZ = 'Asia/Kolkata'
  t.equal(new Date('2026-06-18T09:00:00Z').getHours(), 14, 'the zone is another')
  const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(service.db)
  await sql`ALTER DATABASE ${sql.id(rows[0]!.name)} SET TimeZone = 'America/St_Johns'`.execute(service.db)
  await sql`ALTER DATABASE ${sql.id(rows[0]!.name)} SET DateStyle = 'German'`.execute(service.db)
  t.same(await hashes(await listen(t, {}, service.connection)), bytesOfFixed)
})

/** What is told to a reader who has all up to a sequence number: by the lines, the manifest and the list alike. */
async function newsAfter(t: Test, service: Service & { port: number }, after: number) {
  const lines = await linesOf(await begin(t, service, `?after=${after}`))
  const { manifest } = unpack(t, await tarOf(t, service, `?after=${after}`))
  const { body } = await service.call('GET', `/v1/postmortems?after=${after}`)
  const pick = ({ incident_id, revision, why, revisions, sequence }: any) => [
    ...[incident_id, revision, why, revisions],
    sequence,
  ]
  const news = lines.slice(0, -1).map(line => pick(JSON.parse(line)))
  t.same(manifest.postmortems.map(pick), news)
  t.same(body.items.map(pick), news)
  t.equal(manifest.after, endOf(lines).after)
  return { news: news.map(told => told.slice(0, 4)), after: endOf(lines).after as number }
}

t.test('each is told once, with why: sealed, amended or redacted, and which revisions', async t => {
  const service = await listen(t)
  const { call } = service
  const secret = { kind: 'log', system: 'checkout', excerpt: 'password=hunter2', url: null }
  const incident = await givenReady(service, 'Payments drill')
  const { body } = await call('POST', `${incident}/events`, {
    body: observed({ occurred_at: '2026-06-17T14:05:00Z', sources: [secret] }),
  })
  const event = `${incident}/events/${body.id}`
  const redact = (pointer: string) =>
    call('PUT', `${event}/redaction`, { body: { pointers: [pointer], reason: 'A password.' } })
  await seal(service, incident)
  const other = await givenFinal(service, 'Search is slow')
  const [drill, search] = [idOf(incident), idOf(other)]
  let news = await newsAfter(t, service, 0)
  t.same(news.news, [
    [drill, 1, 'sealed', [1]],
    [search, 1, 'sealed', [1]],
  ])
  const first = news.after
  t.same(await newsAfter(t, service, first), { news: [], after: first })

  await call('POST', `${incident}/amendments`, {
    body: { author: 'ana', reason: 'No password belongs there.' },
  })
  await call('PATCH', event, { body: { sources: [{ ...secret, excerpt: 'it was full' }] } })
  await seal(service, incident)
  news = await newsAfter(t, service, first)
  t.same(news.news, [[drill, 2, 'amended', [2]]])

  const second = news.after
  await redact('/sources/0/excerpt')
  await amend(service, other, { title: 'Not sealed yet' })
  news = await newsAfter(t, service, second)
  t.same(news.news, [[drill, 2, 'redacted', [1, 2]]], 'both had one of the texts')
  t.same((await newsAfter(t, service, first)).news, [[drill, 2, 'amended', [1, 2]]])
  t.same((await newsAfter(t, service, 0)).news, [
    [search, 1, 'sealed', [1]],
    [drill, 2, 'sealed', [1, 2]],
  ])
  t.same(await newsAfter(t, service, news.after), { news: [], after: news.after })
})

t.test('a redaction of an earlier revision alone is told, and the last one has its bytes', async t => {
  const service = await listen(t)
  const { call } = service
  const incident = await givenReady(service, 'Payments drill')
  const { body } = await call('POST', `${incident}/events`, {
    body: observed({ occurred_at: '2026-06-17T14:05:00Z', description: 'The password is hunter2.' }),
  })
  const event = `${incident}/events/${body.id}`
  await seal(service, incident)
  await call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'It had a password.' } })
  await call('PATCH', event, { body: { description: 'The disk was full.' } })
  await seal(service, incident)
  await storeFinals(service.db, finalIds(1), 10)
  const { after } = await newsAfter(t, service, 0)
  const last = await call('GET', `${incident}/revisions/2`)
  const redaction = { pointers: ['/description'], versions: [1], reason: 'A password.' }
  t.equal((await call('PUT', `${event}/redaction`, { body: redaction })).status, 200)
  t.same((await newsAfter(t, service, after)).news, [[idOf(incident), 2, 'redacted', [1]]])
  const [line] = await linesOf(await begin(t, service, `?after=${after}`))
  t.match(JSON.parse(line!), { json_sha256: last.body.json_sha256, markdown: last.body.markdown })
})

t.test(
  'a redaction of evidence is told for each document that cites it, and says what is not there',
  async t => {
    const service = await listen(t)
    const [image, log] = [await givenEvidence(service.db, 'image'), await givenEvidence(service.db, 'log')]
    const [first = '', second = '', third = ''] = finalIds(3)
    await storeFinals(service.db, [first], 10, [image, log])
    await storeFinals(service.db, [second], 10, [log])
    await storeFinals(service.db, [third], 10, [image])
    const { after } = await newsAfter(t, service, 0)
    const redact = (sha256: string, reason: string) =>
      service.call('PUT', `/v1/evidence/${sha256}/redaction`, { body: { reason } })
    t.equal((await redact(image, 'A card number.')).status, 200)
    const news = await newsAfter(t, service, after)
    t.same(news.news, [
      [first, 1, 'redacted', [1]],
      [third, 1, 'redacted', [1]],
    ])
    t.equal((await redact(image, 'In other words.')).status, 200)
    t.same(
      await newsAfter(t, service, news.after),
      { news: [], after: news.after },
      'the same again is no news',
    )
    const { list, manifest } = unpack(t, await tarOf(t, service, '?evidence=true'))
    t.same(
      list.flatMap(line => /evidence\/(\w+)/.exec(line)?.[1] ?? []),
      [log, log],
    )
    t.same(
      manifest.postmortems.map(({ redacted_evidence }: any) => redacted_evidence),
      [[], [image], [image]],
    )
  },
)

t.test('what is sealed cites its evidence, and a sealing waits for a redaction of it', async t => {
  const service = await listen(t)
  const log = await givenEvidence(service.db, 'log')
  const incident = await givenReady(service, 'Payments drill')
  const sources = [{ kind: 'log', system: 'checkout', evidence: log }]
  await service.call('POST', `${incident}/events`, {
    body: observed({ occurred_at: '2026-06-17T14:05:00Z', sources }),
  })
  let sealing: ReturnType<typeof seal> | undefined
  let isSealed = false
  await service.db.transaction().execute(async trx => {
    await sql`SELECT FROM evidence FOR UPDATE`.execute(trx)
    sealing = seal(service, incident).finally(() => {
      isSealed = true
    })
    const waiting = sql`SELECT FROM pg_locks WHERE NOT granted`
    while (!isSealed && (await waiting.execute(service.db)).rows.length === 0) {}
    t.notOk(isSealed)
    await sql`SELECT next_revision_sequence()`.execute(trx)
  })
  t.match(await sealing, { status: 201 })
  const { evidence } = await service.db.selectFrom('revisions').select('evidence').executeTakeFirstOrThrow()
  t.same(evidence, [log])
})

t.test('evidence comes in a tar alone', async t => {
  const service = await listen(t)
  const { status, body } = await service.call('GET', '/v1/postmortems/export?evidence=true')
  t.match({ status, body }, { status: 400, body: { errors: [{ parameter: 'evidence', code: 'tar_only' }] } })
  const head: IncomingMessage = await begin(t, service, '?evidence=true', { ...asTar, method: 'HEAD' })
  t.equal(head.headers['content-disposition'], 'attachment; filename="postmortems.tar"')
  t.equal((await buffer(head)).length, 0)
})

t.test('no revision moves without a redaction that is on record', async t => {
  const { db } = await listen(t)
  const log = await givenEvidence(db, 'log')
  await storeFinals(db, finalIds(1), 10, [log])
  for (const change of [sql`sequence = sequence + 1`, sql`sealed_sequence = 7`, sql`evidence = '{}'`])
    await t.rejects(sql`UPDATE revisions SET ${change}`.execute(db), /a revision is never changed/)
})
