// A process that only owns an embedded database: server.test.ts starts it, kills it and reads its output.
import { startEmbedded } from '../../../src/db/embedded/server.ts'

const [, , dataDirectory = '', uid] = process.argv
if (uid) giveRootUp(Number(uid))

try {
  const server = await startEmbedded({ dataDirectory, log: console.error })
  process.once('SIGTERM', () => server.stop())
  const { connection } = server
  console.log(JSON.stringify({ ...connection, password: connection.password() }))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function giveRootUp(account: number): void {
  process.setgroups?.([])
  process.setgid?.(account)
  process.setuid?.(account)
}
