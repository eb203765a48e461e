import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Config } from '../../src/config.ts'
import { loadConfig } from '../../src/config.ts'
import type { Db } from '../../src/db/open.ts'
import { adminToken, openService, type Service } from '../help/service.ts'

export interface Listening extends Service {
  port: number
}

/** Starts the service on a real socket, with some limits changed. */
export async function listen(
  t: Test,
  limits: Partial<Config['limits']> = {},
  on?: Service['connection'],
): Promise<Listening> {
  const all = { ...loadConfig({}).limits, ...limits }
  const service = await openService(t, { limits: all, ...(on && { on }) })
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  return { ...service, port: Number(new URL(url).port) }
}

/** Requests an export on a connection of its own, which the end of the test closes. The caller reads the body. */
export function begin(
  t: Test,
  { port }: { port: number },
  query = '',
  { method = 'GET', headers = {}, token = adminToken } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = `/v1/postmortems/export${query}`
    const all = { authorization: `Bearer ${token}`, ...headers }
    const sent: ClientRequest = request({ port, path, method, agent: false, headers: all }, resolve)
    sent.on('error', reject).end()
    t.teardown(() => sent.destroy())
  })
}

/** Reads the lines of a whole export. */
export const linesOf = async (answer: IncomingMessage): Promise<string[]> =>
  (await text(answer)).trimEnd().split('\n')

/** Reads what came of an export that was cut; null when it was complete. */
export async function cutTextOf(answer: IncomingMessage): Promise<string | null> {
  let came = ''
  try {
    for await (const chunk of answer.setEncoding('utf8')) came += chunk
    return null
  } catch {
    return came
  }
}

/** Waits until no export is under way, with a limit of one at a time. */
export async function untilFree(t: Test, service: Listening): Promise<void> {
  while ((await openTransactions(service.db)) > 0) await sleep(10)
  while ((await text(await begin(t, service, '?severity=SEV1'))).startsWith('{"end":true') === false)
    await sleep(10)
}

/** Asks for the same as a tar. */
export const asTar = { headers: { accept: 'application/x-tar' } }

export const endOf = (lines: string[]) => JSON.parse(lines.at(-1)!)

/** Counts the open transactions besides its own. */
export async function openTransactions(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL AND backend_type = 'client backend'
      AND pid <> pg_backend_pid()`.execute(db)
  return rows[0]!.count
}

/** Terminates the connections that are in a transaction, besides its own. */
export async function endOtherTransactions(db: Db): Promise<void> {
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`.execute(db)
}
