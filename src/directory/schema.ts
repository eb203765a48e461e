import Type, { type Static } from 'typebox'
import {
  answered,
  calendarDate,
  component,
  exact,
  examplesOf,
  handle,
  itemwise,
  line,
  mergePatch,
  nullable,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  part,
  ref,
  rowFields,
} from '../http/fields.ts'
import { Problem } from '../http/problem.ts'

const email = Type.String({ format: 'email', maxLength: 254 })

const personFields = {
  name: line(),
  email: optional(email),
  team: optional(handle({ description: 'The handle of this person’s team.' })),
  active: Type.Optional(
    Type.Boolean({
      description:
        'False when the person has left: history stays, and their tokens stop working. Left out, or null in a patch, it stays as it is, and who is new is active. To change it for somebody who holds a token of a higher scope needs a token of that scope.',
    }),
  ),
}

const priya = { name: 'Priya Raman', email: 'priya@carta.example', team: 'payments-team', active: true }

export const PersonInput = component('PersonInput', personFields, { examples: [priya] })
export const PersonEntry = component(
  'PersonEntry',
  { handle: handle(), ...personFields },
  { description: 'A person in a batch.', examples: [{ handle: 'priya', ...priya }] },
)
export const PersonPatch = mergePatch('PersonPatch', PersonInput, { examples: [{ active: false }] })

const row = { version: 1, changed_by: 'token:admin', changed_at: '2026-06-17T13:00:00.000Z' }
const openItem = {
  incident_id: 'PM-2026-06-17-payments-drill',
  id: 'AI-1',
  title: 'Add retry-with-backoff to the checkout payments call',
  due_on: '2026-06-24',
}

export const Person = component(
  'Person',
  { handle: handle(), ...answered(personFields), ...rowFields },
  { description: 'A person of the directory.', examples: [{ handle: 'priya', ...priya, ...row }] },
)
export const PersonDetail = component(
  'PersonDetail',
  {
    ...Person.properties,
    open_action_items: Type.Array(
      part('OpenActionItem', {
        incident_id: Type.String(),
        id: Type.String(),
        title: Type.String(),
        due_on: calendarDate(),
      }),
      { description: 'What this person owns that is not done, soonest due first; 100 at most.' },
    ),
  },
  {
    description: 'A person of the directory, with the action items that are theirs and open.',
    examples: [{ handle: 'priya', ...priya, ...row, open_action_items: [openItem] }],
  },
)

const teamFields = { name: line(), email: optional(email) }
const team = { name: 'Payments', email: 'payments@carta.example' }

export const TeamInput = component('TeamInput', teamFields, { examples: [team] })
export const TeamPatch = mergePatch('TeamPatch', TeamInput, { examples: [{ name: 'Payments and Billing' }] })
export const Team = component(
  'Team',
  { handle: handle(), ...answered(teamFields), ...rowFields },
  { description: 'A team of the directory.', examples: [{ handle: 'payments-team', ...team, ...row }] },
)

export const PersonPage = pageOf('PersonPage', Person)
export const TeamPage = pageOf('TeamPage', Team)

const personResult = part('PersonResult', {
  handle: nullable(Type.String()),
  result: oneOf('BatchResult', ['created', 'updated', 'duplicate', 'rejected'], {
    description: '`duplicate`: it was stored like this already. `rejected`: not stored; `problem` says why.',
  }),
  problem: Type.Optional(ref(Problem)),
})
export const PersonBatch = component(
  'PersonBatch',
  { people: itemwise(ref(PersonEntry), { minItems: 1, maxItems: 1000 }) },
  { examples: [{ people: examplesOf(PersonEntry) }] },
)
export const PersonBatchResult = component(
  'PersonBatchResult',
  {
    results: Type.Array(personResult, { description: 'One result for each person sent, in the order sent.' }),
  },
  {
    description: 'What became of each person sent.',
    examples: [{ results: [{ handle: 'priya', result: 'created' }] }],
  },
)

export const handleParam = exact({ handle: handle() })
export const peopleQuery = exact({
  ...pageQuery,
  team: Type.Optional(handle({ description: 'People of this team.', examples: ['payments-team'] })),
  active: Type.Optional(
    Type.Boolean({ description: 'true: who is here; false: who has left. Both unless given.' }),
  ),
})
export const teamsQuery = exact({ ...pageQuery })
export const batchQuery = exact({
  atomic: Type.Optional(Type.Boolean({ description: 'true: all or nothing.' })),
})

export type Person = Static<typeof Person>
export type PersonDetail = Static<typeof PersonDetail>
export type PersonInput = Static<typeof PersonInput>
export type PersonEntry = Static<typeof PersonEntry>
export type PersonResult = Static<typeof personResult>
export type Team = Static<typeof Team>
export type TeamInput = Static<typeof TeamInput>

export const directorySchemas = [
  PersonInput,
  PersonEntry,
  PersonPatch,
  Person,
  PersonDetail,
  PersonPage,
  PersonBatch,
  PersonBatchResult,
  TeamInput,
  TeamPatch,
  Team,
  TeamPage,
]
