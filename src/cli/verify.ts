import { sql } from 'kysely'
import type { Config } from '../config.ts'
import type { Db, Trx } from '../db/open.ts'
import { nextRevisions, type StoredRevision } from '../export/store.ts'
import { sha256Hex } from '../kit/json/json.ts'
import { inSnapshot } from '../postmortem/load.ts'
import { connectBeside, requireDatabase } from './database.ts'
import { startProgress } from './terminal/progress.ts'
import { say } from './terminal/say.ts'

/**
 * `debrief verify`: recomputes the hashes of every stored revision and prints a line for each mismatch, then the counts.
 * The exit code is 1 where there is a mismatch.
 */
export async function verify(config: Config): Promise<void> {
  requireDatabase(config)
  const { db, close } = await connectBeside(config, say)
  try {
    await verifyRevisions(db)
  } finally {
    await close()
  }
}

/** The same on an open database. */
export async function verifyRevisions(db: Db): Promise<void> {
  const { verified, wrong } = await inSnapshot(db, verifyAll)
  print(`${verified} revisions verified, ${wrong} do not match`)
  if (wrong > 0) process.exitCode = 1
}

async function verifyAll(trx: Trx): Promise<{ verified: number; wrong: number }> {
  const { rows } = await sql<{ total: number }>`SELECT count(*)::integer AS total FROM revisions`.execute(trx)
  const progress = startProgress('revisions verified', rows[0]!.total)
  let [verified, wrong] = [0, 0]
  try {
    for await (const revision of allRevisions(trx)) {
      const mismatches = mismatchesOf(revision)
      mismatches.forEach(print)
      if (mismatches.length > 0) wrong += 1
      progress.tell(++verified)
    }
  } finally {
    progress.stop()
  }
  return { verified, wrong }
}

/** Reads the revisions page by page, in the order of their sequence numbers. */
async function* allRevisions(trx: Trx): AsyncGenerator<StoredRevision> {
  let after = 0
  for (;;) {
    const revisions = await nextRevisions(trx, after)
    if (revisions.length === 0) return
    yield* revisions
    after = revisions.at(-1)!.sequence
  }
}

function mismatchesOf({ incident_id, revision, ...stored }: StoredRevision): string[] {
  return (['json', 'markdown'] as const).flatMap(form => {
    const [sealed, computed] = [stored[`${form}_sha256`], sha256Hex(stored[form])]
    if (sealed === computed) return []
    return [
      `${incident_id} revision ${revision}: ${form}_sha256 is stored as ${sealed}, its bytes give ${computed}`,
    ]
  })
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
