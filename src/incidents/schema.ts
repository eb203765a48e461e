import Type, { type Static } from 'typebox'
import {
  answered,
  anyOf,
  anyOfNames,
  anyOfWords,
  calendarDate,
  component,
  exact,
  handle,
  integer,
  line,
  list,
  mergePatch,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  part,
  pattern,
  rowFields,
  sentence,
  sortBy,
  systemName,
  systemNames,
  text,
  timestamp,
  url,
} from '../http/fields.ts'
import { firstPhase, noImpactPhase, phaseMilestones, phases } from './milestones.ts'
import { natureNames } from './natures.ts'

export const severities = ['SEV1', 'SEV2', 'SEV3', 'SEV4', 'SEV5'] as const
export const statuses = ['draft', 'in_review', 'final'] as const
export const incidentRoles = [
  'incident_commander',
  'operations_lead',
  'communications_lead',
  'scribe',
  'subject_expert',
] as const

const phaseMilestoneWords = phaseMilestones.map(({ name }) => `\`${name}\``).join(' and ')

/** The phase of an incident, which is computed from its milestones. */
export const phase = () =>
  oneOf('IncidentPhase', phases, {
    description: `The last of ${phaseMilestoneWords} that an event of the last spell marks; until then \`${firstPhase}\`. Of what has no impact \`${noImpactPhase}\`.`,
  })

export const incidentId = (options: object = {}) =>
  Type.String({
    ...pattern(
      '^PM-[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*$',
      'PM, the date, and lower case letters and digits, with single dashes between',
      'PM-2026-06-17-payments-drill',
    ),
    maxLength: 74,
    description: '`PM-<date>-<slug>`, the slug of 60 characters at most; never changes.',
    ...options,
  })

const assignment = part('RoleAssignment', {
  role: oneOf('IncidentRole', incidentRoles, {
    description: 'One holder at a time, except of `subject_expert`.',
  }),
  person: handle(),
  from: timestamp(),
  to: optional(timestamp({ description: 'When the role was handed on; null while it is held.' })),
})

const externalRef = part('ExternalReference', {
  system: systemName(),
  id: line(255),
  url: optional(url()),
  shared: Type.Optional(
    Type.Boolean({
      'x-default': false,
      description: 'True for what several incidents are known by, such as a CVE; then all of them say so.',
    }),
  ),
})

const section = part('DocumentSection', { heading: line(), body: text(10_000) })

const labelName = '[A-Za-z0-9][A-Za-z0-9._/-]{0,62}'
const labels = Type.Unsafe<Record<string, string>>({
  type: 'object',
  maxProperties: 50,
  propertyNames: {
    type: 'string',
    ...pattern(
      `^${labelName}$`,
      'letters, digits, dots, underscores, slashes and dashes, 63 at most, beginning with a letter or a digit',
      'region',
    ),
  },
  additionalProperties: line(),
})

const clockOffsets = Type.Unsafe<Record<string, number>>({
  type: 'object',
  description: 'Milliseconds by which each source system’s clock ran ahead of UTC.',
  maxProperties: 100,
  propertyNames: systemNames,
  additionalProperties: { type: 'integer', minimum: -86_400_000, maximum: 86_400_000 },
})

const relation = oneOf('IncidentRelation', ['recurrence_of', 'related_to'], {
  description: '`recurrence_of`: it happened before, as that incident.',
})

/** A well-formed language tag of BCP 47: language, script, region, variants, extensions, private use. */
const languageTag =
  '^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WY-Za-wy-z0-9](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?$'

export const language = (description: string) =>
  Type.String({
    ...pattern(languageTag, 'a language tag', 'pt-BR'),
    maxLength: 64,
    description,
    examples: ['ja'],
  })

const lessons = (description: string) => Type.Optional(list(sentence(), { description }))

const fields = {
  title: line(),
  severity: optional(
    oneOf('Severity', severities, {
      description:
        'From SEV1, the gravest, to SEV5. Null, or left out, only for a nature that has no impact: `near_miss`, `false_alarm`, `vulnerability`.',
    }),
  ),
  nature: Type.Optional(
    oneOf('IncidentNature', natureNames, {
      'x-default': 'incident',
      description: 'What it was: which checks apply depends on it; `incident` unless given.',
    }),
  ),
  lang: optional(
    language(
      'The language that it is written in, as BCP 47 has it: `ja`, `pt-BR`. The HTML says so, and the language check judges English.',
    ),
  ),
  summary: Type.Optional(
    part(
      'Summary',
      { what_broke: optional(text(10_000)), who_was_affected: optional(text(10_000)) },
      {
        description: 'How long it took is computed from the milestones, never typed.',
      },
    ),
  ),
  impact: Type.Optional(
    part('Impact', {
      description: optional(text(10_000)),
      users_affected: optional(integer(0, Number.MAX_SAFE_INTEGER)),
      requests_failed: optional(integer(0, Number.MAX_SAFE_INTEGER)),
      cost: optional(line(200, { description: 'In words, with its currency: `EUR 12,400 of lost orders`.' })),
    }),
  ),
  services: Type.Optional(
    list(
      line(200, {
        ...pattern('^[^,]*$', 'one name, and not several', 'checkout'),
        description: 'Without a comma, for a filter takes several with commas between.',
      }),
      { uniqueItems: true },
    ),
  ),
  labels: Type.Optional(labels),
  authors: Type.Optional(list(handle(), { uniqueItems: true })),
  roles: Type.Optional(list(assignment)),
  status_update_cadence_minutes: optional(integer(1, 1440)),
  clock_offsets: Type.Optional(clockOffsets),
  went_well: lessons('What went well, a sentence each.'),
  went_poorly: lessons('What went poorly, a sentence each.'),
  got_lucky: lessons('Where luck, not design, limited the damage.'),
  sections: Type.Optional(
    list(section, {
      maxItems: 20,
      description:
        'What the template has no place for; the document has them before *Action items*, each under its heading.',
    }),
  ),
  external_refs: Type.Optional(
    list(externalRef, {
      description:
        'How other systems know this incident; (system, id) is unique over all incidents, unless it is shared.',
    }),
  ),
  related: Type.Optional(
    list(part('RelatedIncident', { incident_id: incidentId(), relation }), {
      uniqueItems: true,
      description: 'No entry twice.',
    }),
  ),
}

/** What an incident shows, or what hangs below it, and no body of an incident sets. */
const elsewhere = {
  action_items: 'POST …/action-items takes each.',
  amending: 'POST …/amendments opens a final postmortem for a correction.',
  duration: 'how long it took is computed from the events that mark milestones (POST …/events).',
  events: 'POST …/events takes each.',
  factors: 'POST …/factors takes each.',
  phase: 'it follows from the events that mark milestones (POST …/events).',
  review: 'PUT …/review records it.',
  status: 'a postmortem moves by PUT …/review-request, and POST …/revisions makes it final.',
  timeline: 'POST …/events takes each of its events.',
}
const fixed = {
  id: 'an id never changes.',
  occurred_on:
    'it is the date in the id, which never changes: DELETE the draft, and open it with the right one.',
}

const occurredOn = calendarDate({ description: 'The day it happened: the date in its id.' })
const occurredOnInput = calendarDate({
  description:
    'Must be the date in `id` where both are given. Left out: the date in `id`, else today in the server’s time zone (`DEBRIEF_TIMEZONE`).',
})

const drill = {
  title: 'Payments drill',
  severity: 'SEV2',
  services: ['checkout', 'payments'],
  authors: ['ana'],
  status_update_cadence_minutes: 20,
  clock_offsets: { checkout: 4000 },
}

export const IncidentInput = component(
  'IncidentInput',
  { id: Type.Optional(incidentId()), occurred_on: Type.Optional(occurredOnInput), ...fields },
  { 'x-elsewhere': elsewhere, examples: [{ occurred_on: '2026-06-17', ...drill }] },
)

export const IncidentPatch = mergePatch('IncidentPatch', exact(fields), {
  'x-elsewhere': { ...elsewhere, ...fixed },
  examples: [{ summary: { what_broke: 'Checkout could not take payments.' } }],
})

/** The stored fields that a merge patch is applied to, and that its result has to satisfy. */
export const IncidentFields = component('IncidentFields', fields)

export const Incident = component(
  'Incident',
  {
    id: incidentId(),
    occurred_on: occurredOn,
    ...answered(fields),
    status: oneOf('PostmortemStatus', statuses, {
      description:
        'Of the postmortem: a `draft` is written, `in_review` it is discussed, `final` it is sealed. Moved by its lifecycle, never by PATCH.',
    }),
    amending: Type.Boolean({ description: 'True while a final document is being corrected.' }),
    phase: phase(),
    created_at: timestamp(),
    ...rowFields,
  },
  {
    description: 'An incident, without what hangs below it: events, factors and action items.',
    examples: [
      {
        id: 'PM-2026-06-17-payments-drill',
        occurred_on: '2026-06-17',
        ...drill,
        nature: 'incident',
        lang: 'en',
        summary: {
          what_broke: 'Checkout could not take payments.',
          who_was_affected: 'Everyone who paid by card.',
        },
        impact: { description: null, users_affected: 1840, requests_failed: 2310, cost: null },
        labels: { region: 'eu-west' },
        roles: [{ role: 'incident_commander', person: 'sam', from: '2026-06-17T14:14:00.000Z', to: null }],
        went_well: ['The status page was up within ten minutes.'],
        went_poorly: [],
        got_lucky: [],
        sections: [],
        external_refs: [{ system: 'pagerduty', id: 'Q2R11PAY', url: null, shared: false }],
        related: [],
        status: 'draft',
        amending: false,
        phase: 'resolved',
        created_at: '2026-06-17T15:00:00.000Z',
        version: 1,
        changed_by: 'token:admin',
        changed_at: '2026-06-17T15:00:00.000Z',
      },
    ],
  },
)

export const IncidentPage = pageOf('IncidentPage', Incident)

export const IncidentReference = component(
  'IncidentReference',
  {
    incident_id: incidentId(),
    status: Incident.properties.status,
    shared_with: Type.Array(incidentId(), {
      description: 'The other incidents that are known by it, where it is shared; the newest first.',
    }),
  },
  {
    description: 'Which incident another system means, and how far its postmortem is.',
    examples: [{ incident_id: 'PM-2026-06-17-payments-drill', status: 'draft', shared_with: [] }],
  },
)

export const externalRefParams = exact({
  system: systemName({ description: 'As `external_refs` has it.' }),
  id: line(255, { description: 'As `external_refs` has it; a slash in it is written %2F.' }),
})
export const incidentParams = exact({ incident_id: incidentId() })
export const incidentSortNames = ['occurred_on', 'changed_at', 'severity', 'title'] as const
export const incidentsQuery = exact({
  ...pageQuery,
  status: Type.Optional(anyOfWords('PostmortemStatus', statuses)),
  phase: Type.Optional(anyOfWords('IncidentPhase', phases)),
  nature: Type.Optional(anyOfWords('IncidentNature', natureNames)),
  severity: Type.Optional(anyOfWords('Severity', severities)),
  service: Type.Optional(
    anyOfNames({ description: 'Any of these services, separated by commas.', examples: [['checkout']] }),
  ),
  label: Type.Optional(
    anyOf(
      text(264, pattern(`^${labelName}(:[^,]+)?$`, 'the name of a label, or name:value', 'region:eu-west')),
      {
        description:
          'With any of these labels, separated by commas: `name:value`, or `name` alone for whatever value.',
        examples: [['region:eu-west']],
      },
    ),
  ),
  author: Type.Optional(
    anyOf(handle(), { description: 'Written by any of these people, separated by commas.' }),
  ),
  external_ref: Type.Optional(
    Type.String({
      ...pattern(
        '^[a-z0-9][a-z0-9._-]{0,63}:.{1,255}$',
        'a system, a colon and the id that it has there',
        'pagerduty:Q2R11PAY',
      ),
      format: 'line',
      description: 'What another system knows by this, as `system:id`; several incidents where it is shared.',
      examples: ['pagerduty:Q2R11PAY'],
    }),
  ),
  occurred_since: Type.Optional(
    calendarDate({ description: 'On this date or later (inclusive).', examples: ['2026-06-01'] }),
  ),
  occurred_before: Type.Optional(
    calendarDate({ description: 'Before this date (exclusive).', examples: ['2026-07-01'] }),
  ),
  changed_since: Type.Optional(
    timestamp({
      description:
        'With own fields that changed at this time or later (inclusive): what changes below an incident does not count.',
      examples: ['2026-06-17T14:00:00Z'],
    }),
  ),
  sort: Type.Optional(
    sortBy(
      incidentSortNames,
      'Ties go by the day, then by id, in the direction of the last name. Default `-occurred_on`.',
    ),
  ),
  q: Type.Optional(
    text(200, { description: 'A literal part of the title, in any case.', examples: ['payments'] }),
  ),
})

export type Incident = Static<typeof Incident>
export type IncidentsQuery = Static<typeof incidentsQuery>
export type IncidentSortName = (typeof incidentSortNames)[number]
export type IncidentReference = Static<typeof IncidentReference>
export type IncidentInput = Static<typeof IncidentInput>
export type IncidentFields = Static<typeof IncidentFields>

export const incidentSchemas = [IncidentInput, IncidentPatch, Incident, IncidentPage, IncidentReference]
