interface NatureOfIncident {
  name: string
  /** Whether it had an impact, which then has to be told, and measured by its milestones. */
  hasImpact: boolean
}

/** What an incident may have been. Contract, phase, checks and document derive from this table. */
export const natures = [
  { name: 'incident', hasImpact: true },
  { name: 'near_miss', hasImpact: false },
  { name: 'false_alarm', hasImpact: false },
  { name: 'vulnerability', hasImpact: false },
  { name: 'exercise', hasImpact: true },
] as const satisfies NatureOfIncident[]

export const natureNames = natures.map(({ name }) => name)
export type Nature = (typeof natureNames)[number]

export const naturesWithoutImpact = natures.filter(({ hasImpact }) => !hasImpact).map(({ name }) => name)
export const hasImpact = (nature: Nature): boolean =>
  !(naturesWithoutImpact as readonly Nature[]).includes(nature)
