import Type, { type Static } from 'typebox'
import { answeredField, component, nullableObject, oneOf, part, timestamp, uuid } from '../../http/fields.ts'
import { type MilestoneName, milestoneNames } from '../../incidents/milestones.ts'
import { phase } from '../../incidents/schema.ts'

const point = part('MilestonePoint', {
  milestone: oneOf('MilestoneName', milestoneNames),
  event_id: uuid(),
  at: timestamp({ description: 'The event’s corrected time; its `precision` says how well it is known.' }),
})
const nullableNumber = (description: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], description })
const nullableInteger = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], description })

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

const durationNames = ['impact', ...durations.map(({ name }) => name)] as const

const duration = part('Duration', {
  name: oneOf('DurationName', durationNames, {
    description:
      '`impact` ends with the mitigation, or with the resolution where nothing was mitigated. Without an impact, `time_to_resolve` begins with the detection.',
  }),
  seconds: nullableNumber(
    'From start to start, or from the middle of a `between`, to the millisecond; null when missing. Negative where it was detected before the impact.',
  ),
  at_least: nullableNumber('The lower bound in seconds; null where an end is approximate or missing.'),
  at_most: nullableNumber('The upper bound in seconds.'),
  status: oneOf('DurationStatus', ['ok', 'missing', 'out_of_order'], {
    description:
      '`missing`: an end of it is not known; `out_of_order`: it certainly ends before it begins, or spells overlap.',
  }),
  from: answeredField(nullableObject(point)),
  to: answeredField(nullableObject(point)),
  missing: Type.Array(oneOf('MilestoneName', milestoneNames), {
    description: 'The milestones that no event of the timeline holds.',
  }),
})
const spell = part('Spell', {
  spell: Type.Integer({ minimum: 1 }),
  milestones: Type.Array(point, {
    description: 'The milestones that are held, in the order of their meaning.',
  }),
  durations: Type.Array(duration),
})
const statusUpdateGap = part('StatusUpdateGap', {
  seconds: nullableNumber('Between two status updates of one spell, or from the last one to its end.'),
  status: oneOf('StatusUpdateGapStatus', ['ok', 'missing', 'exceeded', 'too_few'], {
    description:
      '`missing`: nothing can be measured; `exceeded`: longer than the cadence promised; `too_few`: fewer than two in a spell longer than the cadence.',
  }),
  spell: nullableInteger('The spell that it lies in.'),
  updates: nullableInteger(
    'How many status updates lie in that spell; 5000 where more are stored, of which none is measured.',
  ),
  spell_seconds: nullableNumber('How long that spell lasted, to its resolution where it has one.'),
  from_event_id: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'uuid' }),
  to_event_id: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'uuid',
    description: 'The next status update, or the event that ends the spell.',
  }),
  cadence_minutes: nullableInteger('The time between two updates that was promised.'),
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
const unknownImpact = {
  name: 'impact',
  seconds: null,
  at_least: null,
  at_most: null,
  status: 'missing',
  from: impactStarted,
  to: null,
  missing: ['mitigated'],
}

export const Milestones = component(
  'Milestones',
  {
    phase: phase(),
    spells: Type.Array(spell, { description: 'By number, which follows time; at least one.' }),
    impact: nullableObject(duration, {
      description:
        'The sum of the spells’ impacts: how long it lasted. Null for what has no impact. An unfinished spell leaves `at_least` alone.',
    }),
    status_update_gap: statusUpdateGap,
  },
  {
    description: 'Every duration with the events it comes from. A duration is never accepted as input.',
    examples: [
      {
        phase: 'ongoing',
        spells: [
          {
            spell: 1,
            milestones: [impactStarted, detected],
            durations: [
              unknownImpact,
              {
                name: 'time_to_detect',
                seconds: 360,
                at_least: 360,
                at_most: 360,
                status: 'ok',
                from: impactStarted,
                to: detected,
                missing: [],
              },
              { ...unknownImpact, name: 'time_to_mitigate' },
            ],
          },
        ],
        impact: unknownImpact,
        status_update_gap: {
          seconds: null,
          status: 'missing',
          spell: null,
          updates: null,
          spell_seconds: null,
          from_event_id: null,
          to_event_id: null,
          cadence_minutes: 20,
        },
      },
    ],
  },
)

export type Milestones = Static<typeof Milestones>
export type Spell = Milestones['spells'][number]
export type Duration = Spell['durations'][number]
export type DurationName = Duration['name']
