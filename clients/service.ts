import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The service that the clients call, and what each of them finds there; written and read with plain `fetch`. */

const launcher = fileURLToPath(new URL('../bin/debrief.js', import.meta.url))

export interface Service {
  url: string
  token: string
  stop: () => Promise<void>
}

/** What one client finds, and is to make: the environment of its program. */
export interface Scene {
  DEBRIEF_URL: string
  DEBRIEF_TOKEN: string
  /** Handle of a person who has left: `active` is false. */
  LEAVER: string
  /** An incident whose action item AI-1 is overdue. */
  OVERDUE_INCIDENT: string
  /** Id of the incident to create. */
  NEW_INCIDENT: string
}

/** Starts Debrief on a PostgreSQL of its own, on a free port; `stop` removes its data, too. */
export async function startService(): Promise<Service> {
  const data = mkdtempSync(join(tmpdir(), 'debrief-clients-'))
  chmodSync(data, 0o711) // As root, PostgreSQL runs on another account, which must get in.
  const token = randomBytes(32).toString('hex')
  const { DATABASE_URL: _, ...inherited } = process.env
  const settings = { DEBRIEF_DATA: join(data, 'debrief'), DEBRIEF_PORT: '0', DEBRIEF_ADMIN_TOKEN: token }
  const child = spawn(process.execPath, [launcher, 'serve'], {
    // The launcher stops the service where this process is killed.
    env: { ...inherited, ...settings, DEBRIEF_LOG_LEVEL: 'warn', DEBRIEF_LAUNCHER: String(process.pid) },
    stdio: ['ignore', process.stderr, 'pipe'],
  })
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
    rmSync(data, { recursive: true, force: true })
  }
  const said: string[] = []
  for await (const line of createInterface(child.stderr)) {
    said.push(line)
    const url = /^Debrief listens on (?<url>http:\S+?);/.exec(line)?.groups?.url
    if (!url) continue
    child.stderr.resume()
    return { url, token, stop }
  }
  await stop()
  throw new Error(`The service has ended:\n${said.join('\n')}`)
}

export async function setScene(service: Service, client: string): Promise<Scene> {
  const call = caller(service)
  const overdue = `PM-2026-01-01-overdue-${client}`
  await call('PUT', `/v1/people/leaver-${client}`, { name: 'Mara Lindqvist', active: false })
  await call('PUT', `/v1/people/owner-${client}`, { name: 'Priya Raman' })
  await call('POST', '/v1/incidents', {
    id: overdue,
    title: 'Checkout loses card payments',
    severity: 'SEV1',
  })
  await call('POST', `/v1/incidents/${overdue}/factors`, {
    category: 'technical',
    statement: 'The checkout payments call had no retries.',
    counterfactual: { if: 'the call', had: 'retried with backoff', would_have: 'lost fewer orders' },
  })
  await call('POST', `/v1/incidents/${overdue}/action-items`, {
    title: 'Add retry-with-backoff to the checkout payments call',
    owner: `owner-${client}`,
    due_on: '2026-01-15',
    priority: 'P1',
    type: 'mitigate',
    factors: [1],
  })
  return {
    DEBRIEF_URL: service.url,
    DEBRIEF_TOKEN: service.token,
    LEAVER: `leaver-${client}`,
    OVERDUE_INCIDENT: overdue,
    NEW_INCIDENT: `PM-2026-06-17-${client}`,
  }
}

/** Reads back what the client has stored: only what it meant to. */
export async function checkScene(service: Service, scene: Scene): Promise<void> {
  const call = caller(service)
  const person = await call('GET', `/v1/people/${scene.LEAVER}`)
  deepEqual([person.name, person.active, person.email], ['Mara L. Lindqvist', false, null])
  const incident = await call('GET', `/v1/incidents/${scene.NEW_INCIDENT}`)
  deepEqual([incident.title, incident.severity, incident.services], ['Payments drill', 'SEV2', ['checkout']])
  const { items } = await call('GET', `/v1/incidents/${scene.NEW_INCIDENT}/events`)
  equal(items.length, 1)
  const { precision, milestones, description, occurred_at } = items[0]
  deepEqual([precision, milestones, description], ['approximate', ['detected'], 'Nine in ten payments fail.'])
  equal(occurred_at, '2026-06-17T14:08:00.250Z')
}

function caller({ url, token }: Service) {
  return async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    ok(response.ok, `${method} ${path} was answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }
}
