import type { AddressInfo } from 'node:net'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, dropDatabase, inDatabase, startServer } from '../help/server.ts'
import { openService } from '../help/service.ts'
import { storeCases } from './stories/cases.ts'
import { storeDrills } from './stories/drills.ts'

/** When all pages are read. */
const read = '2026-11-27T09:00:00.000Z'

/** Starts the service with all stories in it, on a PostgreSQL of its own or that of DATABASE_URL; returns its address. */
export async function startWithStories(stack: AsyncDisposableStack): Promise<string> {
  const server = await startServer()
  stack.defer(server.stop)
  const database = await createDatabase(server.url, 'pages')
  stack.defer(() => dropDatabase(server.url, database))
  const on = { connectionString: inDatabase(server.url, database) }
  await migrate(on)
  const service = await openService({ teardown: close => stack.defer(close) }, { on })
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(service.app.server.address() as AddressInfo).port}`
  await storeDrills(service, url)
  service.clock.now = new Date(read)
  await storeCases(service)
  return url
}
