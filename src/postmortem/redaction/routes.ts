import type { TSchema } from 'typebox'
import { actionItemParams } from '../../action-items/schema.ts'
import { changeParams } from '../../changes/schema.ts'
import { transact } from '../../db/transact.ts'
import { factorParams } from '../../factors/schema.ts'
import { writeOf } from '../../http/caller.ts'
import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { requireFound } from '../../http/problem.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { RedactionInput, Redactions } from '../../timeline/redaction-schema.ts'
import { Event, eventParams } from '../../timeline/schema.ts'
import { readEvent } from './events.ts'
import { readTombstones } from './records.ts'
import { redact } from './redaction.ts'
import { type RedactableName, redactableResources, type Target } from './resources.ts'

/**
 * Routes below several resources, in this folder because they rewrite revisions: the only change that a final document
 * allows.
 */
export function redactionRoutes(app: App, context: Context): void {
  redactEventRoute(app, context)
  for (const place of places) {
    if (place.name !== 'event') redactRoute(app, context, place)
    readRoute(app, context, place)
  }
}

/** The parameters of all these addresses; each has the incident, and at most one of the others. */
interface Params {
  incident_id: string
  event_id?: string
  action_item_id?: string
  number?: number
}

interface Place {
  name: RedactableName
  /** Of the resource. */
  path: string
  params: TSchema
  tag: string
  /** What `redact…` and `list…Redactions` are about, and what a sentence calls it. */
  operation: string
  words: string
  /** What the description says besides. */
  more?: string
}

const incident = '/incidents/:incident_id'
const places: Place[] = [
  {
    ...{ name: 'incident', path: incident, params: incidentParams, tag: 'Incidents' },
    ...{ operation: 'Incident', words: 'an incident' },
    more: 'Its id stays, also where its slug was made of the title.',
  },
  {
    ...{ name: 'event', path: `${incident}/events/:event_id`, params: eventParams, tag: 'Timeline' },
    ...{ operation: '', words: 'an event' },
  },
  {
    ...{ name: 'factor', path: `${incident}/factors/:number`, params: factorParams, tag: 'Analysis' },
    ...{ operation: 'Factor', words: 'a contributing factor' },
  },
  {
    ...{ name: 'action_item', path: `${incident}/action-items/:action_item_id`, params: actionItemParams },
    ...{ tag: 'Action items', operation: 'ActionItem', words: 'an action item' },
  },
  {
    ...{ name: 'change', path: `${incident}/changes/:number`, params: changeParams, tag: 'Changes' },
    ...{ operation: 'Change', words: 'a change' },
  },
  {
    ...{ name: 'review', path: `${incident}/review`, params: incidentParams, tag: 'Review' },
    ...{ operation: 'Review', words: 'the review' },
  },
]

function targetOf(name: RedactableName, params: Params): Target {
  const { incident_id, event_id, action_item_id, number } = params
  const id = event_id?.toLowerCase() ?? action_item_id?.replace('AI-', '') ?? number
  return { resource: redactableResources[name], incident_id, id: String(id ?? incident_id) }
}

function redactEventRoute(app: App, { db, now }: Context): void {
  app.put(
    '/incidents/:incident_id/events/:event_id/redaction',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'redactEvent',
        tags: ['Timeline'],
        summary: 'Take a secret out of an event for good',
        description:
          'The whole text of each field becomes `[redacted]` (an address: null), in the event, its history, stored answers and every revision that has it, drafts and final documents alike. A pointer stands for what it names in any version of the event, or in the `versions` asked for, and each such text goes wherever it is in this event. Revisions are rendered anew under a new `sequence`; each time, who, when, why and the hashes before stay on record. The same again changes nothing. The history of what was deleted is reached as well. Texts that quote it elsewhere, backups, and what was downloaded are not reached.',
        params: eventParams,
        body: ref(RedactionInput),
        response: { 200: ref(Event) },
      },
    },
    async request => {
      const target = targetOf('event', request.params)
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await redact(trx, target, request.body, write)
        return readEvent(trx, target)
      })
    },
  )
}

/** Answers the tombstones, and not the resource: that may be deleted. */
function redactRoute(app: App, { db, now }: Context, { name, path, params, ...place }: Place): void {
  app.put(
    `${path}/redaction`,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: `redact${place.operation}`,
        tags: [place.tag],
        summary: `Take a secret out of ${place.words} for good`,
        description: ['As of an event: see `redactEvent`.', place.more].filter(Boolean).join(' '),
        params,
        body: ref(RedactionInput),
        response: { 200: ref(Redactions) },
      },
    },
    async (request, reply) => {
      const target = targetOf(name, request.params as Params)
      const write = writeOf(request, now)
      const { items, version } = await transact(db, async trx => {
        await redact(trx, target, request.body, write)
        return readTombstones(trx, target)
      })
      reply.resourceVersion = version
      return { items }
    },
  )
}

function readRoute(app: App, { db }: Context, { name, path, params, ...place }: Place): void {
  app.get(
    `${path}/redaction`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: `list${place.operation}Redactions`,
        tags: [place.tag],
        summary: `What was taken out of ${place.words}, by whom, when and why`,
        params,
        response: { 200: ref(Redactions) },
      },
    },
    async (request, reply) => {
      const target = targetOf(name, request.params as Params)
      const { items, version } = await readTombstones(db, target)
      reply.resourceVersion = version
      return requireFound(items.length > 0 ? { items } : null, `A redaction of ${place.words}`)
    },
  )
}
