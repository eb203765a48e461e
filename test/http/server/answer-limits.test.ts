import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../../../src/config.ts'
import { limitTimes, limitUnread } from '../../../src/http/server/answers/answer-limits.ts'
import { registerErrors } from '../../../src/http/server/error-handler.ts'
import { grownBy } from '../../help/measuring/young-garbage.ts'

/** More than the buffers of both sockets hold, so that most of it waits in the service. */
const large = Buffer.alloc(32 * 1024 * 1024, 'x')
const streamIdle = 400

/** A service whose `/slow` answers once `finish` is called, and which keeps what the work behind `/work` was told. */
async function start(t: Test, limits: { handlerTimeout?: number; streamIdle?: number } = {}) {
  const app = fastify({ keepAliveTimeout: 60_000 })
  limitTimes(app, { ...loadConfig({}).limits, streamIdle, ...limits })
  registerErrors(app)
  limitUnread(app, large.length / 2)
  const { promise: finished, resolve: finish } = Promise.withResolvers<string>()
  const gone: AbortSignal[] = []
  const { promise: cut, resolve: tellCut } = Promise.withResolvers<void>()
  const { promise: made, resolve: tellMade } = Promise.withResolvers<void>()
  app.get('/large', async (_request, reply) => {
    tellMade()
    reply.raw.once('close', tellCut)
    return large
  })
  app.get('/small', async () => 'small')
  app.get('/slow', () => finished)
  app.get('/work', async (_request, reply) => {
    gone.push(reply.gone)
    await once(reply.gone, 'abort')
    return 'never sent'
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const open = (path: string, ...headers: string[]): Socket => {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    ask(socket, path, ...headers)
    return socket
  }
  return { app, open, finish, cut, made, gone }
}

const ask = (socket: Socket, path: string, ...headers: string[]) =>
  socket.write([`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'))

t.test('who takes nothing of an answer is cut, and nobody else', async t => {
  const { open, finish, cut } = await start(t)
  const idle = open('/large')
  const slow = open('/slow')
  const quiet = open('/small')
  const [first] = await once(quiet, 'data')
  t.match(String(first), '200 OK')
  await cut
  idle.on('error', () => {})
  t.ok((await text(idle).catch(() => '')).length < large.length, 'what waited for it is dropped')
  finish('at last')
  const [late] = await once(slow, 'data')
  t.match(String(late), 'at last', 'a client that waits for its answer is not')
  ask(quiet, '/small', 'Connection: close')
  t.match(await text(quiet), '200 OK', 'nor is one that waits for nothing')
})

t.test('nor may one that waited for its turn be left untaken', async t => {
  const { open, finish, cut, made } = await start(t)
  const socket = open('/slow')
  ask(socket, '/large')
  await made
  // It is looked at while another answer is before it.
  await sleep(streamIdle / 2)
  finish('at last')
  await cut
  socket.on('error', () => {})
  t.ok((await text(socket).catch(() => '')).length < large.length)
})

t.test('who takes an answer slowly gets all of it', async t => {
  const { open } = await start(t)
  const socket = open('/large', 'Connection: close')
  const began = performance.now()
  let taken = 0
  for await (const chunk of socket) {
    taken += chunk.length
    // For longer than the limit in all, but never for so long that nothing is taken.
    if (performance.now() - began < 2 * streamIdle) await sleep(1)
  }
  t.ok(taken > large.length)
})

t.test('while others have much to read, a long answer is refused', async t => {
  const { app, open } = await start(t, { streamIdle: 60_000 })
  const sockets: Socket[] = []
  app.server.on('connection', socket => sockets.push(socket))
  const reader = open('/large')
  await once(reader, 'data')
  reader.pause()
  const refused = await app.inject('/large')
  t.match(refused, { statusCode: 503, headers: { 'retry-after': '2' } })
  t.match(refused.json().detail, 'Too many long answers wait to be read.')
  t.equal(Number(refused.headers['content-length']), refused.rawPayload.length)
  t.equal((await app.inject('/small')).statusCode, 200, 'and a short one is not')
  reader.destroy()
  await new Promise(resolve => sockets[0]!.once('close', resolve))
  for (let i = 0; i < 2; i++) t.equal((await app.inject('/large')).statusCode, 200)
})

t.test('work is told when its time is over, and when its connection breaks', async t => {
  const { app, gone } = await start(t, { handlerTimeout: 100 })
  t.equal((await app.inject('/work')).statusCode, 503)
  t.match(gone, [{ aborted: true, reason: { code: 'unavailable' } }])
  const broken = await start(t)
  const socket = broken.open('/work')
  while (broken.gone.length === 0) await sleep(5)
  t.equal(broken.gone[0]!.aborted, false)
  socket.resetAndDestroy()
  await once(broken.gone[0]!, 'abort')
})

t.test('a request whose answer has ended is collected with what is new', async t => {
  const app = fastify()
  limitTimes(app, loadConfig({}).limits)
  t.teardown(() => app.close())
  app.get('/', async request => {
    Object.assign(request, { work: Array(10_000).fill(0) })
    return ''
  })
  const grown = await grownBy(40, () => Promise.all(Array.from({ length: 100 }, () => app.inject('/'))))
  t.ok(grown < 150, `of 320 MB that their requests held, ${grown.toFixed(1)} MB are left`)
})
