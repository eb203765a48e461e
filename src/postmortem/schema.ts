import Type, { type Static } from 'typebox'
import { ActionItem } from '../action-items/schema.ts'
import { exampleChange, storedChange } from '../changes/schema.ts'
import { EvidenceFacts } from '../evidence/schema.ts'
import { Factor } from '../factors/schema.ts'
import {
  component,
  exact,
  examplesOf,
  handle,
  nullableObject,
  oneOf,
  pageOf,
  pageQuery,
  part,
  pathNumber,
  ref,
  sentence,
  timestamp,
  timeZone,
} from '../http/fields.ts'
import { HistoryEntry } from '../incidents/history-schema.ts'
import { Incident, incidentId } from '../incidents/schema.ts'
import { Review } from '../reviews/schema.ts'
import { Milestones } from '../timeline/milestones/schema.ts'
import { tombstone } from '../timeline/redaction-schema.ts'
import { Event } from '../timeline/schema.ts'
import { Waiver } from '../waivers/schema.ts'

const { overdue: _overdue, days_overdue: _days, ...storedItem } = ActionItem.properties
const {
  overdue: _o,
  days_overdue: _d,
  ...exampleItem
} = examplesOf(ActionItem)[0] as Static<typeof ActionItem>

/** An action item without the fields that depend on the day on which it is read. */
export const PostmortemActionItem = component('PostmortemActionItem', storedItem, { examples: [exampleItem] })

export const PostmortemChange = component('PostmortemChange', storedChange, {
  description: 'A change as the document has it: without the warnings, which are looked for when it is read.',
  examples: [exampleChange],
})

const itemElsewhere = part('ActionItemElsewhere', {
  incident_id: incidentId(),
  id: ActionItem.properties.id,
  status: ActionItem.properties.status,
})

/** A factor with what addresses it in the incident that it recurs from. */
export const PostmortemFactor = component(
  'PostmortemFactor',
  {
    ...Factor.properties,
    addressed_elsewhere: Type.Array(itemElsewhere, {
      description:
        'The action items of the incident that it recurs from which address it there, and are still to be done or were done since.',
    }),
  },
  { examples: [{ ...(examplesOf(Factor)[0] as object), addressed_elsewhere: [] }] },
)

const amendment = {
  author: handle({ description: 'Who corrects it. A token that acts for a person names that person.' }),
  reason: sentence({ description: 'What is corrected, and why; the document prints it.' }),
}
const corrected = { author: 'ana', reason: 'The second status update was missing from the timeline.' }
export const AmendmentInput = component('AmendmentInput', amendment, { examples: [corrected] })
const standing = {
  incident_id: incidentId(),
  number: Type.Integer({ minimum: 1, description: '1, 2, 3… of its incident.' }),
  ...amendment,
  amended_at: timestamp(),
  amended_by: Type.String({
    description: 'Who began it: a person’s handle, or `token:` and a token’s name.',
  }),
}
const exampleAmendment = {
  incident_id: 'PM-2026-06-17-payments-drill',
  number: 1,
  ...corrected,
  amended_at: '2026-06-25T09:00:00.000Z',
  amended_by: 'ana',
}

/** An amendment as the document has it, which has none that was withdrawn. */
export const PostmortemAmendment = component('PostmortemAmendment', standing, {
  description: 'The reason for which a final document was corrected.',
  examples: [exampleAmendment],
})
export const Amendment = component(
  'Amendment',
  {
    ...standing,
    withdrawn: nullableObject(part('Withdrawal', { by: Type.String(), at: timestamp() }), {
      description:
        'Who took it back before it was sealed; null unless somebody did. It leads to no revision.',
    }),
  },
  {
    description: 'The reason for which a final document is corrected.',
    examples: [{ ...exampleAmendment, withdrawn: null }],
  },
)

export const AmendmentPage = pageOf('AmendmentPage', Amendment)

const redaction = part('PostmortemRedaction', {
  resource: HistoryEntry.properties.resource,
  id: HistoryEntry.properties.id,
  ...tombstone.properties,
})

/** A waiver as the document has it. */
export const PostmortemWaiver = component(
  'PostmortemWaiver',
  {
    ...Waiver.properties,
    findings: Type.Optional(
      Type.Array(part('WaivedFinding', { pointer: Type.String(), text_sha256: Type.String() }), {
        deprecated: true,
        description:
          'Only in what was sealed before `BLAME_LANGUAGE` became a question: the texts that its waiver named.',
      }),
    ),
  },
  { description: 'The reason for which a check that fails held nothing back.', examples: examplesOf(Waiver) },
)

/** All that a document is rendered from: an incident and everything below it, in the order of the document. */
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
    factors: Type.Array(ref(PostmortemFactor)),
    action_items: Type.Array(ref(PostmortemActionItem)),
    changes: Type.Array(ref(PostmortemChange)),
    review: nullableObject(part('Review', Review.properties), {
      description: 'The record of the review; null until there is one.',
    }),
    waivers: Type.Array(ref(PostmortemWaiver)),
    redactions: Type.Array(redaction, {
      description: 'What was taken out, in order, but for the events, which have theirs with them.',
    }),
    amendments: Type.Array(ref(PostmortemAmendment), {
      description: 'Why it was corrected since it was first final.',
    }),
    evidence: Type.Array(EvidenceFacts, { description: 'The bytes that its sources cite.' }),
  },
  {
    description: 'All that the document is rendered from.',
    examples: [
      {
        incident: examplesOf(Incident)[0],
        people: { ana: 'Ana Duarte', mara: 'Mara Lindqvist', priya: 'Priya Raman', sam: 'Sam Okoro' },
        milestones: examplesOf(Milestones)[0],
        events: examplesOf(Event),
        factors: examplesOf(PostmortemFactor),
        action_items: [exampleItem],
        changes: [exampleChange],
        review: examplesOf(Review)[0],
        waivers: examplesOf(PostmortemWaiver),
        redactions: [],
        amendments: [],
        evidence: [],
      },
    ],
  },
)

export const amendmentParams = exact({
  incident_id: incidentId(),
  number: pathNumber('The amendment’s number in its incident.'),
})
export const amendmentsQuery = exact(pageQuery)

const copy = Type.Optional(
  oneOf('PostmortemCopy', ['working'], {
    description: '`working`: what is stored now, in place of the last revision of one that is final.',
  }),
)
export const documentQuery = exact({ copy, tz: timeZone })
/** Of the JSON, which is in UTC. */
export const dataQuery = exact({ copy })
/** Of what is read in a time zone. */
export const readingQuery = exact({ tz: timeZone })

export type DocumentQuery = Static<typeof documentQuery>
export type Postmortem = Static<typeof Postmortem>
export type PostmortemFactor = Static<typeof PostmortemFactor>
export type PostmortemActionItem = Static<typeof PostmortemActionItem>
export type PostmortemChange = Static<typeof PostmortemChange>
export type PostmortemWaiver = Static<typeof PostmortemWaiver>
export type PostmortemRedaction = Postmortem['redactions'][number]
export type PostmortemAmendment = Static<typeof PostmortemAmendment>
export type Amendment = Static<typeof Amendment>
export type AmendmentInput = Static<typeof AmendmentInput>

export const postmortemSchemas = [
  PostmortemFactor,
  PostmortemActionItem,
  PostmortemChange,
  PostmortemAmendment,
  PostmortemWaiver,
  AmendmentInput,
  Amendment,
  AmendmentPage,
  Postmortem,
]
