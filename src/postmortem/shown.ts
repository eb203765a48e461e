import { type EventRest, type Named, shownAmong } from '../timeline/shown/selection.ts'
import type { Postmortem } from './schema.ts'

/** A postmortem with no more events than its document shows, and the beginnings of their long texts. */
export interface ShownPostmortem extends Postmortem {
  rest: EventRest
}

/** Selects of a postmortem that has all events, such as a sealed one, what its document shows. */
export const shownOf = (data: Postmortem): ShownPostmortem => ({
  ...data,
  ...shownAmong(data.events, namedIn(data)),
})

/** The events that a document refers to. */
export function namedIn({
  milestones,
  factors,
  waivers = [],
}: Pick<Postmortem, 'milestones' | 'factors'> & Partial<Pick<Postmortem, 'waivers'>>): Named {
  const { from_event_id, to_event_id } = milestones.status_update_gap
  const cited = [
    ...factors.flatMap(factor => factor.events),
    ...waivers.flatMap(({ findings = [] }) => findings.map(({ pointer }) => pointer.split('/')[2] ?? '')),
  ]
  const marked = [
    ...milestones.spells.flatMap(spell => spell.milestones.map(({ event_id }) => event_id)),
    ...[from_event_id, to_event_id].filter(id => id !== null),
  ]
  return { cited: new Set(cited), marked: new Set(marked) }
}
