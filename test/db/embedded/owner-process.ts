// A service that does nothing but own a database: server.test.ts starts and kills it and reads what it prints.
import { startEmbedded } from '../../../src/db/embedded/server.ts'

try {
  const server = await startEmbedded({ dataDirectory: process.argv[2] ?? '', log: console.error })
  process.once('SIGTERM', () => server.stop())
  console.log(JSON.stringify(server.connection))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
