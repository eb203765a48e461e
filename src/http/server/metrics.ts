import type { FastifyBaseLogger } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import Type from 'typebox'
import type { OpenDatabase } from '../../db/open.ts'
import { isLate } from '../../kit/time/late.ts'
import { cachedAnswer, createAnswerCache } from '../answer-cache.ts'
import type { App } from '../context.ts'
import { routeOf } from './route.ts'
import { systemTag } from './system.ts'

/** What waits for somebody, with a row for what there is none of. */
export interface Backlog {
  /** Live action items by their priority and their owner's team, `''` for none; `days_overdue` is that of the oldest. */
  action_items: { priority: string; team: string; open: number; overdue: number; days_overdue: number }[]
  /** Incidents whose postmortem is not final; `days` is the age of the oldest. */
  drafts: { status: string; phase: string; count: number; days: number }[]
  inbox: number
}

interface Counting {
  snapshot: OpenDatabase['snapshot']
  /** The date whose action items are counted. */
  today: () => string
  backlog: (as_of: string) => Promise<Backlog>
}

/** Shared by all apps of the process, as in tests. */
const processMetrics = new Registry()
let areProcessMetricsCollected = false

/** Counts and times every request that the app answers, and serves `GET /metrics` in Prometheus' text format. */
export function collectMetrics(app: App, pool: OpenDatabase['pool']): Registry {
  if (!areProcessMetricsCollected) collectDefaultMetrics({ register: processMetrics })
  areProcessMetricsCollected = true
  const registers = [new Registry()]
  countRequests(app, registers)
  watchPool(pool, registers)
  return Registry.merge([processMetrics, ...registers])
}

function countRequests(app: App, registers: Registry[]): void {
  const total = new Counter({
    name: 'http_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer.',
    labelNames: ['method', 'route'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request).url ?? 'none'
    // Bounds the label's values, since clients may send any method.
    const method = route === 'none' ? 'any' : request.method
    total.inc({ method, route, status: reply.statusCode })
    seconds.observe({ method, route }, reply.elapsedTime / 1000)
    done()
  })
}

function watchPool(pool: OpenDatabase['pool'], registers: Registry[]): void {
  new Gauge({
    name: 'debrief_database_connections',
    help: 'Connections to the database by state, and requests that wait for one.',
    labelNames: ['state'] as const,
    registers,
    collect() {
      for (const [state, count] of Object.entries(pool())) this.set({ state }, count)
    },
  })
}

const secondsOfDay = 86_400

/** The counts of the backlog in Prometheus' text format. */
async function backlogText({ action_items, drafts, inbox }: Backlog): Promise<string> {
  const registry = new Registry()
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({
      name,
      help: `${help} ${sameEverywhere(name, labelNames)}`,
      labelNames,
      registers: [registry],
    })
  const items = gauge(
    'debrief_action_items',
    'Action items that are open and not overdue, and those that are overdue, today.',
    ['priority', 'team', 'state'],
  )
  const oldestItem = gauge(
    'debrief_action_items_oldest_overdue_seconds',
    'For how long the oldest overdue action item is so, in whole days; 0 where none is.',
    ['priority', 'team'],
  )
  for (const { priority, team, open, overdue, days_overdue } of action_items) {
    items.set({ priority, team, state: 'open' }, open)
    items.set({ priority, team, state: 'overdue' }, overdue)
    oldestItem.set({ priority, team }, days_overdue * secondsOfDay)
  }
  const waiting = gauge('debrief_drafts', 'Incidents whose postmortem is not final.', ['status', 'phase'])
  const oldestDraft = gauge(
    'debrief_drafts_oldest_seconds',
    'How long ago the oldest incident without a final postmortem was, in whole days; 0 where there is none.',
    ['status', 'phase'],
  )
  for (const { status, phase, count, days } of drafts) {
    waiting.set({ status, phase }, count)
    oldestDraft.set({ status, phase }, days * secondsOfDay)
  }
  gauge('debrief_inbox_entries', 'What tools have sent that waits for a person.', []).set(inbox)
  return registry.metrics()
}

/** Says how to query a gauge that each instance reads from the same database. */
const sameEverywhere = (name: string, labels: string[]) =>
  `The same from each instance: max${labels.length > 0 ? ` by (${labels.join(', ')})` : ''} (${name}).`

/** A scrape that has waited so long, as when the database is silent, goes without the counts. */
const countingTimeout = 2000

/** Returns the text of the backlog, or '' while the database does not answer. */
function countBacklog({ snapshot, today, backlog }: Counting): (log: FastifyBaseLogger) => Promise<string> {
  const share = createAnswerCache(snapshot)
  return async log => {
    const as_of = today()
    const counted = share(as_of, async () => cachedAnswer(await backlogText(await backlog(as_of))))
    try {
      if (!(await isLate(counted, countingTimeout))) return (await counted).body.toString()
      log.warn('metrics without counts: the database takes too long')
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'metrics without counts')
    }
    return ''
  }
}

export function metricsRoute(app: App, metrics: Registry, counting: Counting): void {
  const countsText = countBacklog(counting)

  app.get(
    '/metrics',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getMetrics',
        tags: [systemTag.name],
        summary: 'Metrics for Prometheus',
        description:
          'Requests, database connections, the process; and what waits: action items, drafts, the inbox. Without these while the database does not answer.',
        response: {
          200: {
            description: 'The metrics in the text format of Prometheus.',
            content: { 'text/plain': { schema: Type.String(), example: sample } },
          },
        },
      },
    },
    async ({ log }, reply) => {
      const texts = await Promise.all([metrics.metrics(), countsText(log)])
      return reply.type(metrics.contentType).send(texts.join(''))
    },
  )
}

const sample = 'debrief_action_items{priority="P1",team="payments",state="overdue"} 3\n'
