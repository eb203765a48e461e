import Type, { type Static } from 'typebox'
import { answeredField, component, nullableObject, oneOf, part, timestamp, uuid } from '../http/fields.ts'
import { type MilestoneName, milestoneNames } from '../incidents/milestones.ts'
import { phase } from '../incidents/schema.ts'

const point = part('MilestonePoint', {
  milestone: oneOf('MilestoneName', milestoneNames),
  event_id: uuid(),
  at: timestamp(),
})
const seconds = Type.Unsafe<number | null>({
  type: ['number', 'null'],
  description: 'Seconds, to the millisecond; null when missing.',
})

interface Measure {
  name: string
  /** As the document names it, before “time”. */
  title: string
  from: MilestoneName
  to: MilestoneName
  /** Whether the document lists it even while it is not known. */
  always: boolean
}
export const durations = [
  { name: 'time_to_detect', title: 'Detection', from: 'impact_started', to: 'detected', always: true },
  {
    name: 'time_to_acknowledge',
    title: 'Acknowledgement',
    from: 'detected',
    to: 'acknowledged',
    always: false,
  },
  { name: 'time_to_mitigate', title: 'Mitigation', from: 'impact_started', to: 'mitigated', always: true },
  { name: 'time_to_resolve', title: 'Resolution', from: 'impact_started', to: 'resolved', always: false },
] as const satisfies Measure[]

const duration = part('Duration', {
  name: oneOf(
    'DurationName',
    durations.map(({ name }) => name),
  ),
  seconds,
  status: oneOf('DurationStatus', ['ok', 'missing', 'out_of_order'], {
    description: '`missing`: an end of it is not known; `out_of_order`: it ends before it begins.',
  }),
  from: answeredField(nullableObject(point)),
  to: answeredField(nullableObject(point)),
  missing: Type.Array(oneOf('MilestoneName', milestoneNames), {
    description: 'The milestones that no event of the timeline holds.',
  }),
})
const statusUpdateGap = part('StatusUpdateGap', {
  seconds,
  status: oneOf('StatusUpdateGapStatus', ['ok', 'missing', 'exceeded'], {
    description: '`missing`: fewer than two status updates; `exceeded`: longer than the cadence promised.',
  }),
  from_event_id: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'uuid' }),
  to_event_id: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'uuid' }),
  cadence_minutes: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
})

const impactStarted = {
  milestone: 'impact_started',
  event_id: '019785b0-5c00-7000-8000-000000000001',
  at: '2026-06-17T14:02:00.000Z',
}
const detected = {
  milestone: 'detected',
  event_id: '019785b0-5c00-7000-8000-000000000002',
  at: '2026-06-17T14:08:00.000Z',
}

export const Milestones = component(
  'Milestones',
  {
    phase: phase(),
    milestones: Type.Array(point, {
      description: 'The milestones that are held, in the order of their meaning.',
    }),
    durations: Type.Array(duration),
    status_update_gap: statusUpdateGap,
  },
  {
    description: 'Every duration with the events it comes from. A duration is never accepted as input.',
    examples: [
      {
        phase: 'ongoing',
        milestones: [impactStarted, detected],
        durations: [
          {
            name: 'time_to_detect',
            seconds: 360,
            status: 'ok',
            from: impactStarted,
            to: detected,
            missing: [],
          },
          {
            name: 'time_to_mitigate',
            seconds: null,
            status: 'missing',
            from: impactStarted,
            to: null,
            missing: ['mitigated'],
          },
        ],
        status_update_gap: {
          seconds: null,
          status: 'missing',
          from_event_id: null,
          to_event_id: null,
          cadence_minutes: 20,
        },
      },
    ],
  },
)

export type Milestones = Static<typeof Milestones>
export type DurationName = (typeof durations)[number]['name']
