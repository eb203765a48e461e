import { cut } from '../../kit/text.ts'
import { finish, mapSteps, type Steps } from '../../kit/time/steps.ts'
import type { Source } from '../../timeline/source-schema.ts'
import type { Postmortem } from '../schema.ts'
import { sourceName } from '../words.ts'
import { findDangling } from './dangling.ts'
import type { Edge, IncidentThread, ThreadNode } from './schema.ts'

/**
 * The thread from every source to every verification, as a graph: resources are nodes, references are edges. Both are
 * in the order of the thread, and of the document within a kind.
 */
export const threadOf = (data: Postmortem): IncidentThread => finish(threadSteps(data))

export function* threadSteps(data: Postmortem): Steps<IncidentThread> {
  const nodes = yield* nodesOf(data)
  const edges = edgesOf(data)
  yield
  return { nodes, edges, dangling: findDangling(data) }
}

const eventNode = (id: string) => `events/${id}`
const sourceNode = (eventId: string, index: number) => `events/${eventId}/sources/${index}`
const factorNode = (number: number) => `factors/${number}`
const itemNode = (id: string) => `action-items/${id}`
const changeNode = (number: number) => `changes/${number}`
const verificationNode = (number: number) => `changes/${number}/verification`
const earlierNode = ({ incident_id, number }: Recurred) => `incidents/${incident_id}/factors/${number}`

const itemElsewhereNode = ({ incident_id, id }: ItemElsewhere) =>
  `incidents/${incident_id}/action-items/${id}`

type ItemElsewhere = Postmortem['factors'][number]['addressed_elsewhere'][number]
type Recurred = NonNullable<Postmortem['factors'][number]['recurs']>

function* nodesOf(data: Postmortem): Steps<ThreadNode[]> {
  const at = (path: string) => `/v1/incidents/${data.incident.id}/${path}`
  const node = (kind: ThreadNode['kind'], id: string, label: string, more: Partial<ThreadNode> = {}) => ({
    ...{ id, kind, label: cut(label, maxLabel), status: null, href: at(id), url: null },
    ...more,
  })
  const sources = yield* mapSteps(data.events, ({ id, sources }) =>
    sources.map((source, index) => {
      const place = { href: at(eventNode(id)), url: source.url }
      return node('source', sourceNode(id, index), sourceLabel(data, source), place)
    }),
  )
  return [
    ...sources.flat(),
    ...data.events.map(({ id, description, retraction }) =>
      node('event', eventNode(id), description, { status: retraction === null ? null : 'retracted' }),
    ),
    ...data.factors.map(({ number, statement, disposition }) =>
      node('factor', factorNode(number), statement, { status: disposition }),
    ),
    ...earlierFactors(data),
    ...itemsElsewhere(data),
    ...data.action_items.map(({ id, title, status, tracker }) =>
      node('action_item', itemNode(id), title, { status, url: tracker?.url ?? null }),
    ),
    ...data.changes.map(({ number, target, status, url }) =>
      node('change', changeNode(number), target, { status, url }),
    ),
    ...data.changes.flatMap(({ number, verified_by_source: source }) => {
      if (source === null) return []
      const place = { href: at(changeNode(number)), url: source.url }
      return [node('verification', verificationNode(number), sourceLabel(data, source), place)]
    }),
  ]
}

/** The name of a source, and its excerpt. */
const sourceLabel = (data: Postmortem, source: Source): string =>
  source.excerpt === null ? sourceName(data, source) : `${sourceName(data, source)}: ${source.excerpt}`

/** The factors of earlier incidents that recur in this one, each once. */
function earlierFactors({ factors }: Postmortem): ThreadNode[] {
  const recurred = factors.flatMap(({ recurs }) => recurs ?? [])
  const nodes = recurred.map((earlier): [string, ThreadNode] => {
    const id = earlierNode(earlier)
    const label = `factor ${earlier.number} of ${earlier.incident_id}`
    return [id, { id, kind: 'factor', label, status: null, href: `/v1/${id}`, url: null }]
  })
  return [...new Map(nodes).values()]
}

/** The action items of earlier incidents that address what recurs, each once. */
function itemsElsewhere({ factors }: Postmortem): ThreadNode[] {
  const nodes = factors
    .flatMap(({ addressed_elsewhere }) => addressed_elsewhere)
    .map((item): [string, ThreadNode] => {
      const id = itemElsewhereNode(item)
      const label = `${item.id} of ${item.incident_id}`
      return [id, { id, kind: 'action_item', label, status: item.status, href: `/v1/${id}`, url: null }]
    })
  return [...new Map(nodes).values()]
}

function edgesOf({ events, factors, action_items, changes }: Postmortem): Edge[] {
  const edge = (from: string, kind: Edge['kind'], to: string): Edge => ({ from, to, kind })
  return [
    ...events.flatMap(({ id, sources }) =>
      sources.map((_, index) => edge(sourceNode(id, index), 'supports', eventNode(id))),
    ),
    ...factors.flatMap(factor =>
      factor.events.map(id => edge(eventNode(id), 'shows', factorNode(factor.number))),
    ),
    ...factors.flatMap(({ number, recurs }) =>
      recurs === null ? [] : [edge(factorNode(number), 'recurs', earlierNode(recurs))],
    ),
    ...factors.flatMap(({ number, addressed_elsewhere }) =>
      addressed_elsewhere.map(item => edge(factorNode(number), 'addressed_by', itemElsewhereNode(item))),
    ),
    ...action_items.flatMap(item =>
      item.factors.map(number => edge(factorNode(number), 'addressed_by', itemNode(item.id))),
    ),
    ...changes.flatMap(({ number, action_item }) =>
      action_item === null ? [] : [edge(itemNode(action_item), 'carried_out_by', changeNode(number))],
    ),
    ...changes.flatMap(change =>
      change.factors.map(number => edge(factorNode(number), 'addressed_by', changeNode(change.number))),
    ),
    ...changes.flatMap(({ number, verified_by_source }) =>
      verified_by_source === null ? [] : [edge(changeNode(number), 'verified_by', verificationNode(number))],
    ),
  ]
}

/** In code points. */
const maxLabel = 200
