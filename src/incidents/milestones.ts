interface Milestone {
  name: string
  /** The phase that an incident enters with it; null where it changes none. */
  phase: string | null
  /** The colour in which it is drawn. */
  tone: 'bad' | 'warn' | 'good' | 'calm'
  /** The end of “the event at which …”, for the message of that check. */
  moment: string
}

/** All milestones, in their order. Contract, phases, checks, document and drawing derive from this table. */
export const milestones = [
  { name: 'impact_started', phase: null, tone: 'bad', moment: 'the impact began' },
  { name: 'detected', phase: null, tone: 'calm', moment: 'it was noticed' },
  { name: 'acknowledged', phase: null, tone: 'calm', moment: 'somebody took it on' },
  { name: 'mitigated', phase: 'mitigated', tone: 'warn', moment: 'users no longer felt it' },
  { name: 'resolved', phase: 'resolved', tone: 'good', moment: 'it was over' },
] as const satisfies Milestone[]

export const milestoneNames = milestones.map(({ name }) => name)
export type MilestoneName = (typeof milestoneNames)[number]

/** The milestones that begin a phase. An incident's phase is that of the last one that an event of its last spell marks. */
export const phaseMilestones = milestones.flatMap(({ name, phase }) =>
  phase === null ? [] : [{ name, phase }],
)
/** The phase of an incident whose last spell has none of them. */
export const firstPhase = 'ongoing'
/** The phase of what has no impact. */
export const noImpactPhase = 'no_impact'
export const phases = [firstPhase, ...phaseMilestones.map(({ phase }) => phase), noImpactPhase] as const
export type Phase = (typeof phases)[number]
