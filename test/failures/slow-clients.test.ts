import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { checkAnswer } from '../help/contract-check.ts'
import { scaled } from '../help/measuring/scale.ts'
import { adminToken, openClient, startOnProxy } from './help/proxied-service.ts'

const slowClients = scaled(20, 500)

const { service } = await startOnProxy(t, { DEBRIEF_BODY_TIMEOUT_MS: '400' })
const { hostname, port } = new URL(service.url)
const call = openClient(t, service.url, 4)

/** Sends a byte at a time until the service closes the connection; returns its answer. */
async function drip(t: Test, start: string, byte: string): Promise<string> {
  const socket = connect(Number(port), hostname)
  t.teardown(() => socket.destroy())
  let answer = ''
  socket.setEncoding('utf8').on('data', text => {
    answer += text
  })
  socket.on('error', () => {})
  socket.write(start)
  while (!socket.closed) {
    if (socket.writable) socket.write(byte)
    await sleep(20)
  }
  return answer
}

const head = [
  'POST /v1/incidents HTTP/1.1',
  `Host: ${hostname}`,
  `Authorization: Bearer ${adminToken}`,
  'Content-Type: application/json',
  'Content-Length: 100000',
].join('\r\n')

const wholeHead = `${head}\r\n\r\n`
const slow: [what: string, start: string, byte: string, where: { method: string; url: string }][] = [
  ['its body', wholeHead, ' ', { method: 'POST', url: '/v1/incidents' }],
  ['its headers', `${head}\r\nX-Slow: `, 'x', { method: 'POST', url: '/nothing' }],
  ['its request line', 'GET /livez', 'x', { method: 'GET', url: '/nothing' }],
]
for (const [what, start, byte, where] of slow)
  t.test(`a client that sends ${what} byte by byte is told 408, and holds up nobody`, async t => {
    const dripping = Array.from({ length: slowClients }, () => drip(t, start, byte))
    const others = await Promise.all(Array.from({ length: 20 }, () => call('GET', '/v1/people')))
    t.strictSame([...new Set(others.map(answer => answer?.status))], [200])
    const faults = (await Promise.all(dripping)).flatMap(answer => faultOf(answer, where))
    t.strictSame(faults, [], `all ${slowClients} were answered 408`)
  })

/** The answer, where it is not a 408 that closes the connection. */
function faultOf(answer: string, where: { method: string; url: string }): string[] {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const lines = head.split('\r\n').map(line => line.split(': '))
  const headers = Object.fromEntries(lines.slice(1).map(([name, value]) => [name!.toLowerCase(), value]))
  if (!head.startsWith('HTTP/1.1 408 ') || headers.connection !== 'close') return [answer]
  checkAnswer({ ...where, status: 408, headers, body })
  return JSON.parse(body).code === 'request_timeout' ? [] : [answer]
}
