import { completed } from '../db/columns.ts'
import type { Answered } from '../http/fields.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { firstPhase, type MilestoneName, milestoneNames, phaseMilestones } from '../incidents/milestones.ts'
import { canonicalJson } from '../kit/json.ts'
import { toUtc } from '../kit/time.ts'
import { durations, type Milestones } from './milestones-schema.ts'
import {
  type DisputeInput,
  type DisputeResolutionInput,
  type Event,
  EventFields,
  type Source,
  source,
} from './schema.ts'

const day = 86_400_000

/**
 * Fills in an event's defaults and brings its times to UTC, as they are stored.
 * @throws 422 naming the field: a source without url and excerpt, a statement without a speaker, a time more than a day
 * ahead
 */
export function normalizeEvent(fields: EventFields, now: Date): Answered<EventFields> {
  if (Date.parse(toUtc(fields.occurred_at)) > now.getTime() + day) {
    throw fieldError('/occurred_at', 'future', '/occurred_at must not be more than a day ahead of now.')
  }
  const sources = fields.sources.map((source, index) => normalizeSource(source, `/sources/${index}`))
  return completed(EventFields, { ...fields, sources }) as Answered<EventFields>
}

/**
 * Fills in a source's defaults; `at` is its JSON pointer.
 * @throws 422 naming the field: a source without url and excerpt, or a statement without a speaker
 */
export function normalizeSource(given: EventFields['sources'][number], at: string): Source {
  const isStatement = given.kind === 'statement'
  const system = given.system ?? (isStatement ? 'person' : undefined)
  if (system === undefined)
    throw fieldError(`${at}/system`, 'required', `${at}/system is required: where does it come from?`)
  if (isStatement && !given.stated_by)
    throw fieldError(
      `${at}/stated_by`,
      'required',
      `${at}/stated_by is required for a statement: who said it?`,
    )
  if (!given.url && !given.excerpt) {
    throw fieldError(
      at,
      'nothing_cited',
      `${at} needs a url or an excerpt: something that a reader can look at.`,
    )
  }
  return completed(source, { ...given, system }) as Source
}

/** The dispute of an event. The same one again keeps its time and its resolution. */
export function raiseDispute(
  { dispute }: Event,
  given: DisputeInput,
  at: string,
): NonNullable<Event['dispute']> {
  const isSame = dispute?.statement === given.statement && dispute.raised_by === given.raised_by
  return isSame ? dispute : { ...given, at, resolution: null }
}

/**
 * The dispute with its resolution, which cites a source. The same resolution again keeps its time.
 * @throws 409 when the event is not disputed
 */
export function answerDispute({ id, dispute }: Event, { text, source }: DisputeResolutionInput, at: string) {
  if (dispute === null) {
    const detail = `Event ${id} is not disputed, so there is nothing to resolve: PUT …/dispute first.`
    throw new DebriefError('wrong_state', detail)
  }
  const given = { text, source: normalizeSource(source, '/source') }
  const { at: since = at, ...stored } = dispute.resolution ?? {}
  const isSame = canonicalJson(stored) === canonicalJson(given)
  return { ...dispute, resolution: { ...given, at: isSame ? since : at } }
}

type TimelineEvent = Pick<Event, 'id' | 'corrected_at' | 'milestone' | 'kind'>
type Point = Milestones['milestones'][number]

/**
 * Computes every duration with its events, and the longest gap between status updates, in seconds.
 * @param events those of the timeline (not retracted), by corrected time
 * @param cadenceMinutes the promised time between two status updates, if any
 */
export function milestonesOf(events: TimelineEvent[], cadenceMinutes: number | null): Milestones {
  const points = new Map<MilestoneName, Point>()
  for (const { id, corrected_at, milestone } of events)
    if (milestone !== null) points.set(milestone, { milestone, event_id: id, at: corrected_at })
  return {
    phase: phaseMilestones.findLast(({ name }) => points.has(name))?.phase ?? firstPhase,
    milestones: milestoneNames.flatMap(name => points.get(name) ?? []),
    durations: durations.map(measure => durationOf(measure, points)),
    status_update_gap: longestGap(
      events.filter(({ kind }) => kind === 'status_update'),
      cadenceMinutes,
    ),
  }
}

function durationOf(
  measure: (typeof durations)[number],
  points: Map<MilestoneName, Point>,
): Milestones['durations'][number] {
  const { name } = measure
  const [from, to] = [points.get(measure.from) ?? null, points.get(measure.to) ?? null]
  const missing = [measure.from, measure.to].filter(milestone => !points.has(milestone))
  if (!from || !to) return { name, seconds: null, status: 'missing', from, to, missing }
  const seconds = secondsBetween(from.at, to.at)
  return { name, seconds, status: seconds < 0 ? 'out_of_order' : 'ok', from, to, missing }
}

function longestGap(
  updates: TimelineEvent[],
  cadence_minutes: number | null,
): Milestones['status_update_gap'] {
  const gaps = updates.slice(1).map((later, i) => {
    const earlier = updates[i]!
    return {
      seconds: secondsBetween(earlier.corrected_at, later.corrected_at),
      from_event_id: earlier.id,
      to_event_id: later.id,
    }
  })
  const longest = gaps.reduce<(typeof gaps)[number] | null>(
    (a, b) => (a !== null && a.seconds >= b.seconds ? a : b),
    null,
  )
  if (longest === null)
    return { seconds: null, status: 'missing', from_event_id: null, to_event_id: null, cadence_minutes }
  const exceeded = cadence_minutes !== null && longest.seconds > cadence_minutes * 60
  return { ...longest, status: exceeded ? 'exceeded' : 'ok', cadence_minutes }
}

const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000
