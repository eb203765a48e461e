import { type MilestoneName, milestones } from '../../../incidents/milestones.ts'
import { hasImpact, type Nature } from '../../../incidents/natures.ts'
import { intervalOf, isNegative, lapseBetween } from '../../../timeline/intervals.ts'
import type { Duration, Spell } from '../../../timeline/milestones-schema.ts'
import type { Event } from '../../../timeline/schema.ts'
import { eventTime } from '../../document/time-format.ts'
import { durationWords, humanize, sentenceCase } from '../../words.ts'
import type { CheckInput, Failure } from '../check-input.ts'
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

  MILESTONE_ORDER: input => [
    ...input.data.milestones.spells.flatMap(({ durations }) =>
      durations.filter(({ status }) => status === 'out_of_order').flatMap(one => orderFailure(input, one)),
    ),
    ...overlapFailures(input),
  ],

  STATUS_UPDATE_GAP: ({ data: { milestones } }) => {
    const gap = milestones.status_update_gap
    if (gap.cadence_minutes === null) return []
    const promised = durationWords(gap.cadence_minutes * 60)
    const ids = [gap.from_event_id, gap.to_event_id].filter(id => id !== null)
    const found = gapWords(gap)
    return found === undefined
      ? []
      : [
          failure(
            '/status_update_cadence_minutes',
            `${found}, and one every ${promised} was promised: say what stood in the way, or add the update that is missing.`,
            ids,
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
  const [at, of] = spell === undefined ? ['', ''] : [`${spell}/`, ` in spell ${spell}`]
  return failure(
    `/milestones/${at}${name}`,
    `Mark the event at which ${moment}${of} with the milestone ${name}: durations are measured from it.`,
  )
}

/** Says what contradicts, and not which of both is wrong: each of the times may be right. */
function orderFailure({ timeline }: CheckInput, { name, from, to }: Duration): Failure[] {
  // The impact is told by the mitigation or the resolution that ends it.
  if (from === null || to === null || name === 'impact') return []
  const [first, last] = [from, to].map(point => timeline.find(({ id }) => id === point.event_id))
  return [
    failure(
      `/milestones/${to.milestone}`,
      `${sentenceCase(to.milestone)} (${timeOf(last, to.at)}) lies before ${humanize(from.milestone)} (${timeOf(first, from.at)}): see by their sources which event marks which moment, and whose clock was off.`,
      [from.event_id, to.event_id],
    ),
  ]
}

/** Every spell is over before the next one begins. */
function overlapFailures({ data, timeline }: CheckInput): Failure[] {
  const eventOf = (point: Spell['milestones'][number] | undefined) =>
    timeline.find(({ id }) => id === point?.event_id)
  return data.milestones.spells.slice(1).flatMap((spell, i) => {
    const before = data.milestones.spells[i]!
    const [end, start] = [eventOf(before.milestones.at(-1)), eventOf(spell.milestones[0])]
    if (!end || !start || !isNegative(lapseBetween(intervalOf(end), intervalOf(start)))) return []
    return [
      failure(
        `/milestones/${spell.spell}`,
        `Spell ${spell.spell} begins (${timeOf(start)}) before spell ${before.spell} is over (${timeOf(end)}): number the spells in the order of time, and let each milestone belong to the spell that it is about.`,
        [end.id, start.id],
      ),
    ]
  })
}

/** `2026-06-17 14:08:31 UTC`, or as much of it as is known. */
function timeOf(event: Event | undefined, at = ''): string {
  const time = event ? eventTime({ date: '', dated: true, seconds: true }, event) : at
  return event?.precision === 'day' ? time : `${time} UTC`
}

function gapWords(gap: CheckInput['data']['milestones']['status_update_gap']): string | undefined {
  if (gap.status === 'too_few') {
    const lasted = durationWords(Math.round(gap.spell_seconds ?? 0))
    return gap.updates === 1
      ? `There is one status update in ${lasted}`
      : `There is no status update in ${lasted}`
  }
  if (gap.status !== 'exceeded' || gap.seconds === null) return undefined
  return `No status update was given for ${durationWords(Math.round(gap.seconds))}`
}
