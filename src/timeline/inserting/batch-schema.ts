import Type, { type Static } from 'typebox'
import { component, examplesOf, integer, itemwise, oneOf, part, ref } from '../../http/fields.ts'
import { Problem } from '../../http/problem.ts'
import { EventInput, EventReceipt } from '../schema.ts'

const result = oneOf('EventResultKind', ['created', 'duplicate', 'rejected'], {
  description:
    '`duplicate`: its key was stored before, and that event stays as it is; a warning says where the content is another. `rejected`: not stored; `problem` says why.',
})
const { warnings, ...receipt } = EventReceipt.properties
const { id, incident_id, source_system, dedupe_key, version } = receipt
const problem = Type.Optional(ref(Problem))

const eventResult = part('EventResult', {
  result,
  id: Type.Optional(id),
  incident_id: Type.Optional(incident_id),
  source_system: Type.Optional(source_system),
  dedupe_key: Type.Optional(dedupe_key),
  version: Type.Optional(version),
  warnings: Type.Optional(warnings),
  index: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Of a rejected event: its place in the list.' }),
  ),
  problem,
})

export const EventBatch = component(
  'EventBatch',
  { events: itemwise(ref(EventInput), { minItems: 1, maxItems: 1000 }) },
  { examples: [{ events: examplesOf(EventInput) }] },
)
export const EventBatchResult = component(
  'EventBatchResult',
  { results: Type.Array(eventResult, { description: 'One result for each event sent, in the order sent.' }) },
  {
    description: 'What became of each event sent: its receipt, or its problem.',
    examples: [{ results: [{ result: 'created', ...(examplesOf(EventReceipt)[0] as object) }] }],
  },
)

const line = integer(1, Number.MAX_SAFE_INTEGER, { format: 'int64', description: 'Counted from 1.' })
const count = (description: string) =>
  integer(0, Number.MAX_SAFE_INTEGER, { format: 'int64', description: `${description}, from the start on.` })
const counts = {
  created: count('Lines whose events were stored'),
  duplicate: count('Lines whose events were stored before'),
  rejected: count('Lines that were refused'),
}

export const EventLineResult = component(
  'EventLineResult',
  { line, result, id: Type.Optional(id), warnings: Type.Optional(warnings), problem },
  {
    description: 'What became of a line that was rejected, or has warnings.',
    examples: [
      {
        line: 17,
        result: 'created',
        id: '019785b0-5c00-7000-8000-000000000002',
        warnings: ['/role may have 200 characters, and was cut to them: `original` has all of it.'],
      },
    ],
  },
)
export const EventsSettled = component(
  'EventsSettled',
  { line, ...counts },
  {
    description: 'All lines up to this one are settled: what of them is not rejected is stored.',
    examples: [{ line: 1000, created: 998, duplicate: 1, rejected: 1 }],
  },
)
export const EventsEnd = component(
  'EventsEnd',
  {
    end: Type.Boolean({ description: 'False where the stream was given up, for the reason in `problem`.' }),
    lines: integer(0, Number.MAX_SAFE_INTEGER, { format: 'int64', description: 'How many are settled.' }),
    ...counts,
    problem,
  },
  {
    description: 'The last line. Without it the answer was cut off: send again what is not settled.',
    examples: [{ end: true, lines: 1000, created: 998, duplicate: 1, rejected: 1 }],
  },
)

export type EventResult = Static<typeof eventResult>
export type EventLineResult = Static<typeof EventLineResult>
export type EventsSettled = Static<typeof EventsSettled>
export type EventsEnd = Static<typeof EventsEnd>

export const batchSchemas = [EventBatch, EventBatchResult, EventLineResult, EventsSettled, EventsEnd]
