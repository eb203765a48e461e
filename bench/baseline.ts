import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fastify from 'fastify'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { v7 as uuidv7 } from 'uuid'
import { copiedColumns } from './events.ts'

/** The baseline: Fastify and `pg` as they come, one statement a request, with pools as large as the service's. */

const app = fastify()
const reads = new pg.Pool({ connectionString: process.env.BENCH_READS!, max: 10 })
const writes = new pg.Pool({ connectionString: process.env.BENCH_WRITES!, max: 10 })

const insertEvent = `
  INSERT INTO events (id, incident_id, occurred_at, corrected_at, "precision", kind, milestones, description, role, sources,
    source_system, dedupe_key, content_sha256, changed_by, changed_at, request_id)
  VALUES ($1, $2, $3, $3, 'exact', $4, '{}', $5, $6, $7, $8, $9, $10, 'bench', now(), 'bench')`

interface Event {
  occurred_at: string
  kind: string
  description: string
  role: string
  sources: { system: string }[]
  dedupe_key: string
}

/** Stands for the content hash, which would be Debrief's own work. */
const noHash = '0'.repeat(64)

app.post<{ Params: { incident: string }; Body: Event }>(
  '/events/:incident',
  async ({ params, body }, reply) => {
    const { occurred_at, kind, description, role, sources, dedupe_key } = body
    const id = uuidv7()
    const claim = [occurred_at, kind, description, role, JSON.stringify(sources)]
    await writes.query(insertEvent, [id, params.incident, ...claim, sources[0]!.system, dedupe_key, noHash])
    reply.code(201)
    return { id }
  },
)

app.addContentTypeParser('text/tab-separated-values', (_request, rows, done) => done(null, rows))
app.post<{ Body: Readable }>('/copy', { bodyLimit: 2 ** 32 }, async ({ body }, reply) => {
  const client = await writes.connect()
  try {
    await pipeline(body, client.query(copyFrom(`COPY events (${copiedColumns}) FROM STDIN`)))
  } finally {
    client.release()
  }
  reply.code(204)
})

const selectItems = (condition: string) => `
  SELECT a.incident_id, a.number, a.title, a.owner, a.due_on, a.priority, a.type, a.factors, a.status, a.done_when,
    a.tracker, a.acceptance, a.closure, a.deferrals, a.effectiveness, a.created_at, a.version, a.changed_by, a.changed_at,
    (SELECT p.name FROM people p WHERE p.handle = a.owner) AS owner_name,
    (SELECT i.title FROM incidents i WHERE i.id = a.incident_id) AS incident_title,
    (SELECT i.severity FROM incidents i WHERE i.id = a.incident_id) AS severity
  FROM action_items a WHERE ${condition}`

const overdue = "a.status IN ('open', 'in_progress') AND a.due_on < $1"
const page = 'ORDER BY a.due_on, a.incident_id, a.number LIMIT 51'

const text = { type: 'string' }
const texts = (...names: string[]) => Object.fromEntries(names.map(name => [name, text]))
const nullable = (...names: string[]) =>
  Object.fromEntries(names.map(name => [name, { ...text, nullable: true }]))
const objects = (...names: string[]) =>
  Object.fromEntries(
    names.map(name => [name, { type: 'object', nullable: true, additionalProperties: true }]),
  )

const item = {
  type: 'object',
  properties: {
    ...texts('incident_id', 'title', 'owner', 'priority', 'status', 'changed_by'),
    ...texts('owner_name', 'incident_title', 'severity'),
    ...nullable('type', 'done_when'),
    ...objects('tracker', 'acceptance', 'closure', 'effectiveness'),
    number: { type: 'integer' },
    version: { type: 'integer' },
    due_on: { type: 'string', format: 'date' },
    created_at: { type: 'string', format: 'date-time' },
    changed_at: { type: 'string', format: 'date-time' },
    factors: { type: 'array', items: { type: 'integer' } },
    deferrals: { type: 'array', items: { type: 'object', additionalProperties: true } },
  },
}
const answersPage = {
  schema: {
    response: { 200: { type: 'object', properties: { items: { type: 'array', items: item } } } },
  },
}

interface Asked {
  Querystring: { as_of: string; owner?: string; priority?: string }
}

app.get<Asked>('/overdue', answersPage, async ({ query: { as_of, owner, priority } }) => {
  const [condition, value] = owner ? ['a.owner', owner] : ['a.priority', priority]
  const filter = value === undefined ? '' : ` AND ${condition} = $2`
  const values = value === undefined ? [as_of] : [as_of, value]
  const { rows } = await reads.query(`${selectItems(overdue + filter)} ${page}`, values)
  return { items: rows.slice(0, 50) }
})

let bytes = ''
app.put<{ Body: string }>('/static', async ({ body }, reply) => {
  bytes = body
  reply.code(204)
})
app.get('/static', async (_request, reply) => reply.type('application/json; charset=utf-8').send(bytes))

/** The queries of one incident's document, one for each table; of the events no more than it shows. */
const documentRows = [
  `SELECT i.*,
    EXISTS (SELECT FROM events e WHERE e.incident_id = i.id AND 'resolved' = ANY (e.milestones) AND e.retraction IS NULL) AS resolved
  FROM incidents i WHERE i.id = $1`,
  `SELECT id, incident_id, occurred_at, corrected_at, occurred_until, between, "precision", kind, milestones, spell, relevance, description, role, sources,
    source_system, dedupe_key, retraction, dispute, redactions, version, changed_by, changed_at
  FROM events WHERE incident_id = $1 ORDER BY corrected_at, ("precision" <> 'day'), id LIMIT 2000`,
  `SELECT incident_id, number, category, statement, events, counterfactual, effect, disposition, disposition_reason,
    recurs, version, changed_by, changed_at
  FROM factors WHERE incident_id = $1 ORDER BY number`,
  `${selectItems('a.incident_id = $1')} ORDER BY a.number`,
  `SELECT incident_id, number, target_kind, target, before, after, url, status, verified_by_source, action_item, factors,
    version, changed_by, changed_at
  FROM changes WHERE incident_id = $1 ORDER BY number`,
  `SELECT incident_id, held_at, facilitator, attendees, decisions, reframings, recording_url, version, changed_by, changed_at
  FROM reviews WHERE incident_id = $1`,
  `SELECT incident_id, code, reason, version, changed_by, changed_at
  FROM waivers WHERE incident_id = $1 ORDER BY code`,
  `SELECT incident_id, number, author, reason, amended_at, amended_by
  FROM amendments WHERE incident_id = $1 ORDER BY number`,
  `SELECT markdown, markdown_sha256 FROM revisions WHERE incident_id = $1 ORDER BY number DESC LIMIT 1`,
  `SELECT handle, name FROM people WHERE handle IN (SELECT owner FROM action_items WHERE incident_id = $1)`,
]

app.get<{ Params: { incident: string } }>('/document/:incident', async ({ params }, reply) => {
  for (const statement of documentRows) await reads.query(statement, [params.incident])
  reply.code(204)
})

app.get<{ Params: { incident: string } }>('/final/:incident', async ({ params }, reply) => {
  const { rows } = await reads.query(
    'SELECT markdown FROM revisions WHERE incident_id = $1 ORDER BY number DESC LIMIT 1',
    [params.incident],
  )
  reply.type('text/markdown; charset=utf-8')
  return rows[0].markdown
})

process.once('SIGTERM', () => process.exit())
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
console.error(`The baseline listens on http://127.0.0.1:${port}`)
