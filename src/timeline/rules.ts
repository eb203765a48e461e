import { completed } from '../db/columns.ts'
import type { Answered } from '../http/fields.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { type MilestoneName, milestoneNames } from '../incidents/milestones.ts'
import { canonicalJson, sha256Hex } from '../kit/json/json.ts'
import { isCoarserThan, startOf, timeUnits, unitOf } from '../kit/time/partial-time.ts'
import { type Event, EventFields } from './schema.ts'
import { type Source, source } from './source-schema.ts'
import type { DisputeInput, DisputeResolutionInput } from './state-schema.ts'

const day = 86_400_000

/**
 * Fills in an event's defaults and brings its times to UTC, as they are stored.
 * @param stored the event that is patched: times that stay the same are not cut to their unit again
 * @throws 422 naming the field: a source that cites nothing, a statement without a speaker, a time that says less
 * than its precision, a precision that a stored time does not have, an end before the start, a time more than a day ahead
 */
export function normalizeEvent(
  fields: EventFields,
  now: Date,
  stored?: Pick<Event, 'occurred_at' | 'occurred_until' | 'precision'>,
): Answered<EventFields> {
  const isSame = (name: TimeName) => stored !== undefined && stored[name] === fields[name]
  const known = isSame('occurred_at') ? stored!.precision : unitOf(fields.occurred_at)
  const precision = fields.precision ?? known
  const isKept = (name: TimeName) => isSame(name) && stored!.precision === precision
  for (const name of timeNames)
    if (fields[name] && isSame(name)) requireKnownTo(precision, stored!.precision, name)
  const timeAt = (name: TimeName, time: string): string =>
    isKept(name) ? time : normalizeTime(time, precision, { at: `/${name}`, now })
  const occurred_at = timeAt('occurred_at', fields.occurred_at)
  const occurred_until = fields.occurred_until ? timeAt('occurred_until', fields.occurred_until) : null
  requireSpan(occurred_at, occurred_until, fields.between ?? false)
  const sources = fields.sources.map((source, index) => normalizeSource(source, `/sources/${index}`))
  const milestones = milestoneNames.filter(name => fields.milestones?.includes(name))
  const times = { occurred_at, occurred_until, precision }
  if (!fields.between && occurred_until !== null && occurred_until > occurred_at) requireOneMoment(milestones)
  const complete = completed(EventFields, { ...fields, ...times, milestones, sources: [] })
  return { ...complete, sources } as Answered<EventFields>
}

const timeNames = ['occurred_at', 'occurred_until'] as const
type TimeName = (typeof timeNames)[number]

/** Stored is the start of a unit, and nobody has said that it happened just then. */
function requireKnownTo(precision: Event['precision'], known: Event['precision'], name: TimeName): void {
  if (known === 'approximate') return
  const asked = precision === 'approximate' ? 'hour' : precision
  if (timeUnits.indexOf(asked) <= timeUnits.indexOf(known)) return
  const detail = `/precision cannot be ${precision}, because the stored /${name} is known to the ${units[known]} only: send that time, too, as exactly as it is known now.`
  throw fieldError('/precision', 'finer_than_stored', detail)
}

/** The start of the unit that contains a time. An approximate time has no unit, but does not mean a whole day. */
function normalizeTime(
  time: string,
  precision: Event['precision'],
  { at, now }: { at: string; now: Date },
): string {
  const isAbout = precision === 'approximate'
  if (isCoarserThan(time, isAbout ? 'hour' : precision)) {
    const detail = isAbout ? noTimeOfDay(at) : coarserDetail(at, time, precision)
    throw fieldError(at, 'coarser_than_precision', detail)
  }
  const start = startOf(time, isAbout ? 'exact' : precision)
  if (isTooFarAhead(start, now))
    throw fieldError(
      at,
      'future',
      `${at} must not be more than a day ahead of now: what is only planned has not happened yet.`,
    )
  return start
}

/** Of a time in UTC: clocks may differ by a zone. */
export const isTooFarAhead = (start: string, now: Date): boolean => Date.parse(start) > now.getTime() + day

const noTimeOfDay = (at: string): string =>
  `${at} must have a time of day when it is approximate: of what is known to the day, the precision is day.`

/** A precision that is left out follows from the start alone, so that leaving it out does not help the end. */
function coarserDetail(at: string, time: string, precision: keyof typeof units): string {
  const toThe = `to the ${units[precision]}`
  return at === '/occurred_until'
    ? `${at} says less than the precision ${precision}, which is that of both times: give it ${toThe}, or send the precision ${unitOf(time)}.`
    : `${at} says less than the precision ${precision}: leave the precision out, which then follows from the time, or give the time ${toThe}.`
}

const units = { exact: 'second', minute: 'minute', hour: 'hour', day: 'day' }

/** A milestone is a moment: of what lasted its start, which cannot be its end, too. */
function requireOneMoment(milestones: MilestoneName[]): void {
  const end = milestones.find(name => name === 'mitigated' || name === 'resolved')
  if (end === undefined || !milestones.includes('impact_started')) return
  const detail = `/milestones has impact_started and ${end}, and the event lasted: it marks its start, so send an event of its own for the end, or leave /occurred_until out.`
  throw fieldError('/milestones', 'lasted', detail)
}

function requireSpan(from: string, until: string | null, isBetween: boolean): void {
  if (until === null && isBetween) {
    const detail = '/occurred_until is required with between: between which moments did it happen?'
    throw fieldError('/occurred_until', 'required', detail)
  }
  if (until !== null && until < from)
    throw fieldError(
      '/occurred_until',
      'order',
      '/occurred_until must not be before /occurred_at: it is the end of what lasted, or the latest moment of what happened between.',
    )
}

/**
 * The milestones that a body marks: `milestone` is short for a list of one. An empty list beside it, which some generated
 * clients send, says nothing.
 * @throws 422 when a body has both
 */
export function withMilestones<
  Body extends { milestone?: MilestoneName | null; milestones?: MilestoneName[] | null },
>({ milestone, ...body }: Body): Omit<Body, 'milestone'> {
  if (milestone === undefined) return body
  if (body.milestones?.length && milestone !== null) {
    const detail = '/milestone is short for /milestones with one entry: leave out one of both.'
    throw fieldError('/milestone', 'exclusive', detail)
  }
  return { ...body, milestones: milestone === null ? (body.milestones ?? []) : [milestone] }
}

/**
 * A patched event without its precision where the patch brings a time and no precision of its own, and the precision does
 * not fit the time: then that says how well it is known. A whole time may still be of a minute, or approximate.
 */
export function withoutUnfitPrecision(
  stored: EventFields,
  { occurred_at, precision }: { occurred_at?: string; precision?: Event['precision'] | null },
): EventFields {
  const { precision: known, ...fields } = stored
  if (occurred_at === undefined || precision !== undefined || known === undefined) return stored
  const isCoarser = isCoarserThan(occurred_at, known === 'approximate' ? 'hour' : known)
  const isFiner = (known === 'day' || known === 'hour') && unitOf(occurred_at) !== known
  return isCoarser || isFiner ? fields : stored
}

/**
 * The hash of an event's content as it was sent. Fields that came later are left out while they say nothing, and one
 * milestone of spell 1 counts as it did when an event had one at most: what was sent before is known again.
 */
export function contentSha256(given: EventFields, values: Answered<EventFields>): string {
  const { between, description, kind, milestones, precision, relevance, role, sources, spell } = values
  const { occurred_at, occurred_until } = given
  const [milestone = null] = milestones
  const isPlain = spell === 1 && milestones.length < 2
  // In the order of the names, which canonicalJson would sort otherwise.
  const content = {
    between: occurred_until ? between : undefined,
    description,
    kind,
    milestone: isPlain ? milestone : undefined,
    milestones: isPlain ? undefined : milestones,
    occurred_at: momentSent(occurred_at),
    occurred_until: occurred_until ? momentSent(occurred_until) : undefined,
    precision,
    relevance: relevance === 'normal' ? undefined : relevance,
    role,
    sources: sources.map(sourceSent),
    spell: isPlain ? undefined : spell,
  } satisfies Record<keyof EventFields | 'milestone', unknown>
  return sha256Hex(canonicalJson(content))
}

const sourceSent = ({ evidence, ...source }: Source) => (evidence === null ? source : { ...source, evidence })

/** Not cut to the precision: two times in one minute are two contents. */
const momentSent = (time: string): string => startOf(time, unitOf(time))

/**
 * Fills in a source's defaults; `at` is its JSON pointer.
 * @throws 422 naming the field: a source that cites nothing, or a statement without a speaker
 */
export function normalizeSource(given: EventFields['sources'][number], at: string): Source {
  const isStatement = given.kind === 'statement'
  const system = given.system ?? (isStatement ? 'person' : undefined)
  if (system === undefined)
    throw fieldError(
      `${at}/system`,
      'required',
      `${at}/system is required: where does it come from? A name such as prometheus or slack.`,
    )
  if (isStatement && !given.stated_by)
    throw fieldError(
      `${at}/stated_by`,
      'required',
      `${at}/stated_by is required for a statement: who said it? The handle of a person.`,
    )
  if (!given.url && !given.excerpt && !given.evidence) {
    throw fieldError(
      at,
      'nothing_cited',
      `${at} needs a url, an excerpt or evidence: something that a reader can look at.`,
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
