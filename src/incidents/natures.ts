interface NatureOfIncident {
  name: string
  /** Whether it had an impact, which then has to be told, and measured by its milestones. */
  hasImpact: boolean
  /** What the head of the document says of it; null for an incident, which is what is expected. */
  headline: string | null
}

/** What an incident may have been. Contract, phase, checks and document derive from this table. */
export const natures = [
  { name: 'incident', hasImpact: true, headline: null },
  { name: 'near_miss', hasImpact: false, headline: 'Near miss, no impact' },
  { name: 'false_alarm', hasImpact: false, headline: 'False alarm, no impact' },
  { name: 'vulnerability', hasImpact: false, headline: 'Vulnerability' },
  { name: 'exercise', hasImpact: true, headline: 'Exercise' },
] as const satisfies NatureOfIncident[]

export const natureNames = natures.map(({ name }) => name)
export type Nature = (typeof natureNames)[number]

export const naturesWithoutImpact = natures.filter(({ hasImpact }) => !hasImpact).map(({ name }) => name)
export const hasImpact = (nature: Nature): boolean =>
  !(naturesWithoutImpact as readonly Nature[]).includes(nature)

const headlines = new Map<Nature, string | null>(natures.map(({ name, headline }) => [name, headline]))
export const headlineOf = (nature: Nature): string | null => headlines.get(nature) ?? null
