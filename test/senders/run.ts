import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../src/db/migrate.ts'
import { readAllPages } from '../help/cast.ts'
import { disposeOnSignals } from '../help/dispose-on-signals.ts'
import { createChecks, freePorts, isReady, requireProgram, startProgram, until } from '../help/programs.ts'
import { createDatabase, dropDatabase, inDatabase, startServer } from '../help/server.ts'
import { openService, type Service } from '../help/service.ts'

/**
 * `npm run senders` points a pair of real Alertmanagers (Debian's prometheus-alertmanager) at the service with a link in
 * their own settings, fires and resolves alerts through their API, and looks for each on the timeline. Ends with "senders: N
 * passed, N failed".
 */

const program = 'prometheus-alertmanager'
const { check, close } = createChecks('senders')

async function main(): Promise<number> {
  requireProgram(program, program)
  await using stack = new AsyncDisposableStack()
  disposeOnSignals(stack)
  const { service, url } = await startService(stack)
  const answers = countAnswers(service)
  const link = await service.call('POST', '/v1/links', {
    body: { name: 'carta-alerts', source: 'alertmanager', unknown: 'draft', draft_severity: 'SEV2' },
    headers: { host: new URL(url).host },
  })
  const pair = await startPair(stack, link.body.url)
  await fireAndResolve(service, pair, answers)
  return close()
}

async function startService(stack: AsyncDisposableStack): Promise<{ service: Service; url: string }> {
  const server = await startServer()
  stack.defer(server.stop)
  const database = await createDatabase(server.url, 'senders')
  stack.defer(() => dropDatabase(server.url, database))
  const on = { connectionString: inDatabase(server.url, database) }
  await migrate(on)
  const now = new Date().toISOString()
  const service = await openService({ teardown: close => stack.defer(close) }, { on, now })
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 })
  return { service, url }
}

/** Counts the answers to deliveries by their status. */
function countAnswers({ app }: Service): Map<number, number> {
  const counts = new Map<number, number>()
  app.server.on('request', (request, response) =>
    response.on('finish', () => {
      if (!request.url?.startsWith('/v1/ingest/')) return
      counts.set(response.statusCode, (counts.get(response.statusCode) ?? 0) + 1)
    }),
  )
  return counts
}

/** Starts two Alertmanagers that know each other, and both send all they have. Returns their addresses. */
async function startPair(stack: AsyncDisposableStack, link: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-senders-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const settings = join(folder, 'alertmanager.yml')
  writeFileSync(settings, alertmanagerYml(link))
  const [web0, web1, peer0, peer1] = await freePorts(4)
  const start = (name: string, web: number, own: number, other: number) =>
    startProgram(stack, program, [
      `--config.file=${settings}`,
      `--storage.path=${join(folder, name)}`,
      `--web.listen-address=127.0.0.1:${web}`,
      `--web.external-url=http://${name}.carta.example`,
      `--cluster.listen-address=127.0.0.1:${own}`,
      `--cluster.peer=127.0.0.1:${other}`,
      // The second does not wait for what the first has sent, as in a partition: both send everything.
      '--cluster.peer-timeout=0s',
      '--cluster.settle-timeout=2s',
    ])
  start('alertmanager-0', web0!, peer0!, peer1!)
  start('alertmanager-1', web1!, peer1!, peer0!)
  const addresses = [web0, web1].map(port => `http://127.0.0.1:${port}`)
  for (const address of addresses) await until(() => isReady(address), `${address} is ready`)
  return addresses
}

/** As the README has it, but faster. */
const alertmanagerYml = (link: string) => `
route:
  receiver: debrief
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 2s
receivers:
  - name: debrief
    webhook_configs:
      - url: ${JSON.stringify(link)}
        send_resolved: true
`

interface Alert {
  labels: Record<string, string>
  annotations?: Record<string, string>
  startsAt: string
  endsAt?: string
  generatorURL: string
}

/** Tells both of a pair, as Prometheus does. */
async function tell(pair: string[], alerts: Alert[]): Promise<void> {
  for (const address of pair) {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${address}/api/v2/alerts`, {
      method: 'POST',
      headers,
      body: JSON.stringify(alerts),
    })
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`)
  }
}

async function fireAndResolve(service: Service, pair: string[], answers: Map<number, number>): Promise<void> {
  const deliveries = () => [...answers.values()].reduce((sum, count) => sum + count, 0)
  const began = new Date(Date.now() - 360_000).toISOString()
  const alerts = ['checkout-1', 'checkout-2', 'checkout-3'].map(instance => alertOf(instance, began))
  const id = await fire(service, { pair, alerts, deliveries })
  const ended = await resolve(service, { pair, alerts, deliveries, id })
  check('nothing waits in the inbox', (await readAllPages(service, '/v1/inbox?limit=200')).length, 0)
  check('both were answered 200 and nothing else', [...answers.keys()], [200])
  const events = await eventsOf(service, id)
  check(
    'each cites what was sent',
    events.every(({ sources }) => sources[0].evidence !== null),
    true,
  )
  console.log(`${deliveries()} deliveries, ${ended} of them until all had ended.`)
}

const alertOf = (instance: string, startsAt: string): Alert => ({
  labels: { alertname: 'PaymentErrorRateHigh', service: 'checkout', instance },
  annotations: { summary: '38 % of checkout payments fail.' },
  startsAt,
  generatorURL: `http://prometheus.carta.example/graph?instance=${instance}`,
})

interface Firing {
  pair: string[]
  alerts: Alert[]
  /** How many deliveries were answered until now. */
  deliveries: () => number
}

/** Fires alerts until each of the pair has sent them again. Returns the id of the incident that is opened. */
async function fire(service: Service, { pair, alerts, deliveries }: Firing): Promise<string> {
  await tell(pair, alerts)
  const incidents = () => readAllPages(service, '/v1/incidents?limit=200')
  await until(async () => (await incidents()).length > 0, 'an incident is opened')
  const { id } = (await incidents())[0]
  await until(async () => (await eventsOf(service, id)).length >= 3, 'all alerts are there')
  const sent = deliveries()
  await until(() => deliveries() >= sent + 4, 'the alerts are sent again')
  check('one incident is opened for the group', (await incidents()).length, 1)
  const events = await eventsOf(service, id)
  check('each alert is there once', events.map(linkOf).sort(), alerts.map(alert => alert.generatorURL).sort())
  check(
    'at the time that it began',
    events.map(({ occurred_at }) => occurred_at),
    alerts.map(({ startsAt }) => startsAt),
  )
  return id
}

/** Ends the alerts, and returns how many deliveries there were until all had ended. */
async function resolve(
  service: Service,
  { pair, alerts, deliveries, id }: Firing & { id: string },
): Promise<number> {
  const endsAt = new Date().toISOString()
  const ending = alerts.map(alert => ({ ...alert, endsAt }))
  await tell(pair, ending)
  await until(async () => (await eventsOf(service, id)).length >= 6, 'all alerts have ended')
  const ended = deliveries()
  await tell(pair, ending)
  const isResolved = async () =>
    (await eventsOf(service, id)).some(({ milestones }) => milestones.includes('resolved'))
  await until(isResolved, 'the group is resolved')
  check('each ends once', (await eventsOf(service, id)).map(({ kind }) => kind).sort(), [
    ...alerts.map(() => 'alert'),
    ...alerts.map(() => 'recovery'),
  ])
  const incident = await service.call('GET', `/v1/incidents/${id}`)
  check('the incident is resolved', incident.body.phase, 'resolved')
  return ended
}

const eventsOf = (service: Service, id: string) =>
  readAllPages(service, `/v1/incidents/${id}/events?limit=200`)

const linkOf = ({ sources }: { sources: { url: string }[] }): string => sources[0]!.url

process.exit(await main())
