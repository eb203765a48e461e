import { type MilestoneName, milestones } from '../../../incidents/milestones.ts'
import { hasImpact, type Nature } from '../../../incidents/natures.ts'
import { intervalOf, isNegative, lapseBetween } from '../../../timeline/milestones/intervals.ts'
import type { Duration, Spell } from '../../../timeline/milestones/schema.ts'
import { overlapsOf } from '../../../timeline/milestones/spells.ts'
import type { Event } from '../../../timeline/schema.ts'
import { cadenceWords, countWords, gapWords } from '../../document/status-updates.ts'
import { eventTime, type TimeFormat } from '../../document/time-format.ts'
import { humanize, sentenceCase } from '../../words.ts'
import type { Failure } from '../check-input.ts'
import { failure, type Rule } from './failure.ts'

/** The moments of the timeline, and the durations between them. */
export const timelineRules = {
  MILESTONE_MISSING: ({ data: { incident, milestones } }) => {
    const { spells } = milestones
    return spells.flatMap((spell, i) =>
      missingIn(spell, incident.nature, { isFirst: i === 0, isLast: i === spells.length - 1 }).map(name =>
        missingFailure(name, spells.length === 1 ? undefined : spell.spell),
      ),
    )
  },

  MILESTONE_ORDER: ({ data, timeline }) => {
    const { spells } = data.milestones
    const holders = holdersIn(spells, timeline)
    return [
      ...spells.flatMap(spell => misplacedIn(spell, holders).flatMap(ends => orderFailure(ends, holders))),
      ...overlapFailures(spells, holders),
    ]
  },

  STATUS_UPDATE_GAP: ({ data: { milestones }, timeline }) => {
    const { cadence_minutes, status, from_event_id, to_event_id } = milestones.status_update_gap
    if (cadence_minutes === null || status === 'ok' || status === 'missing') return []
    const eventById = new Map(timeline.map(event => [event.id, event]))
    const found =
      status === 'too_few'
        ? countWords(milestones, eventById)
        : `none was given for ${gapWords(milestones, eventById)}`
    return [
      failure(
        '/status_update_cadence_minutes',
        `A status update every ${cadenceWords(cadence_minutes)} was promised, and ${found}: say what stood in the way, or add the update that is missing.`,
        [from_event_id, to_event_id].filter(id => id !== null),
      ),
    ]
  },
} satisfies Record<string, Rule>

interface Place {
  isFirst: boolean
  isLast: boolean
}

/** The milestones that a spell lacks, by what the incident was. */
function missingIn({ milestones }: Spell, nature: Nature, { isFirst, isLast }: Place): MilestoneName[] {
  const has = (name: MilestoneName) => milestones.some(({ milestone }) => milestone === name)
  const isOver = has('mitigated') || has('resolved')
  const asked: [MilestoneName, boolean][] = hasImpact(nature)
    ? [
        ['impact_started', true],
        ['detected', isFirst],
        ['mitigated', !isLast && !isOver],
        ['resolved', isLast],
      ]
    : [
        ['detected', isFirst],
        ['resolved', isLast && nature !== 'near_miss'],
      ]
  return asked.filter(([name, isAsked]) => isAsked && !has(name)).map(([name]) => name)
}

function missingFailure(name: MilestoneName, spell: number | undefined): Failure {
  const { moment } = milestones.find(one => one.name === name)!
  const [at, of] = spell === undefined ? ['', ''] : [`${spell}/`, ` of spell ${spell}`]
  return failure(
    `/milestones/${at}${name}`,
    `Mark the event${of} at which ${moment} with the milestone ${name}: durations are measured from it.`,
  )
}

type Holders = ReadonlyMap<string, Event>

/** The events that hold milestones, by id. */
function holdersIn(spells: readonly Spell[], timeline: readonly Event[]): Holders {
  const ids = new Set(spells.flatMap(({ milestones }) => milestones.map(({ event_id }) => event_id)))
  return new Map(timeline.filter(({ id }) => ids.has(id)).map(event => [event.id, event]))
}

type Ends = Pick<Duration, 'from' | 'to'>

/** The durations that certainly end before they begin, and a resolution that comes before the mitigation. */
function misplacedIn({ durations, milestones }: Spell, holders: Holders): Ends[] {
  // The impact is told by the mitigation or the resolution that ends it.
  const misplaced = durations.filter(({ name, status }) => name !== 'impact' && status === 'out_of_order')
  const [from, to] = (['mitigated', 'resolved'] as const).map(
    name => milestones.find(({ milestone }) => milestone === name) ?? null,
  )
  const [mitigated, resolved] = [from, to].map(point => holders.get(point?.event_id ?? ''))
  if (!mitigated || !resolved) return misplaced
  const lapse = lapseBetween(intervalOf(mitigated), intervalOf(resolved))
  return isNegative(lapse) ? [...misplaced, { from: from!, to: to! }] : misplaced
}

/** Says what contradicts, and not which of both is wrong: each of the times may be right. */
function orderFailure({ from, to }: Ends, holders: Holders): Failure[] {
  if (from === null || to === null) return []
  const [first, last] = [from, to].map(point => holders.get(point.event_id))
  return [
    failure(
      `/milestones/${to.milestone}`,
      `${sentenceCase(to.milestone)} (${timeOf(last, to.at)}) lies before ${humanize(from.milestone)} (${timeOf(first, from.at)}): see by their sources which event marks which moment, and whose clock was off.`,
      [from.event_id, to.event_id],
    ),
  ]
}

/** Every spell is over before the next one begins. */
const overlapFailures = (spells: readonly Spell[], holders: Holders): Failure[] =>
  overlapsOf(spells, holders).map(({ before, spell, end, start }) =>
    failure(
      `/milestones/${spell.spell}`,
      `Spell ${spell.spell} begins (${timeOf(start)}) before spell ${before.spell} is over (${timeOf(end)}): number the spells in the order of time, and let each milestone belong to the spell that it is about.`,
      [end.id, start.id],
    ),
  )

const inFull: TimeFormat = { zone: 'UTC', date: '', dated: true, seconds: true, offsets: false }

/** `2026-06-17 14:08:31 UTC`, or as much of it as is known. */
function timeOf(event: Event | undefined, at = ''): string {
  const time = event ? eventTime(inFull, event) : at
  return event?.precision === 'day' ? time : `${time} UTC`
}
