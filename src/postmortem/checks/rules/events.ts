import { isDisputed } from '../../../timeline/shown/selection.ts'
import { jsonOctets } from '../../../timeline/shown/store.ts'
import { groupThousands, personName } from '../../words.ts'
import type { Failure } from '../check-input.ts'
import { failure, type Rule, shorten } from './failure.ts'

/** The claims of the timeline, and what they rest on. */
export const eventRules = {
  TIMELINE_EMPTY: ({ timeline, data: { rest } }) =>
    timeline.length + rest.normal + rest.low === 0
      ? [failure('/events', 'Add what happened to the timeline, each event with its source.')]
      : [],

  TIMELINE_TOO_LARGE: ({ size }) => {
    const octets = jsonOctets(size)
    if (octets <= mostSealed) return []
    return [
      failure(
        '/events',
        `The ${groupThousands(size.count)} events are about ${mebibytes(octets)} MiB, and a final document takes ${mebibytes(mostSealed)} MiB: delete events that nothing rests on, or shorten their excerpts.`,
      ),
    ]
  },

  EVENT_DISPUTED: ({ data, timeline }) => [
    ...moreDisputed(data.rest.disputed),
    ...timeline
      .filter(isDisputed)
      .map(({ id, description, dispute }) =>
        failure(
          `/events/${id}/dispute`,
          `${personName(data, dispute!.raised_by)} disputes “${shorten(description)}” (“${shorten(dispute!.statement)}”): resolve it by a source, or retract the event.`,
          [id],
        ),
      ),
  ],

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

/** The most that is sealed, so that it can be read again. */
const mostSealed = 64 * 1024 * 1024

const mebibytes = (octets: number): number => Math.ceil(octets / 1024 / 1024)

const moreDisputed = (count: number): Failure[] =>
  count === 0
    ? []
    : [
        failure(
          '/events',
          `${groupThousands(count)} more events are disputed, which the document has no room for: resolve each by a source, or retract it.`,
        ),
      ]
