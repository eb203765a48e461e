import { milestones } from '../../../incidents/milestones.ts'
import { durationWords, humanize, sentenceCase } from '../../words.ts'
import { failure, formatUtc, type Rule } from './failure.ts'

/** The moments of the timeline, and the durations between them. */
export const timelineRules = {
  MILESTONE_MISSING: ({ data }) =>
    milestones
      .filter(({ required }) => required)
      .filter(({ name }) => !data.milestones.milestones.some(({ milestone }) => milestone === name))
      .map(({ name, moment }) =>
        failure(
          `/milestones/${name}`,
          `Mark the event at which ${moment} with the milestone ${name}: durations are measured from it.`,
        ),
      ),

  MILESTONE_ORDER: ({ data: { milestones } }) =>
    milestones.durations
      .filter(({ status }) => status === 'out_of_order')
      .map(({ from, to }) => {
        const [first, last] = [from!, to!]
        return failure(
          `/milestones/${last.milestone}`,
          `${sentenceCase(last.milestone)} (${formatUtc(last.at)}) lies before ${humanize(first.milestone)} (${formatUtc(first.at)}): correct the time of one of the events, or the offset of its source’s clock.`,
          [first.event_id, last.event_id],
        )
      }),

  STATUS_UPDATE_GAP: ({ data: { milestones } }) => {
    const { status, seconds, cadence_minutes, from_event_id, to_event_id } = milestones.status_update_gap
    if (status !== 'exceeded' || seconds === null || cadence_minutes === null) return []
    const [gap, promised] = [durationWords(Math.round(seconds)), durationWords(cadence_minutes * 60)]
    const ids = [from_event_id, to_event_id].filter(id => id !== null)
    return [
      failure(
        '/status_update_cadence_minutes',
        `Two status updates lie ${gap} apart, and one every ${promised} was promised: say what stood in the way, or add the update that is missing.`,
        ids,
      ),
    ]
  },
} satisfies Record<string, Rule>
