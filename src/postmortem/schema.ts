import Type, { type Static } from 'typebox'
import { ActionItem } from '../action-items/schema.ts'
import { exampleChange, storedChange } from '../changes/schema.ts'
import { Factor } from '../factors/schema.ts'
import { component, examplesOf, ref } from '../http/fields.ts'
import { Incident } from '../incidents/schema.ts'
import { Event, Milestones } from '../timeline/schema.ts'

const { overdue: _overdue, days_overdue: _days, ...storedItem } = ActionItem.properties
const {
  overdue: _o,
  days_overdue: _d,
  ...exampleItem
} = examplesOf(ActionItem)[0] as Static<typeof ActionItem>

/** An action item as the document has it: nothing in it depends on the day it is read. */
export const PostmortemActionItem = component('PostmortemActionItem', storedItem, { examples: [exampleItem] })

/** A change as the document has it: without the warnings, which are looked for when it is read by itself. */
export const PostmortemChange = component('PostmortemChange', storedChange, { examples: [exampleChange] })

/** All that a postmortem is rendered from: one incident and everything below it, in the order of the document. */
export const Postmortem = component(
  'Postmortem',
  {
    incident: ref(Incident),
    people: Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'The names of the people whose handles appear in the document.',
    }),
    milestones: ref(Milestones),
    events: Type.Array(ref(Event), { description: 'By corrected time; retracted ones too.' }),
    factors: Type.Array(ref(Factor)),
    action_items: Type.Array(ref(PostmortemActionItem)),
    changes: Type.Array(ref(PostmortemChange)),
  },
  {
    description: 'All that the document is rendered from.',
    examples: [
      {
        incident: examplesOf(Incident)[0],
        people: { ana: 'Ana Duarte', priya: 'Priya Raman', sam: 'Sam Okoro' },
        milestones: examplesOf(Milestones)[0],
        events: examplesOf(Event),
        factors: examplesOf(Factor),
        action_items: [exampleItem],
        changes: [exampleChange],
      },
    ],
  },
)
export type Postmortem = Static<typeof Postmortem>

export const postmortemSchemas = [PostmortemActionItem, PostmortemChange, Postmortem]
export type PostmortemActionItem = Static<typeof PostmortemActionItem>
export type PostmortemChange = Static<typeof PostmortemChange>
