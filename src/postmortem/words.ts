import type { Source } from '../timeline/schema.ts'
import type { Postmortem } from './schema.ts'

/** How names, sources and durations read, in the document and in sentences about it. */

/** The name of a person, or the handle where no name is known. */
export const personName = ({ people }: Postmortem, handle: string): string =>
  Object.hasOwn(people, handle) ? people[handle]! : handle

/** `impact_started` as `impact started`. */
export const words = (name: string): string => name.replaceAll('_', ' ')

/** `incident_commander` as `Incident commander`. */
export const titleWords = (name: string): string => name.charAt(0).toUpperCase() + words(name).slice(1)

/** `prometheus alert`; what someone remembers is called that. */
export const sourceName = (data: Postmortem, { kind, system, stated_by }: Source): string =>
  kind === 'statement' ? `recollection of ${personName(data, stated_by ?? system)}` : `${system} ${kind}`

/** `6 min`, `1 h 20 min`, `2 d 3 h`, `42 s`; below a minute to the millisecond, above it to the second. */
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
