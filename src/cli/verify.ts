import type { Config } from '../config.ts'
import type { Trx } from '../db/open.ts'
import { nextRevisions, type StoredRevision } from '../export/store.ts'
import { sha256Hex } from '../kit/json.ts'
import { inSnapshot } from '../postmortem/load.ts'
import { connectBeside, requireDatabase } from './database.ts'
import { say } from './say.ts'

const progressEvery = 1000

/**
 * `debrief verify`: recomputes the hashes of every stored revision and prints a line for each mismatch, then the counts.
 * The exit code is 1 where there is a mismatch.
 */
export async function verify(config: Config): Promise<void> {
  requireDatabase(config)
  const { db, close } = await connectBeside(config, say)
  try {
    const { verified, wrong } = await inSnapshot(db, verifyAll)
    print(`${verified} revisions verified, ${wrong} do not match`)
    if (wrong > 0) process.exitCode = 1
  } finally {
    await close()
  }
}

/** Reads the revisions page by page, in the order of their sequence numbers. */
async function verifyAll(trx: Trx): Promise<{ verified: number; wrong: number }> {
  let [verified, wrong, after] = [0, 0, 0]
  for (;;) {
    const revisions = await nextRevisions(trx, after)
    if (revisions.length === 0) return { verified, wrong }
    for (const revision of revisions) {
      const mismatches = mismatchesOf(revision)
      mismatches.forEach(print)
      verified += 1
      if (mismatches.length > 0) wrong += 1
      if (verified % progressEvery === 0) say(`${verified} revisions verified so far`)
    }
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
