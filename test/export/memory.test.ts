import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import type { Db } from '../../src/db/open.ts'
import { startService } from '../help/command.ts'
import { adminToken, openService } from '../help/service.ts'
import { finalIds, storeFinals } from './given.ts'
import { begin, endOf, linesOf } from './reader.ts'

const mebibyte = 1024 * 1024
const megabytesOf = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024

/** Waits until the transaction of an export has sent no query for a while: by then all buffers are full. */
async function untilItWaits(db: Db): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
        AND clock_timestamp() - state_change > interval '500 milliseconds'`.execute(db)
    if (rows.length > 0) return
    await sleep(20)
  }
}

t.test('what a reader does not take is not read ahead of it', async t => {
  const { db, connection } = await openService(t)
  const documents = finalIds(60)
  await storeFinals(db, documents, 3 * mebibyte)
  const service = await startService(t, {
    DATABASE_URL: connection.connectionString!,
    DEBRIEF_ADMIN_TOKEN: adminToken,
    DEBRIEF_LOG_LEVEL: 'fatal',
  })
  const { port } = new URL(service.url)
  const before = megabytesOf(service.pid)
  const answer = await begin(t, { port: Number(port) })
  await untilItWaits(db)
  const grown = megabytesOf(service.pid) - before
  t.comment(`${grown.toFixed(0)} MB more with a reader that does not read 180 MB`)
  t.ok(grown < 150, `${grown} MB`)
  t.match(endOf(await linesOf(answer)), { end: true, count: documents.length })
})
