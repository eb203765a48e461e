import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { load, median, takeTurns, timeOf } from '../../bench/measure.ts'
import { atLeast, atMost, compared, later, measured, tableOf } from '../../bench/table.ts'

/** The benchmark's arithmetic; a failed measurement is never reported as a figure. */

/** A server in this process, which also stands for its PostgreSQL. */
async function serve(t: Test, answer: (n: number) => number) {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    response.writeHead(answer(asked)).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, headers: {}, pid: process.pid, postmaster: process.pid }
}

const briefly = { connections: 2, seconds: 0.2 }

/** Uses at least this much CPU time. */
function work(milliseconds: number): void {
  const before = process.cpuUsage()
  for (;;) {
    const { user, system } = process.cpuUsage(before)
    if (user + system >= milliseconds * 1000) return
  }
}

t.test('a request costs the CPU that the server used to answer it', async t => {
  const target = await serve(t, () => {
    work(5)
    return 200
  })
  const { rate, cpu } = await load(target, () => ({ path: '/' }), { ...briefly, seconds: 1 })
  // Counted twice, for this process is both servers; the clock of the system ticks a hundred times a second.
  t.ok(cpu >= 2 * 4500, `${cpu} µs`)
  t.ok(rate > 0 && rate <= 200, `${rate} requests a second, of 5 ms each`)
})

t.test('every request is a new one, and has its body', async t => {
  const paths: string[] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    paths.push(request.url!)
    bodies.push(Buffer.concat(await request.toArray()).toString())
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const target = { url, headers: {}, pid: process.pid, postmaster: process.pid }
  let n = 0
  const next = () => ({ path: `/${++n}`, method: 'POST' as const, body: `{"n":${n}}` })
  while (paths.length <= 2) await load(target, next, briefly)
  t.equal(new Set(paths).size, paths.length)
  t.same(
    bodies,
    paths.map(path => `{"n":${path.slice(1)}}`),
  )
})

t.test('an answer that is not 2xx, or none, is no measurement', async t => {
  const failing = await serve(t, n => (n === 7 ? 500 : 200))
  await t.rejects(
    load(failing, () => ({ path: '/' }), briefly),
    /1 were not/,
  )
  const refusing = await serve(t, () => 404)
  await t.rejects(timeOf(refusing, '/'), /404/)
  const gone = { ...refusing, url: 'http://127.0.0.1:1' }
  await t.rejects(
    load(gone, () => ({ path: '/' }), briefly),
    /did not come/,
  )
  await t.rejects(timeOf(gone, '/'))
})

t.test('the sides take turns, and the first turn of each only warms up', async t => {
  const order: string[] = []
  const side = (name: string) => async () => {
    order.push(name)
    return order.length
  }
  t.same(await takeTurns(2, [side('a'), side('b')]), [
    [3, 5],
    [4, 6],
  ])
  t.equal(order.join(''), 'ababab')
})

t.test('no samples have no median', async t => {
  t.equal(median([9, 1, 5]), 5)
  t.equal(median([4, 1, 2, 9]), 3)
  t.throws(() => median([]), /no median/)
  t.throws(() => median([Number.NaN]), /no median/)
})

t.test('a goal holds, or does not, or is not yet due', async t => {
  const turns = [
    [2, 4, 3],
    [4, 4, 4],
  ]
  const row = compared('a path', 'ms', turns, atMost(0.75))
  t.match(row, {
    debrief: '3.00 ms',
    baseline: '4.00 ms',
    ratio: '0.75 (0.50–1.00)',
    goal: '≤ 0.75×',
    holds: 'yes',
  })
  t.equal(compared('a path', 'ms', turns, atMost(0.74)).holds, 'no')
  t.equal(compared('a path', '/s', turns, atLeast(0.75)).holds, 'yes')
  t.equal(compared('a path', '/s', turns, later(atLeast(1.5))).holds, 'no, not yet due')
  t.equal(compared('a path', '/s', turns).holds, '')
  t.match(measured('a start', 's', [1.5], atMost(1)), {
    debrief: '1.50 s',
    ratio: '',
    goal: '≤ 1 s',
    holds: 'no',
  })
  const [head, line] = tableOf([row]).split('\n')
  t.equal(line!.indexOf('3.00 ms') + '3.00 ms'.length, head!.indexOf('Debrief') + 'Debrief'.length)
})

t.test('the command ends with 1 when it has nothing to measure', async t => {
  const program = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))
  const run = async (args: string[], url = '') => {
    const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, DATABASE_URL: url } })
    let said = ''
    child.stderr.on('data', text => {
      said += text
    })
    const [code] = await once(child, 'close')
    return { code, said }
  }
  t.match(await run(['--only', 'events,nothing']), {
    code: 1,
    said: /--only takes any of events, batches, overdue/,
  })
  t.match(await run(['--quick'], 'postgresql://debrief@127.0.0.1:1/debrief'), {
    code: 1,
    said: /ECONNREFUSED/,
  })
})
