// A process that only owns an embedded database: server.test.ts starts it, kills it and reads its output.
import { startEmbedded } from '../../../src/db/embedded/server.ts'

try {
  const server = await startEmbedded({ dataDirectory: process.argv[2] ?? '', log: console.error })
  process.once('SIGTERM', () => server.stop())
  console.log(JSON.stringify(server.connection))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
