import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import type { Db } from '../../src/db/open.ts'
import { startService } from '../help/command.ts'
import { adminToken, openService } from '../help/service.ts'
import { finalIds, storeFinals } from './given.ts'
import { asTar, begin } from './reader.ts'

const mebibyte = 1024 * 1024
const megabytesOf = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024

/** Waits until PostgreSQL has waited for a while to send more: by then all buffers are full. */
async function untilItWaits(db: Db): Promise<void> {
  for (let waits = 0; waits < 25; ) {
    await sleep(20)
    const { rows } = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'ClientWrite'`.execute(
      db,
    )
    waits = rows.length > 0 ? waits + 1 : 0
  }
}

t.test('however much there is, and whether it is taken or not, little of it is held', async t => {
  const { db, connection } = await openService(t)
  const documents = finalIds(60)
  await storeFinals(db, documents, 3 * mebibyte)
  const service = await startService(t, {
    DATABASE_URL: connection.connectionString!,
    DEBRIEF_ADMIN_TOKEN: adminToken,
    DEBRIEF_LOG_LEVEL: 'fatal',
  })
  const { port } = new URL(service.url)
  for (const [name, options] of [
    ['NDJSON', {}],
    ['tar', asTar],
  ] as const) {
    const before = megabytesOf(service.pid)
    const answer = await begin(t, { port: Number(port) }, '', options)
    await untilItWaits(db)
    const unread = megabytesOf(service.pid) - before
    let bytes = 0
    for await (const chunk of answer) bytes += chunk.length
    t.ok(answer.complete && bytes > 180 * mebibyte)
    const read = megabytesOf(service.pid) - before
    t.comment(`${name}: ${unread.toFixed(0)} MB more before 180 MB were read, ${read.toFixed(0)} MB after`)
    t.ok(unread < 20 && read < 20, name)
  }
})
