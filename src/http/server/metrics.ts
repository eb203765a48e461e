import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import Type from 'typebox'
import type { OpenDatabase } from '../../db/open.ts'
import type { App } from '../context.ts'
import { systemTag } from './system.ts'

/** Live action items of one priority. */
export interface Backlog {
  priority: string
  open: number
  overdue: number
}

interface Watched {
  pool: OpenDatabase['pool']
  /** Counts what is open and overdue now. */
  backlog: () => Promise<Backlog[]>
}

/** Shared by all apps of the process, as in tests. */
const processMetrics = new Registry()
let areProcessMetricsCollected = false

/** Counts and times every request that the app answers, and serves `GET /metrics` in Prometheus' text format. */
export function collectMetrics(app: App, { pool, backlog }: Watched): Registry {
  if (!areProcessMetricsCollected) collectDefaultMetrics({ register: processMetrics })
  areProcessMetricsCollected = true
  const registers = [new Registry()]
  countRequests(app, registers)
  watchPool(pool, registers)
  watchBacklog(backlog, registers)
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
    const route = request.routeOptions.url ?? 'none'
    // Bounds the label's values, since clients may send any method.
    const method = route === 'none' ? 'any' : request.method
    total.inc({ method, route, status: reply.statusCode })
    seconds.observe({ method, route }, reply.elapsedTime / 1000)
    done()
  })
}

function watchPool(pool: Watched['pool'], registers: Registry[]): void {
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

function watchBacklog(backlog: Watched['backlog'], registers: Registry[]): void {
  new Gauge({
    name: 'debrief_action_items',
    help: 'Action items that are open, and those of them that are overdue today.',
    labelNames: ['priority', 'state'] as const,
    registers,
    async collect() {
      this.reset()
      for (const { priority, open, overdue } of await backlog()) {
        this.set({ priority, state: 'open' }, open)
        this.set({ priority, state: 'overdue' }, overdue)
      }
    },
  })
}

export function metricsRoute(app: App, metrics: Registry): void {
  app.get(
    '/metrics',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getMetrics',
        tags: [systemTag.name],
        summary: 'Metrics for Prometheus',
        description: 'Requests, database connections, the process, and open and overdue action items.',
        response: {
          200: {
            description: 'The metrics in the text format of Prometheus.',
            content: { 'text/plain': { schema: Type.String(), example: sample } },
          },
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  )
}

const sample = 'debrief_action_items{priority="P1",state="overdue"} 3\n'
