import { ActionItem } from '../../action-items/schema.ts'
import { storedChange } from '../../changes/schema.ts'
import type { Entry } from '../../db/forms.ts'
import { Factor } from '../../factors/schema.ts'
import { exact } from '../../http/fields.ts'
import { Incident } from '../../incidents/schema.ts'
import { Review } from '../../reviews/schema.ts'
import { Event } from '../../timeline/schema.ts'
import type { Postmortem } from '../schema.ts'
import type { Redactable } from './free-texts.ts'

export type RedactableName = 'incident' | 'event' | 'factor' | 'action_item' | 'change' | 'review'

/** A kind of resource whose free texts can be taken out. */
export interface RedactableResource extends Redactable {
  /** As the history names it. */
  name: RedactableName
  /** As a sentence names it: “a version of this action item”. */
  noun: string
  /** The member of the document that has it, and by which of its fields, where that is a list. */
  member: 'incident' | 'events' | 'factors' | 'action_items' | 'changes' | 'review'
  key?: 'id' | 'number'
  /** Whether its row has its tombstones; else they stand in the table of redactions alone. */
  keepsTombstones?: true
}

const tombstonesStay = 'It says why something was taken out, and is refused where it quotes that.'

export const redactableResources: Record<RedactableName, RedactableResource> = {
  incident: {
    name: 'incident',
    noun: 'incident',
    member: 'incident',
    schema: Incident,
    kept: { '/external_refs/*/id': 'Events of the other system find their incident by it.' },
  },
  event: {
    name: 'event',
    noun: 'event',
    member: 'events',
    key: 'id',
    keepsTombstones: true,
    schema: Event,
    kept: {
      '/dedupe_key': 'A delivery that is sent again is known by it.',
      '/redactions/*/reason': tombstonesStay,
    },
  },
  factor: { name: 'factor', noun: 'factor', member: 'factors', key: 'number', schema: Factor, kept: {} },
  action_item: {
    name: 'action_item',
    noun: 'action item',
    member: 'action_items',
    key: 'id',
    schema: ActionItem,
    kept: {
      '/incident_title': 'It is the incident’s, and follows that.',
      '/owner_name': 'It is the person’s, and changes in the directory.',
    },
  },
  change: {
    name: 'change',
    noun: 'change',
    member: 'changes',
    key: 'number',
    schema: exact(storedChange),
    kept: {},
  },
  review: { name: 'review', noun: 'review', member: 'review', schema: Review, kept: {} },
}

/** One resource whose texts are taken out. */
export interface Target {
  resource: RedactableResource
  incident_id: string
  /** As the history has it: a number without `AI-`. */
  id: string
}

/** As the API names the resource: `AI-1`. */
export const idInApi = (name: string, id: string): string => (name === 'action_item' ? `AI-${id}` : id)

/** The entry of a document that is the target, if it has one. */
export function entryOf(
  data: Postmortem,
  { resource: { name, member, key }, id }: Target,
): Entry | undefined {
  const value = data[member]
  if (!Array.isArray(value)) return value ?? undefined
  return (value as Entry[]).find(entry => String(entry[key!]) === idInApi(name, id))
}

/** The document with another entry in the place of one. */
export function withEntry(
  data: Postmortem,
  { resource: { member } }: Target,
  entry: Entry,
  after: Entry,
): Postmortem {
  const value = data[member]
  const replaced = Array.isArray(value) ? (value as Entry[]).map(one => (one === entry ? after : one)) : after
  return withTitle({ ...data, [member]: replaced }, data.incident.title)
}

/** The action items of a document repeat the title of their incident. */
function withTitle(data: Postmortem, before: string): Postmortem {
  const { title } = data.incident
  if (title === before) return data
  return { ...data, action_items: data.action_items.map(item => ({ ...item, incident_title: title })) }
}
