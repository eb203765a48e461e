import type { Source } from '../timeline/source-schema.ts'
import type { Postmortem } from './schema.ts'

/** Names, sources and durations in words, for the document and for messages about it. */

/** The name of a person, or the handle where no name is known. */
export const personName = ({ people }: Pick<Postmortem, 'people'>, handle: string): string =>
  Object.hasOwn(people, handle) ? people[handle]! : handle

/** `impact_started` as `impact started`. */
export const humanize = (name: string): string => name.replaceAll('_', ' ')

/** The kind of what a change is made to: `alert rule`, `SLO`. */
export const targetKindWords = (kind: string): string => (kind === 'slo' ? 'SLO' : humanize(kind))

/** `incident_commander` as `Incident commander`. */
export const sentenceCase = (name: string): string => name.charAt(0).toUpperCase() + humanize(name).slice(1)

/** `1840` as `1,840`, in every locale. */
export const groupThousands = (count: number): string => String(count).replace(/\d(?=(?:\d{3})+$)/g, '$&,')

/** `prometheus alert`, `atlassian status page`; for a statement, `recollection of Priya Raman`. */
export const sourceName = (data: Postmortem, { kind, system, stated_by }: Source): string =>
  kind === 'statement'
    ? `recollection of ${personName(data, stated_by ?? system)}`
    : `${system} ${humanize(kind)}`

/** `6 min`, `1 h 20 min`, `2 d 3 h`, `42 s`; rounded to milliseconds below a minute, else to seconds. */
export function durationWords(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds * 1000) / 1000} s`
  const whole = Math.round(seconds)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
