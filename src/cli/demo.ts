import { join } from 'node:path'
import type { Config } from '../config.ts'
import { storeDrill } from '../demo/drill.ts'
import { readDrill } from '../demo/drill-file.ts'
import { serve } from './serve.ts'
import { say } from './terminal/say.ts'

/** Starts the service, stores the payments drill through the API until it is final, and prints its postmortem. */
export async function demo(config: Config): Promise<void> {
  const { url, token } = await serve({
    ...config,
    logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel,
  })
  if (token === undefined)
    throw new Error('The demo needs a token: set DEBRIEF_ADMIN_TOKEN (32 characters or more).')
  const drill = readDrill()
  say('')
  await storeDrill(url, token, drill, say)
  const incident = `${url}/v1/incidents/${drill.incident.id}`
  const response = await fetch(`${incident}/postmortem.md`, { headers: { authorization: `Bearer ${token}` } })
  process.stdout.write(`\n${await response.text()}`)
  say(nextSteps(url, incident, config))
}

function nextSteps(url: string, incident: string, { databaseUrl, dataDirectory }: Config): string {
  const where = databaseUrl ? 'DEBRIEF_ADMIN_TOKEN' : join(dataDirectory, 'admin.token')
  return `
Look at it in a browser (any user name; the password is the token in ${where}):
  ${incident}/postmortem.html
Then, in the same way, or with the token in the Authorization header:
  from each log line to what verifies a change, and where that thread is broken
  ${incident}/thread
  what became of the action items and changes since it is final
  ${incident}/follow-up
  the final document, as sealed; asked for as JSON, with its hashes
  ${incident}/revisions/1
  who changed what, when
  ${incident}/history
  what is overdue, over all incidents
  ${url}/v1/action-items?overdue=true
Ctrl-C stops the service; what is stored stays.`
}
