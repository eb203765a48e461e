import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import t from 'tap'
import { drill, givenDrill, givenFactor, givenItem } from '../../action-items/given.ts'
import { finalIds, storeFinals } from '../../export/given.ts'
import { begin, cutTextOf, endOf, endOtherTransactions, listen } from '../../export/reader.ts'
import { adminToken, openService, type Service } from '../../help/service.ts'

const inflate: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
}

/** Reads a URL as it comes to one who accepts an encoding. */
async function readAs({ app }: Service, url: string, encoding: string) {
  const headers = { authorization: `Bearer ${adminToken}`, 'accept-encoding': encoding }
  const { rawPayload, headers: answered, statusCode } = await app.inject({ url, headers })
  return { statusCode, headers: answered, bytes: rawPayload }
}

t.test('what is read comes compressed to those who ask for it, and is the same', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  for (let i = 0; i < 4; i++) await givenItem(service, { due_on: '2026-06-24' })
  const urls = ['/v1/action-items?limit=50', `${drill}/postmortem.md`, `${drill}/action-items`]
  for (const url of urls) {
    const plain = await readAs(service, url, 'identity')
    t.match(plain, { statusCode: 200, headers: { 'content-encoding': undefined } })
    for (const encoding of ['gzip', 'br', 'zstd']) {
      // Twice, since the second may come from a cache.
      for (const _ of [1, 2]) {
        const packed = await readAs(service, url, `${encoding}, deflate`)
        t.match(packed.headers, {
          etag: plain.headers.etag,
          'content-encoding': encoding,
          vary: /accept-encoding/i,
        })
        t.same(inflate[encoding]!(packed.bytes), plain.bytes, `${url} as ${encoding}`)
      }
    }
    const headers = { 'accept-encoding': 'gzip', 'if-none-match': String(plain.headers.etag) }
    t.match(await service.call('GET', url, { headers }), { status: 304, text: '' })
  }
})

t.test('a short answer, and the answer of a write, come as they are', async t => {
  const service = await openService(t)
  const headers = { 'accept-encoding': 'gzip' }
  const short = await service.call('GET', '/v1/incidents', { headers })
  t.equal(short.headers['content-encoding'], undefined)
  const name = 'checkout '.repeat(20)
  const person = await service.call('PUT', '/v1/people/priya', {
    body: { name },
    headers: { ...headers, 'if-none-match': '*' },
  })
  t.match(person, { status: 201, headers: { 'content-encoding': undefined } })
})

t.test('an error in the middle cuts a compressed export, too', async t => {
  const service = await listen(t)
  await storeFinals(service.db, finalIds(100), 200_000)
  const headers = { 'accept-encoding': 'gzip' }
  const whole = await begin(t, service, '', { headers })
  t.equal(whole.headers['content-encoding'], 'gzip')
  const lines = gunzipSync(await buffer(whole))
    .toString()
    .trimEnd()
    .split('\n')
  t.match(endOf(lines), { end: true, count: 100 })
  const broken = await begin(t, service, '', { headers })
  await endOtherTransactions(service.db)
  t.type(await cutTextOf(broken), 'string', 'the connection broke')
})

t.test('evidence comes as the bytes of its digest', async t => {
  const service = await openService(t)
  const payload = 'checkout: 503 from payments\n'.repeat(100)
  const posted = await service.call('POST', '/v1/evidence', {
    payload,
    headers: { 'content-type': 'text/plain' },
  })
  const { headers, bytes } = await readAs(service, `/v1/evidence/${posted.body.sha256}`, 'gzip')
  t.same([headers['content-encoding'], bytes.toString()], [undefined, payload])
})
