import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { send, startService, tokenIn, untilReady } from '../help/command.ts'
import { checkAnswer } from '../help/contract-check.ts'

const data = tempFolder(t)
const { url } = await startService(t, { DEBRIEF_DATA: data, DEBRIEF_LOG_LEVEL: 'error' })
const token = tokenIn(data)
const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${token}`, ...headers, '', ''].join('\r\n')

function open(t: Test, address = url): Socket {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  t.teardown(() => socket.destroy())
  return socket
}

/** Sends bytes on a connection and reads everything until its end. */
async function exchange(t: Test, request: string): Promise<string> {
  const socket = open(t)
  let answer = ''
  socket.setEncoding('utf8').on('data', text => {
    answer += text
  })
  socket.write(request)
  await once(socket, 'close')
  return answer
}

t.test('one connection carries many requests, in order', async t => {
  const first = head('GET /livez')
  const last = head('GET /problems/not_found', 'Connection: close')
  const answer = await exchange(t, first + first + last)
  t.strictSame(answer.match(/HTTP\/1\.1 \d+|not_found/g), [
    'HTTP/1.1 200',
    'HTTP/1.1 200',
    'HTTP/1.1 200',
    'not_found',
  ])
})

t.test('a body of more than 1 MiB is refused, with its length named or not', async t => {
  const body = JSON.stringify({ title: 'x'.repeat(1024 * 1024), severity: 'SEV4' })
  const common = ['Content-Type: application/json', 'Connection: close']
  const named = [...common, `Content-Length: ${body.length}`]
  const chunked = [...common, 'Transfer-Encoding: chunked']
  for (const request of [
    head('POST /v1/incidents', ...named) + body,
    `${head('POST /v1/incidents', ...chunked)}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ]) {
    const answer = await exchange(t, request)
    t.match(answer, /^HTTP\/1\.1 413 /)
    t.match(answer, /content-type: application\/problem\+json/i)
    t.match(answer, '"code":"too_large"')
  }
})

t.test('a client that goes away in the middle of its request does no harm', async t => {
  const begin = head('POST /v1/incidents', 'Content-Type: application/json', 'Content-Length: 1000')
  for (const part of [begin.slice(0, 40), begin, `${begin}{"title":"Never whole","severity":`]) {
    const socket = open(t)
    await once(socket, 'connect')
    socket.write(part)
    await sleep(20)
    socket.destroy()
  }
  await untilReady(url)
  t.strictSame((await page('/v1/incidents')).titles, [])
})

t.test('a client that goes away before its answer does no harm, and its write is whole', async t => {
  const id = 'PM-2026-06-17-gone'
  const body = JSON.stringify({ id, title: 'Nobody waits', severity: 'SEV4' })
  const socket = open(t)
  await once(socket, 'connect')
  socket.write(
    head('POST /v1/incidents', 'Content-Type: application/json', `Content-Length: ${body.length}`) + body,
  )
  await sleep(1)
  socket.destroy()
  await untilReady(url)
  const { status } = await send(`${url}/v1/incidents/${id}`, { token })
  t.ok(status === 200 || status === 404, `then it answers ${status}`)
})

const malformed = {
  'no request line': 'nonsense\r\n\r\n',
  'no such version': 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n',
  'a space in the name of a header': 'GET /livez HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n',
  'no Host': 'GET /livez HTTP/1.1\r\n\r\n',
  'no Host and no such route': 'GET /nothing HTTP/1.1\r\n\r\n',
  'a length that is no number': head('POST /v1/incidents', 'Content-Length: ten'),
  'two framings': `${head('POST /v1/incidents', 'Content-Length: 3', 'Transfer-Encoding: chunked')}abc`,
  'two Hosts': head('GET /livez', 'Host: localhost'),
  'a body in a coding of transfer besides chunks': `${head('PUT /v1/people/x', 'Content-Type: application/json', 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
  'a chunk without its length': `${head('POST /v1/incidents', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}x`,
}
for (const [what, request] of Object.entries(malformed))
  t.test(`malformed HTTP is a problem with a request id, and the service lives: ${what}`, async t => {
    const answer = await exchange(t, request)
    const [headers, body] = answer.split('\r\n\r\n') as [string, string]
    t.match(headers, /^HTTP\/1\.1 400 Bad Request\r\n/)
    t.match(headers, /^content-type: application\/problem\+json\r?$/im)
    t.match(headers, /^connection: close\r?$/im)
    t.match(headers, new RegExp(`^content-length: ${Buffer.byteLength(body)}\\r?$`, 'im'))
    const id = /^x-request-id: ([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21})\r?$/im.exec(headers)?.[1]
    t.match(JSON.parse(body), { status: 400, code: 'malformed_request', request_id: id ?? 'none' })
    checkAnswer({
      method: 'GET',
      url: '/nothing',
      status: 400,
      headers: { 'content-type': 'application/problem+json', 'x-request-id': id },
      body,
    })
    await untilReady(url)
  })

t.test('a connection that had an answer is closed at malformed HTTP, without a second answer', async t => {
  const socket = open(t)
  let answer = ''
  socket.setEncoding('utf8').on('data', text => {
    answer += text
  })
  socket.write(head('GET /livez'))
  while (!answer.includes('"ok"')) await once(socket, 'data')
  socket.write('nonsense\r\n\r\n')
  await once(socket, 'close')
  t.strictSame(answer.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200'])
})

t.test('OPTIONS of the whole service says what methods there are', async t => {
  const answer = await exchange(t, head('OPTIONS *', 'Connection: close'))
  t.match(answer, /^HTTP\/1\.1 204 /)
  t.match(answer, /^allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r$/im)
})

t.test('HTTP/1.0 needs no Host', async t => {
  t.match(await exchange(t, 'GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /)
})

t.test('the host in a whole address counts, and not the header beside it', async t => {
  const own = await exchange(t, head('GET http://127.0.0.1:8080/livez', 'Connection: close'))
  t.match(own, /^HTTP\/1\.1 200 /)
  const other = await exchange(t, head('GET http://evil.example/livez', 'Connection: close'))
  t.match(other, /^HTTP\/1\.1 421 /)
})

t.test('an expectation that is not known is not met, and does no harm', async t => {
  const answer = await exchange(t, head('GET /livez', 'Expect: magic', 'Connection: close'))
  t.match(answer, /^HTTP\/1\.1 200 /)
})

t.test('CONNECT is refused: the service is no proxy', async t => {
  const answer = await exchange(t, head('CONNECT example.com:443'))
  t.match(answer, /^HTTP\/1\.1 405 .*"code":"method_not_allowed"/s)
})

t.test('a client that has said all it has to say still gets its answer', async t => {
  const socket = open(t)
  let answer = ''
  socket.setEncoding('utf8').on('data', text => {
    answer += text
  })
  socket.end(head('GET /v1/people'))
  await once(socket, 'close')
  t.match(answer, /^HTTP\/1\.1 200 /)
})

t.test('HEAD answers the headers of GET and no body', async t => {
  const answer = await exchange(t, head('HEAD /v1/people', 'Connection: close'))
  t.match(answer, /^HTTP\/1\.1 200 /)
  t.match(answer, /^content-length: [1-9]\d*\r$/im)
  t.equal(answer.indexOf('\r\n\r\n'), answer.length - 4, 'it ends with the headers')
})

t.test('a Link to the next page is followed as it is', async t => {
  const titles = ['50 % of a&b fails', '51 % of a&b fails', '52 % of a&b fails', '53 % of nothing']
  for (const title of titles) {
    const body = { title, severity: 'SEV4' }
    t.equal((await send(`${url}/v1/incidents`, { token, method: 'POST', body })).status, 201)
  }
  const seen: string[] = []
  for (let path: string | undefined = `/v1/incidents?limit=1&q=${encodeURIComponent('% of a&b')}`; path; ) {
    const { titles, next } = await page(path)
    seen.push(...titles)
    path = next
  }
  t.strictSame(seen.sort(), titles.slice(0, 3))
})

/** The titles of a page of incidents, and the path of the next one. */
async function page(path: string): Promise<{ titles: string[]; next: string | undefined }> {
  const response = await send(url + path, { token })
  const { items } = (await response.json()) as { items: { title: string }[] }
  const next = /^<(\/[^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  return { titles: items.map(({ title }) => title), next }
}

t.test('no client can hold up the stop', async t => {
  const data = tempFolder(t)
  const service = await startService(t, { DEBRIEF_DATA: data })
  const begin = head('POST /v1/people/batch', 'Content-Type: application/json', 'Content-Length: 1000')
  for (const part of ['', 'GET /liv', begin, `${begin}{`, head('GET /livez')]) {
    const socket = open(t, service.url)
    await once(socket, 'connect')
    if (part) socket.write(part)
  }
  await sleep(50)
  service.child.kill('SIGTERM')
  t.match(await service.ended, { code: 0 })
})
