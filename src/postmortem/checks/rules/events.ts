import { personName } from '../../words.ts'
import { failure, type Rule, shorten } from './failure.ts'

/** The claims of the timeline, and what they rest on. */
export const eventRules = {
  TIMELINE_EMPTY: ({ timeline }) =>
    timeline.length === 0
      ? [failure('/events', 'Add what happened to the timeline, each event with its source.')]
      : [],

  EVENT_DISPUTED: ({ data, timeline }) =>
    timeline
      .filter(({ dispute }) => dispute !== null && dispute.resolution === null)
      .map(({ id, description, dispute }) =>
        failure(
          `/events/${id}/dispute`,
          `${personName(data, dispute!.raised_by)} disputes “${shorten(description)}” (“${shorten(dispute!.statement)}”): resolve it by a source, or retract the event.`,
          [id],
        ),
      ),

  STATEMENT_ONLY: ({ timeline }) =>
    timeline
      .filter(({ sources }) => sources.every(({ kind }) => kind === 'statement'))
      .map(({ id, description }) =>
        failure(
          `/events/${id}/sources`,
          `“${shorten(description)}” rests on memory alone: look for a log, a message or a metric that shows it.`,
          [id],
        ),
      ),
} satisfies Record<string, Rule>
