import { logLine } from '../help/cast.ts'

/** Bodies of events of the cases: what happened, when, and which milestones it marks. */

/** An event of a log; `fields` gives what is special about it. */
export const happened = (occurred_at: string, description: string, fields: object = {}) => ({
  occurred_at,
  kind: 'note',
  description,
  sources: [logLine],
  ...fields,
})

/** The impact of one spell. */
export const spellOf = (spell: number, started: string, mitigated: string, fields: object = {}) => [
  happened(started, `Spell ${spell} begins.`, { kind: 'impact', milestones: ['impact_started'], spell }),
  happened(mitigated, `Spell ${spell} is over.`, {
    kind: 'action',
    milestones: ['mitigated'],
    spell,
    ...fields,
  }),
]
