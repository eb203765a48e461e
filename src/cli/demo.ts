import { join } from 'node:path'
import type { Config } from '../config.ts'
import { readDrill, storeDrill } from './drill.ts'
import { say, serve } from './serve.ts'

/** Starts the service, stores the payments drill through the API, prints its postmortem, and keeps serving. */
export async function demo(config: Config): Promise<void> {
  const { url, token } = await serve({
    ...config,
    logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel,
  })
  if (token === undefined)
    throw new Error('The demo needs a token: set DEBRIEF_ADMIN_TOKEN (32 characters or more).')
  const drill = readDrill()
  await storeDrill(url, token, drill, message => say(`Stored ${message}`))
  const incident = `${url}/v1/incidents/${drill.incident.id}`
  const response = await fetch(`${incident}/postmortem.md`, { headers: { authorization: `Bearer ${token}` } })
  process.stdout.write(`\n${await response.text()}`)
  const where = config.databaseUrl
    ? ' in DEBRIEF_ADMIN_TOKEN'
    : ` in ${join(config.dataDirectory, 'admin.token')}`
  say(`Look at it in a browser (any user name; the password is the token${where}):
  ${incident}/postmortem.html
Then, with the token in the Authorization header:
  ${incident}/milestones
  ${url}/v1/action-items?overdue=true&as_of=2026-07-01
  ${incident}/history
Ctrl-C stops the service; what is stored stays.`)
}
