import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { migrate } from '../../src/db/migrate.ts'
import { storeDrill } from '../../src/demo/drill.ts'
import { readDrill } from '../../src/demo/drill-file.ts'
import { command, type Service, send, startService } from '../help/command.ts'
import { disposeOnSignals } from '../help/dispose-on-signals.ts'
import { createChecks, freePorts, isReady, requireProgram, startProgram, until } from '../help/programs.ts'
import { createDatabase, dropDatabase, inDatabase, startServer } from '../help/server.ts'

/**
 * `npm run prometheus` checks the rules of examples/prometheus by promtool, and lets a real Prometheus (Debian's) scrape two
 * instances with the payments drill in their one database, until the drill's overdue action items are an alert. Ends with
 * "prometheus: N passed, N failed".
 */

const { check, close } = createChecks('prometheus')
const examples = fileURLToPath(new URL('../../examples/prometheus/', import.meta.url))
const adminToken = 'an-admin-token-of-this-run-only-0123456789'

async function main(): Promise<number> {
  requireProgram('prometheus', 'prometheus')
  promtool('the rules are valid', ['check', 'rules', `${examples}debrief.rules.yml`])
  promtool('each alert fires when it should, and then only', [
    'test',
    'rules',
    `${examples}debrief.rules.test.yml`,
  ])
  await using stack = new AsyncDisposableStack()
  disposeOnSignals(stack)
  const { instances, token } = await startInstances(stack)
  await checkMetrics(instances[0]!, token)
  const address = await startPrometheus(stack, instances, token)
  await checkCounts(address, instances)
  await checkDashboard(address)
  await checkAlerts(address, instances)
  return close()
}

function promtool(sentence: string, args: string[], input = ''): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  check(sentence, status === 0 ? 'no fault' : stdout + stderr, 'no fault')
}

/** Starts two instances on one database with the drill in it, and makes a token as the README does. */
async function startInstances(stack: AsyncDisposableStack) {
  const t: Pick<Test, 'teardown'> = { teardown: stop => stack.defer(async () => void (await stop())) }
  const server = await startServer()
  stack.defer(server.stop)
  const database = await createDatabase(server.url, 'prometheus')
  stack.defer(() => dropDatabase(server.url, database))
  const settings = { DATABASE_URL: inDatabase(server.url, database), DEBRIEF_ADMIN_TOKEN: adminToken }
  await migrate({ connectionString: settings.DATABASE_URL })
  const instances = await Promise.all([startService(t, settings), startService(t, settings)])
  await storeDrill(instances[0].url, adminToken, readDrill(), () => {})
  const create = ['token', 'create', '--name', 'prometheus', '--scope', 'read']
  const { stdout } = await command(t, create, settings).ended
  return { instances, token: stdout.trim() }
}

/** Lints what is Debrief's own of the metrics. */
async function checkMetrics({ url }: Service, token: string): Promise<void> {
  const text = await (await send(`${url}/metrics`, { token })).text()
  const own = text.split('\n').filter(line => /^(# \w+ )?debrief_/.test(line))
  check('it has metrics of its own', own.filter(line => line.startsWith('# TYPE')).length >= 6, true)
  promtool('their names and units are as Prometheus has them', ['check', 'metrics'], `${own.join('\n')}\n`)
}

/** Starts Prometheus on the example's settings, but for its targets and the intervals; returns its address. */
async function startPrometheus(
  stack: AsyncDisposableStack,
  instances: Service[],
  token: string,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-prometheus-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const targets = instances.map(({ url }) => `'${new URL(url).host}'`).join(', ')
  const settings = readFileSync(`${examples}prometheus.yml`, 'utf8')
    .replaceAll('interval: 30s', 'interval: 1s')
    .replace("'127.0.0.1:8080'", targets)
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, settings)
  writeFileSync(join(folder, 'debrief.rules.yml'), readFileSync(`${examples}debrief.rules.yml`))
  writeFileSync(join(folder, 'debrief.token'), `${token}\n`)
  promtool('its settings are valid', ['check', 'config', config])
  const [port] = await freePorts(1)
  const address = `http://127.0.0.1:${port}`
  startProgram(stack, 'prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ])
  await until(() => isReady(address), 'Prometheus is ready')
  return address
}

interface Sample {
  metric: Record<string, string>
  value: [number, string]
}

/** Asks Prometheus' API. */
async function ask(address: string, path: string): Promise<any> {
  const answer = await fetch(`${address}/api/v1/${path}`)
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return ((await answer.json()) as { data: any }).data
}

const query = async (address: string, expression: string): Promise<Sample[]> =>
  (await ask(address, `query?query=${encodeURIComponent(expression)}`)).result

/** The query of the README, and what the rules record, against what the API answers. */
async function checkCounts(address: string, instances: Service[]): Promise<void> {
  const recorded = 'job:debrief_action_items:max'
  await until(async () => (await query(address, 'up == 1')).length === 2, 'both instances are scraped')
  await until(async () => (await query(address, recorded)).length > 0, 'what was scraped is recorded')
  const wanted = await countsOf(instances[0]!)
  check(
    'something of the drill is overdue',
    Object.values(wanted).some(({ overdue }) => overdue > 0),
    true,
  )
  const raw = await query(address, 'debrief_action_items')
  check('each instance has each count', new Set(raw.map(({ metric }) => metric.instance)).size, 2)
  for (const expression of ['max by (priority, team, state) (debrief_action_items)', recorded])
    check(`${expression} counts each item once`, sumByTeam(await query(address, expression)), wanted)
  const [oldest] = await query(address, 'max (debrief_action_items_oldest_overdue_seconds)')
  const { items } = await read(instances[0]!, '/v1/action-items?overdue=true&limit=1')
  check('the oldest is as old as it is', Number(oldest?.value[1]), items[0].days_overdue * 86_400)
}

/** Asks what the panels of the Grafana dashboard ask. */
async function checkDashboard(address: string): Promise<void> {
  const file = new URL('../grafana/debrief.json', `file://${examples}`)
  const { panels } = JSON.parse(readFileSync(file, 'utf8'))
  const targets: { expr?: string }[] = panels.flatMap(({ targets }: { targets: object[] }) => targets)
  const queries = targets
    .flatMap(({ expr }) => expr ?? [])
    .map(expr => expr.replaceAll('$job', 'debrief').replaceAll('$__rate_interval', '1m'))
  const isFound = async (expression: string) => (await query(address, expression)).length > 0
  // A rate needs a second scrape.
  await until(async () => (await Promise.all(queries.map(isFound))).every(Boolean), 'each panel has data')
  check('each panel of the Grafana dashboard has data', queries.length > 9, true)
}

type Counts = Record<string, { open: number; overdue: number }>

/** What the API answers: of each team, what is open and not overdue, and what is overdue. */
async function countsOf(instance: Service): Promise<Counts> {
  const { groups } = await read(instance, '/v1/action-items/summary?group_by=team')
  const counts: Counts = {}
  for (const { key, open, overdue } of groups) counts[key ?? ''] = { open: open - overdue, overdue }
  return counts
}

/** What Prometheus answers, of the teams that have anything. */
function sumByTeam(samples: Sample[]): Counts {
  const counts: Counts = {}
  for (const { metric, value } of samples) {
    const { team = '', state } = metric
    if (value[1] === '0') continue
    counts[team] ??= { open: 0, overdue: 0 }
    counts[team][state as 'open' | 'overdue'] += Number(value[1])
  }
  return counts
}

const read = async ({ url }: Service, path: string): Promise<any> =>
  (await send(`${url}${path}`, { token: adminToken })).json()

interface Alert {
  labels: Record<string, string>
  annotations: Record<string, string>
  state: 'pending' | 'firing'
}

async function checkAlerts(address: string, [first, second]: Service[]): Promise<void> {
  const named = async (name: string) =>
    (await ask(address, 'alerts')).alerts.filter(({ labels }: Alert) => labels.alertname === name) as Alert[]
  const late = async () =>
    (await named('DebriefActionItemsOverdue')).filter(({ state }) => state === 'firing')
  await until(async () => (await late()).length > 0, 'what is overdue is an alert')
  const counts = Object.entries(await countsOf(first!)).filter(([, { overdue }]) => overdue > 0)
  const numberIn = ({ annotations }: Alert) => Number(/: (\d+) overdue/.exec(annotations.summary!)?.[1])
  check(
    'each team that has something overdue has one alert, with the number',
    (await late()).map(alert => [alert.labels.team ?? '', numberIn(alert)]).sort(),
    counts.map(([team, { overdue }]) => [team, overdue]).sort(),
  )
  const urgents = () => named('DebriefUrgentActionItemsOverdue')
  await until(async () => (await urgents()).length > 0, 'what is urgent is an alert')
  const [urgent] = await urgents()
  check('what is urgent is one, too', urgent?.state, 'firing')
  const path = /GET (\/v1\/action-items\?\S+)/.exec(urgent!.annotations.description!)?.[1]
  const { items } = await read(first!, path!)
  check('and says where to read which it is', items[0].priority, urgent?.labels.priority)
  check('nothing is said to be down', (await named('DebriefDown')).length, 0)
  second!.child.kill('SIGTERM')
  await until(async () => (await named('DebriefDown')).length > 0, 'an instance that was stopped is missed')
  const rules = (await ask(address, 'rules')).groups.flatMap((group: { rules: object[] }) => group.rules)
  const health = new Set(rules.map(({ health }: { health: string }) => health))
  check('no rule fails', [...health], ['ok'])
}

process.exit(await main())
