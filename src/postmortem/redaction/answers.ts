import { sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import { redactStrings } from './free-texts.ts'

/** Redacts the stored answers of idempotent requests about an incident that contain a text, as JSON writes it. */
export async function redactAnswers(
  trx: Trx,
  incident_id: string,
  texts: ReadonlySet<string>,
): Promise<void> {
  const written = [...texts].map(text => JSON.stringify(text))
  const { rows } = await sql<{ caller: string; key: string; body: string }>`
    SELECT caller, key, body FROM idempotent_answers
    WHERE CASE WHEN location IS NULL THEN strpos(body, ${JSON.stringify(incident_id)}) > 0
        ELSE starts_with(location || '/', ${`/v1/incidents/${incident_id}/`}) END
      AND EXISTS (SELECT FROM unnest(${written}::text[]) AS text WHERE strpos(body, text) > 0)
    FOR UPDATE`.execute(trx)
  for (const { caller, key, body } of rows) {
    await trx
      .updateTable('idempotent_answers')
      .set({ body: JSON.stringify(redactStrings(JSON.parse(body), texts)) })
      .where('caller', '=', caller)
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
  }
}
