import { sql } from 'kysely'
import type { Db } from '../../../src/db/open.ts'
import type { Call, Reply, Service } from '../../help/service.ts'

/** A secret, inside a text with characters that JSON, Markdown and HTML escape. */
export const secret = 'correct-horse-battery-staple'
export const leaked = { kind: 'log', system: 'payments-db', excerpt: `login "admin" \\ <${secret}> 100 %` }
export const reason = 'A password was in the log line.'
export const idOf = (path: string): string => path.split('/').at(-1)!

export const redact = (
  { call }: Service,
  event: string,
  pointers: unknown,
  { body, ...more }: Call & { body?: object } = {},
): Promise<Reply<any>> => call('PUT', `${event}/redaction`, { ...more, body: { pointers, reason, ...body } })

/** The tables that contain a text, with the number of rows: `events 1`. */
export async function rowsWith(db: Db, text: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1`.execute(db)
  const found: string[] = []
  for (const { name } of rows) {
    const counted = await sql<{ count: number }>`
      SELECT count(*) FROM ${sql.table(name)} t WHERE to_jsonb(t)::text LIKE ${`%${text}%`}`.execute(db)
    if (counted.rows[0]!.count > 0) found.push(`${name} ${counted.rows[0]!.count}`)
  }
  return found
}

/** The versions of an event in the history. */
export async function versionsOf({ call }: Service, event: string): Promise<any[]> {
  const incident = event.slice(0, event.indexOf('/events/'))
  const { body } = await call('GET', `${incident}/history?limit=200`)
  return body.items.filter(({ id }: { id: string }) => id === idOf(event))
}

/** An answer that is no refusal. */
export async function must(answer: Promise<Reply<any>>): Promise<Reply<any>> {
  const { status, text } = await answer
  if (status >= 300) throw new Error(text)
  return answer
}

/** The secret of one field, in a sentence and in an address. */
export const said = (name: string) => `It said ${secretOf(name)}.`
export const linked = (name: string) => `https://logs.example/?token=${secretOf(name)}`
export const secretOf = (name: string) => `hunter2-${name.replaceAll(' ', '-')}-correct-horse`

export const firstEvent = async ({ call }: Service, incident: string): Promise<string> =>
  (await must(call('GET', `${incident}/events`))).body.items[0].id
