import { sql } from 'kysely'
import pg from 'pg'
import type { Db, Trx } from '../db/open.ts'
import { tryLockJudgements } from '../incidents/locks.ts'
import type { Finding } from '../language/check.ts'
import type { BlameField, UnjudgedReason } from '../language/codes.ts'

/** A text in its field, by the hash of the text (hex). */
export interface TextKey {
  text_sha256: string
  field: BlameField
}

/** A judgement without a word of the text. */
export interface KeptJudgement extends TextKey {
  /** Hash of the check's version and of the names in the text (hex): the judgement counts while it is the same. */
  basis: string
  unjudged: UnjudgedReason | null
  findings: KeptFinding[]
}

export interface KeptFinding extends Pick<Finding, 'code' | 'level' | 'span'> {
  /** A place at which the text has the sentence, in UTF-16 code units, half-open. */
  sentence: [from: number, to: number]
}

/** What a run of the check changes in the kept judgements of an incident. */
export interface JudgementChanges {
  made: KeptJudgement[]
  /** Of texts that the incident no longer has. */
  stale: TextKey[]
}

export const keyOf = ({ text_sha256, field }: TextKey): string => `${text_sha256} ${field}`

/**
 * The kept judgements of an incident, by their keys. Grouped by PostgreSQL, since most are alike but for the hash: a row
 * for each would take longer to parse than everything else that is done with it.
 */
export async function readJudgements(db: Db, incident_id: string): Promise<Map<string, KeptJudgement>> {
  const { rows } = await sql<Omit<KeptJudgement, 'text_sha256'> & { hashes: string }>`
    SELECT field, encode(basis, 'hex') AS basis, unjudged, findings, encode(string_agg(text_sha256, ''), 'hex') AS hashes
    FROM language_judgements WHERE incident_id = ${incident_id}
    GROUP BY field, language_judgements.basis, unjudged, findings`.execute(db)
  const kept = new Map<string, KeptJudgement>()
  for (const { hashes, ...shared } of rows)
    for (let at = 0; at < hashes.length; at += hexDigits) {
      const judgement = { ...shared, text_sha256: hashes.slice(at, at + hexDigits) }
      kept.set(keyOf(judgement), judgement)
    }
  return kept
}

const hexDigits = 64

/**
 * What changes with every change and redaction of an incident's texts, also of one that was deleted: a judgement is not kept
 * when the texts were read before one.
 */
export async function textsVersion(db: Db, incident_id: string): Promise<string> {
  const { rows } = await sql<{ version: string }>`
    SELECT (SELECT coalesce(max(seq), 0) FROM history WHERE incident_id = ${incident_id}) || ' '
      || (SELECT count(*) FROM redactions WHERE incident_id = ${incident_id}) AS version`.execute(db)
  return rows[0]!.version
}

/**
 * Keeps what was judged anew, and deletes what is stale. Does nothing when somebody else is at it, or has changed the
 * incident since: the next run does it then, and no reader waits. Nor is one refused where nothing can be kept, as on a
 * standby, which takes no writes: the texts are judged again then.
 * @param version of the texts when they were read
 */
export async function keepJudgements(
  db: Db,
  incident_id: string,
  { made, stale }: JudgementChanges,
  version: string,
): Promise<void> {
  if (made.length === 0 && stale.length === 0) return
  const keeping = db.transaction().execute(async trx => {
    if (!(await tryLockJudgements(trx, incident_id))) return
    if ((await textsVersion(trx, incident_id)) !== version) return
    await writeJudgements(trx, incident_id, [], stale)
    for (let i = 0; i < made.length; i += madeAtOnce)
      await writeJudgements(trx, incident_id, made.slice(i, i + madeAtOnce), [])
  })
  await keeping.catch(error => {
    if (!(error instanceof pg.DatabaseError)) throw error
  })
}

/** So few that to write them out as a statement holds nobody up. */
const madeAtOnce = 250

const writeJudgements = (
  trx: Trx,
  incident_id: string,
  made: readonly KeptJudgement[],
  stale: readonly TextKey[],
) =>
  sql`
    WITH gone AS (
      DELETE FROM language_judgements j
      USING unnest(${stale.map(one => one.text_sha256)}::text[], ${stale.map(one => one.field)}::text[]) AS s (hash, field)
      WHERE j.incident_id = ${incident_id} AND j.text_sha256 = decode(s.hash, 'hex') AND j.field = s.field
    )
    INSERT INTO language_judgements AS j (incident_id, text_sha256, field, basis, unjudged, findings)
    SELECT i.id, decode(m.hash, 'hex'), m.field, decode(m.basis, 'hex'), m.unjudged, m.findings
    FROM incidents i, unnest(
      ${made.map(one => one.text_sha256)}::text[], ${made.map(one => one.field)}::text[],
      ${made.map(one => one.basis)}::text[], ${made.map(one => one.unjudged)}::text[],
      ${made.map(one => JSON.stringify(one.findings))}::jsonb[]
    ) AS m (hash, field, basis, unjudged, findings)
    WHERE i.id = ${incident_id}
    ORDER BY m.hash, m.field
    ON CONFLICT (incident_id, text_sha256, field)
    DO UPDATE SET basis = EXCLUDED.basis, unjudged = EXCLUDED.unjudged, findings = EXCLUDED.findings
    WHERE (j.basis, j.unjudged, j.findings) IS DISTINCT FROM (EXCLUDED.basis, EXCLUDED.unjudged, EXCLUDED.findings)`.execute(
    trx,
  )
