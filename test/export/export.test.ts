import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { sha256Hex } from '../../src/kit/json/json.ts'
import { lockTable } from '../failures/help/proxied-service.ts'
import { openIncident } from '../help/cast.ts'
import { openService } from '../help/service.ts'
import { seal } from '../postmortem/ready.ts'
import { amend, finalIds, givenFinal, idOf, storeFinals } from './given.ts'
import {
  asTar,
  begin,
  cutTextOf,
  endOf,
  endOtherTransactions,
  linesOf,
  listen,
  openTransactions,
  untilFree,
} from './reader.ts'

/** Enough documents to fill the buffers between the service and a reader that does not read. */
const many = finalIds(100)
const large = 200_000

t.test('every final postmortem comes with the bytes that were hashed, in the order of sealing', async t => {
  const service = await listen(t)
  const { call } = service
  const drill = await givenFinal(service, 'Payments drill')
  const search = await givenFinal(service, 'Search is "slow"')
  await openIncident(service, { title: 'A draft' })
  await amend(service, drill, { title: 'Payments outage' })
  await seal(service, drill)
  await amend(service, search, { title: 'Not to be seen yet' })

  const answer = await begin(t, service)
  t.match(answer, { statusCode: 200, headers: { 'content-type': 'application/x-ndjson', etag: undefined } })
  t.equal(answer.headers.vary, 'accept')
  const lines = await linesOf(answer)
  const sent = lines.slice(0, -1).map(line => JSON.parse(line))
  t.match(sent, [
    { incident_id: idOf(search), revision: 1, why: 'sealed', revisions: [1] },
    { incident_id: idOf(drill), revision: 2, why: 'sealed', revisions: [1, 2] },
  ])
  for (const [
    i,
    { incident_id, revision, markdown, postmortem, why, revisions, ...rest },
  ] of sent.entries()) {
    const { body } = await call('GET', `/v1/incidents/${incident_id}/revisions/${revision}`)
    t.match(body, { markdown, postmortem, ...rest })
    t.equal(sha256Hex(markdown), rest.markdown_sha256)
    const bytes = lines[i]!.slice(lines[i]!.indexOf(',"postmortem":') + ',"postmortem":'.length, -1)
    t.equal(sha256Hex(bytes), rest.json_sha256, 'the line holds the very bytes')
  }
  const [first, last] = sent.map(({ sequence }) => sequence)
  t.ok(first < last)
  t.same(endOf(lines), { end: true, count: 2, after: last })
  const [next] = await linesOf(await begin(t, service, `?after=${first}`))
  t.same(JSON.parse(next!), { ...sent[1], why: 'amended', revisions: [2] })
})

t.test('the answer is what the contract says, line by line', async t => {
  const service = await openService(t)
  await givenFinal(service, 'Payments drill')
  t.equal((await service.call('GET', '/v1/postmortems/export')).text.split('\n').length, 3)
  t.equal((await service.call('HEAD', '/v1/postmortems/export')).text, '')
})

t.test('where nothing is to be sent, the end says from where to go on', async t => {
  const service = await listen(t)
  t.same(await linesOf(await begin(t, service)), ['{"end":true,"count":0,"after":0}'])
  await storeFinals(service.db, finalIds(3), 100)
  t.same(endOf(await linesOf(await begin(t, service, '?after=3'))), { end: true, count: 0, after: 3 })
  const none = endOf(await linesOf(await begin(t, service, '?severity=SEV1')))
  t.same(none, { end: true, count: 0, after: 3 }, 'what a filter leaves out is not looked at again')
  t.match(endOf(await linesOf(await begin(t, service, '?severity=SEV3&service=search,checkout'))), {
    count: 3,
  })
})

t.test('many documents come whole and in order, over pages and pieces', async t => {
  const service = await listen(t)
  const sizes: [number, number][] = [
    [120, 10],
    [3, 3_000_000],
    [30, 50_000],
  ]
  const ids = finalIds(153)
  const expected = [...ids]
  for (const [count, size] of sizes) await storeFinals(service.db, ids.splice(0, count), size)
  const lines = await linesOf(await begin(t, service))
  const sent = lines.slice(0, -1).map(line => JSON.parse(line))
  t.same(
    sent.map(({ incident_id }) => incident_id),
    expected,
  )
  t.ok(sent.every(({ markdown, markdown_sha256 }) => sha256Hex(markdown) === markdown_sha256))
  t.ok(sent.every(({ postmortem, json_sha256 }) => sha256Hex(JSON.stringify(postmortem)) === json_sha256))
  t.match(endOf(lines), { end: true, count: 153 })
})

t.test('what becomes final while an export runs is not in it, and comes with the next', async t => {
  const service = await listen(t)
  await storeFinals(service.db, many, large)
  const answer = await begin(t, service)
  t.equal(await openTransactions(service.db), 1, 'it is under way')
  await storeFinals(service.db, ['PM-2026-01-01-late'], 10)
  const end = endOf(await linesOf(answer))
  t.match(end, { end: true, count: many.length })
  const next = await linesOf(await begin(t, service, `?after=${end.after}`))
  t.match(JSON.parse(next[0]!), { incident_id: 'PM-2026-01-01-late' })
})

t.test('a reader that goes away leaves nothing behind', async t => {
  const service = await listen(t, { exports: 1 })
  await storeFinals(service.db, many, large)
  for (let i = 0; i < 5; i++) {
    const answer = await begin(t, service)
    t.equal(answer.statusCode, 200)
    answer.destroy()
    await untilFree(t, service)
  }
  t.match(endOf(await linesOf(await begin(t, service))), { count: many.length })
})

t.test('a reader that goes away before the first byte leaves nothing behind', async t => {
  const service = await listen(t, { exports: 1 })
  const { waiting, release } = await lockTable(t, service.connection.connectionString!, 'revisions')
  const gone = begin(t, service).catch(() => 'gone')
  while ((await waiting()) === 0) await sleep(5)
  service.app.server.closeAllConnections()
  t.equal(await gone, 'gone')
  await release()
  await untilFree(t, service)
})

t.test('a slow reader gets everything, however long it takes', async t => {
  const service = await listen(t, { handlerTimeout: 1000, streamIdle: 2500 })
  const [first = '', second = ''] = finalIds(2)
  await storeFinals(service.db, [first], 1_200_000)
  await storeFinals(service.db, [second], 8_000_000)
  let came = ''
  const answer = await begin(t, service)
  for await (const chunk of answer.setEncoding('utf8')) {
    came += chunk
    await sleep(25)
  }
  t.match(endOf(came.trimEnd().split('\n')), { end: true, count: 2 })
})

t.test('a reader that stops taking is given up, and sees that it was', async t => {
  const service = await listen(t, { streamIdle: 300, exports: 1 })
  await storeFinals(service.db, many, large)
  for (const options of [{}, asTar]) {
    const answer = await begin(t, service, '', options)
    await untilFree(t, service)
    const came = await cutTextOf(answer)
    t.type(came, 'string', 'the connection broke')
    t.notMatch(came, /"end":true|manifest\.json/)
  }
})

t.test('an error in the middle cuts the export: there is no end line', async t => {
  const service = await listen(t)
  await storeFinals(service.db, many, large)
  const answer = await begin(t, service)
  await endOtherTransactions(service.db)
  const came = await cutTextOf(answer)
  t.type(came, 'string', 'the connection broke')
  t.notMatch(came, /"end":true/)
  t.match(endOf(await linesOf(await begin(t, service))), { count: many.length }, 'the next one runs')
})

t.test('as many exports run as may run at a time; one more is told to wait', async t => {
  const service = await listen(t)
  await storeFinals(service.db, many, large)
  const [first, second] = [await begin(t, service), await begin(t, service)]
  const { status, body, headers } = await service.call('GET', '/v1/postmortems/export')
  t.match(
    { status, body, headers },
    { status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '2' } },
  )
  t.equal((await service.call('HEAD', '/v1/postmortems/export')).status, 200, 'HEAD takes none')
  t.equal((await service.call('GET', '/v1/postmortems')).status, 200, 'and all else goes on')
  t.match(endOf(await linesOf(first)), { count: many.length })
  t.match(endOf(await linesOf(second)), { count: many.length })
  t.match(endOf(await linesOf(await begin(t, service))), { count: many.length })
})

t.test('it comes as what Accept prefers; whoever takes neither gets 406', async t => {
  const service = await openService(t)
  const typeFor = async (accept: string) => {
    const { status, headers } = await service.call('HEAD', '/v1/postmortems/export', { headers: { accept } })
    return status === 200 ? headers['content-type'] : status
  }
  for (const accept of ['application/json', 'text/html', 'application/x-tar;q=0'])
    t.equal(await typeFor(accept), 406)
  for (const accept of ['*/*', 'application/*', 'application/x-ndjson, application/x-tar;q=0.9'])
    t.equal(await typeFor(accept), 'application/x-ndjson')
  t.equal(await typeFor('application/x-tar, application/*;q=0.1'), 'application/x-tar')
})
