import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { copyOut } from '../../src/db/copy-out.ts'
import { readPage } from '../../src/db/keyset.ts'
import { type OpenDatabase, openDatabase } from '../../src/db/open.ts'
import { transact, whileWaited, withSavepoint } from '../../src/db/transact.ts'
import { serverAt, withPort } from '../failures/help/proxied-service.ts'
import { openProxy } from '../failures/help/tcp-proxy.ts'
import { createDatabase } from '../help/service.ts'

t.test('a session is in UTC whatever options the address brings, and those hold too', async t => {
  const { connectionString = '' } = await createDatabase(t)
  const address = new URL(connectionString)
  address.searchParams.set('options', '-c TimeZone=Europe/Berlin -c work_mem=7MB')
  const { db, close } = openDatabase({ connectionString: address.toString() }, () => {})
  t.teardown(close)
  const { rows } = await sql`
    SELECT timestamptz '2026-06-17 14:08:00.5+00' AS at, date '2026-06-17' AS day, current_setting('work_mem') AS memory
  `.execute(db)
  t.same(rows, [{ at: '2026-06-17T14:08:00.500Z', day: '2026-06-17', memory: '7MB' }])
})

t.test('rows come as PostgreSQL wrote them, and no transaction is taken for the pool', async t => {
  const database = openDatabase(await createDatabase(t), () => {})
  t.teardown(database.close)
  const query = sql`SELECT timestamptz '2026-06-17 14:08:00.5+00', ${7}::bigint, NULL, '{"a": 1}'::jsonb`
  t.same(await database.text(query), [['2026-06-17 14:08:00.5+00', '7', null, '{"a": 1}']])
  await transact(database.db, async trx => {
    // @ts-expect-error: it would run outside of the transaction
    const inside: Pick<OpenDatabase, 'text'> = trx
    // @ts-expect-error: it would be the one of another connection
    const shown: Pick<OpenDatabase, 'snapshot'> = trx
    t.notOk('text' in inside || 'snapshot' in shown)
  })
})

t.test(
  'a COPY streams in pieces that hold until the next are asked for, and its connection goes on',
  async t => {
    const { db, pool, close } = openDatabase({ ...(await createDatabase(t)), max: 1 }, () => {})
    t.teardown(close)
    const rows = 20_000
    const query = sql`SELECT repeat('x', 100) FROM generate_series(1, ${sql.lit(rows)})`
    // The format's header and end, and of each row its count of fields, a length, and the field.
    const length = 19 + 2 + rows * (2 + 4 + 100)
    await transact(db, async trx => {
      let [count, last]: [number, Buffer | undefined] = [0, undefined]
      for await (const pieces of copyOut(trx, query)) {
        t.ok(
          last === undefined || (last.buffer as ArrayBuffer).detached,
          'the memory of those before is given back',
        )
        for (const piece of pieces) count += piece.length
        last = pieces.at(-1)
      }
      t.equal(count, length)
      for await (const _ of copyOut(trx, query)) break
      const failing = async () => {
        for await (const _ of copyOut(trx, sql`SELECT 1 / (n - 900) FROM generate_series(1, 1000) n`)) {
        }
      }
      await t.rejects(withSavepoint(trx, failing), { code: '22012' })
      t.same(
        (await sql`SELECT 1 AS one`.execute(trx)).rows,
        [{ one: 1 }],
        'also after one that was left or failed',
      )
    })
    t.match(pool(), { open: 1, free: 1 })
  },
)

t.test('a snapshot is another one once something is written', async t => {
  const { db, snapshot, close } = openDatabase(await createDatabase(t), () => {})
  t.teardown(close)
  const before = await snapshot()
  await sql`CREATE TABLE written ()`.execute(db)
  t.not(await snapshot(), before)
})

t.test('a transaction that lost against another is run again, three times at most', async t => {
  const { db, close } = openDatabase(await createDatabase(t), () => {})
  t.teardown(close)
  let runs = 0
  const lose = (times: number) =>
    transact(db, async trx => {
      runs += 1
      if (runs <= times)
        await sql`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$`.execute(trx)
      return runs
    })
  t.equal(await lose(3), 4)
  runs = 0
  await t.rejects(lose(4), { code: '40P01' })
  t.equal(runs, 4)
})

t.test('no connection is left when a database is closed, so that its server can stop', async t => {
  const sockets = () =>
    process.getActiveResourcesInfo().filter(name => /^(Pipe|TCPSocket)Wrap$/.test(name)).length
  const database = await createDatabase(t)
  const before = sockets()
  const { db, close } = openDatabase(database, () => {})
  await Promise.all([1, 2, 3].map(() => sql`SELECT pg_sleep(0.01)`.execute(db)))
  t.equal(sockets(), before + 3)
  await close()
  t.equal(sockets(), before)

  const broken: string[] = []
  const { snapshot, close: closeUnused } = openDatabase(database, error => broken.push(error.message))
  await snapshot()
  await closeUnused()
  t.same([sockets(), broken], [before, []], 'also where Kysely has not used one')
})

t.test('no statement begins for a caller who has gone, and its transaction is rolled back', async t => {
  const { db, pool, close } = openDatabase(await createDatabase(t), () => {})
  t.teardown(close)
  const caller = new AbortController()
  const called = whileWaited(db, caller.signal)
  t.match(await sql`SELECT 1 AS one`.execute(called), { rows: [{ one: 1 }] })
  const work = called.transaction().execute(async trx => {
    await sql`CREATE TABLE written ()`.execute(trx)
    caller.abort(new Error('gone'))
    await trx.selectFrom('people').selectAll().execute()
  })
  await t.rejects(work, { message: 'gone' })
  await t.rejects(sql`SELECT 1`.execute(called), { message: 'gone' })
  t.match(await sql`SELECT to_regclass('written') AS found`.execute(db), { rows: [{ found: null }] })
  t.equal(pool().free, pool().open, 'and no connection is kept')
})

t.test('a page ends before the row that would be too much for it', async t => {
  const { db, close } = openDatabase(await createDatabase(t), () => {})
  t.teardown(close)
  /** The rows that a page has of some with so many tenths of a megabyte each. */
  const pageOf = async (tenths: number[], limit: number) => {
    const rows = sql<{ n: number; text: string }>`
      SELECT n::int, repeat('x', m * 100000) AS text
      FROM unnest(${tenths}::int[]) WITH ORDINALITY AS u (m, n) ORDER BY n LIMIT ${sql.lit(limit + 1)}`
    const { rows: found, more } = await readPage(db, rows, limit)
    t.same(Object.keys(found[0] ?? { n: 0, text: '' }), ['n', 'text'])
    return [found.map(({ n }) => n), more]
  }
  t.same(await pageOf([], 5), [[], false])
  t.same(await pageOf([1, 1, 1], 5), [[1, 2, 3], false])
  t.same(await pageOf([1, 1, 1], 2), [[1, 2], true])
  t.same(await pageOf([7, 7, 7, 1], 5), [[1, 2], true])
  t.same(await pageOf([1, 20, 20, 20], 2), [[1], true])
  t.same(await pageOf([21], 5), [[1], false], 'but it has at least one')
  t.same(await pageOf([21, 1], 5), [[1], true])
})

t.test('a query ends when its server has fallen silent, and a COPY may take longer', async t => {
  const { connectionString = '' } = await createDatabase(t)
  const proxy = await openProxy(t, serverAt(connectionString))
  const broken: string[] = []
  const limits = { ...loadConfig({}).databaseLimits, statementTimeout: 200 }
  const { db, pool, snapshot, text, close } = openDatabase(
    { connectionString: withPort(connectionString, proxy.port) },
    error => broken.push(error.message),
    limits,
  )
  t.teardown(close)
  const longest = limits.statementTimeout + 1000
  const message = `PostgreSQL has not answered for ${longest} ms.`

  await transact(db, async trx => {
    await sql`SET LOCAL statement_timeout = 0`.execute(trx)
    await sql`SET LOCAL idle_in_transaction_session_timeout = 0`.execute(trx)
    let pieces = 0
    for await (const _ of copyOut(trx, sql`SELECT repeat('x', 1000) FROM generate_series(1, 20000)`)) {
      if (pieces === 0) await sleep(longest + 300)
      pieces += 1
    }
    t.ok(pieces > 1, 'it went on after its reader had waited')
    const one = () => sql`SELECT 1 AS one`.execute(trx)
    await one()
    await sleep(longest + 300)
    t.match(await one(), { rows: [{ one: 1 }] }, 'and so did its transaction, after it had waited itself')
  })

  await Promise.all([1, 2, 3].map(() => sql`SELECT pg_sleep(0.01)`.execute(db)))
  const { open } = pool()
  proxy.silence()
  const silent: Promise<unknown>[] = [sql`SELECT 1`.execute(db), snapshot(), text(sql`SELECT 1`)]
  await Promise.all(silent.map(query => t.rejects(query, { message, code: 'ETIMEDOUT' })))
  t.same([open, broken], [3, [message, message, message]], 'each broke its connection')
  t.equal((await snapshot()).length > 0, true, 'and the next one has a new one')
})
