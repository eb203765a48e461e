import type { Config } from '../config.ts'
import { openBackup } from '../db/backup/file.ts'
import { restoreInto } from '../db/backup/restore.ts'
import { openDatabase } from '../db/open.ts'
import { serverOf } from './database.ts'
import { progressLines } from './terminal/progress.ts'
import { say } from './terminal/say.ts'
import { verifyRevisions } from './verify.ts'

/**
 * `debrief restore <file>`: restores a backup into an empty database, and then verifies every final document. What fails before
 * that leaves the database empty; where a document does not match, the exit code is 1.
 * @throws Error with one sentence where the file or the database is not fit
 */
export async function restore(config: Config, _options: object, file: string): Promise<void> {
  const onProgress = progressLines()
  const backup = await openBackup(file, onProgress)
  try {
    const { connection, stop } = await serverOf(config, say)
    try {
      await restoreInto(connection, backup, { log: say, onProgress })
      const { tables } = backup.manifest
      const rows = tables.reduce((sum, table) => sum + table.rows, 0)
      say(`${rows} rows of ${tables.length} tables are restored. Tokens and links work as they did before.`)
      const { db, close } = openDatabase(connection, error => say(error.message), config.databaseLimits)
      await verifyRevisions(db).finally(close)
    } finally {
      await stop()
    }
  } finally {
    await backup.close()
  }
}
