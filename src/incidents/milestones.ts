interface Milestone {
  name: string
  /** The phase that an incident enters with it; null where it changes none. */
  phase: string | null
  /** Whether the check MILESTONE_MISSING requires it. */
  required: boolean
  /** The colour in which it is drawn. */
  tone: 'bad' | 'warn' | 'good' | 'calm'
  /** The end of “the event at which …”, for the message of that check. */
  moment: string
}

/** All milestones, in their order. Contract, phases, checks, document and drawing derive from this table. */
export const milestones = [
  { name: 'impact_started', phase: null, required: true, tone: 'bad', moment: 'the impact began' },
  { name: 'detected', phase: null, required: true, tone: 'calm', moment: 'it was noticed' },
  { name: 'acknowledged', phase: null, required: false, tone: 'calm', moment: 'somebody took it on' },
  { name: 'mitigated', phase: 'mitigated', required: true, tone: 'warn', moment: 'users no longer felt it' },
  { name: 'resolved', phase: 'resolved', required: true, tone: 'good', moment: 'it was over' },
] as const satisfies Milestone[]

export const milestoneNames = milestones.map(({ name }) => name)
export type MilestoneName = (typeof milestoneNames)[number]

/** The milestones that begin a phase. An incident's phase is that of the last one that an event marks. */
export const phaseMilestones = milestones.flatMap(({ name, phase }) =>
  phase === null ? [] : [{ name, phase }],
)
/** The phase of an incident of which no event marks any of them. */
export const firstPhase = 'ongoing'
export const phases = [firstPhase, ...phaseMilestones.map(({ phase }) => phase)] as const
export type Phase = (typeof phases)[number]
