import type { Event } from '../../../timeline/schema.ts'
import { isInTable, isQuestioned } from '../../../timeline/shown/selection.ts'
import type { Postmortem } from '../../schema.ts'
import { type Reference, reference, type Text } from '../blocks.ts'
import type { View } from '../view.ts'

/** References within the document, each to what is there: what was deleted since, or is not shown, is named only. */

/** The id of what the document has of an event: its row, or else its entry among the questioned claims. */
export const idOfEvent = ({ id }: Event): string => `event-${id}`

/** Events of low relevance are only counted. */
export const eventReference = (event: Event, text: string): string | Reference =>
  isInTable(event) || isQuestioned(event) ? reference(text, idOfEvent(event)) : text

/** `GET /v1/incidents/PM-…/events has them`, which in HTML is a link. */
export function eventsCall({ incident }: Pick<Postmortem, 'incident'>, count: number, since?: string): Text {
  const query = since === undefined ? '' : `?occurred_since=${since}`
  const path = `/v1/incidents/${incident.id}/events${query}`
  return [{ text: `GET ${path}`, path }, ` has ${count === 1 ? 'it' : 'them'}.`]
}

export const factorReference = ({ data }: View, number: number, text = String(number)): string | Reference =>
  data.factors.some(factor => factor.number === number) ? reference(text, `factor-${number}`) : text

export const itemReference = ({ data }: View, id: string, text = id): string | Reference =>
  data.action_items.some(item => item.id === id) ? reference(text, id) : text

export const changeReference = (view: View, number: number, text = `change ${number}`): string | Reference =>
  areChangesShown(view) && view.data.changes.some(change => change.number === number)
    ? reference(text, `change-${number}`)
    : text

/** Until the review, changes are still being worked out, and a draft only counts them. */
export const areChangesShown = ({ data }: View): boolean => data.incident.status !== 'draft'
