import type { ActionItem } from '../../action-items/schema.ts'
import { milestones } from '../../incidents/milestones.ts'
import { toUtc } from '../../kit/time.ts'
import type { CheckCode } from '../../waivers/schema.ts'
import { durationWords, humanize, personName, sentenceCase } from '../words.ts'
import type { CheckInput, Failure } from './check-input.ts'

/**
 * One pure function for each check, in the order of the document. Each failure says what to do about it. Pointers are
 * JSON pointers from the incident, by ids: `/factors/2/counterfactual`.
 */
export const checkRules: Record<CheckCode, (input: CheckInput) => Failure[]> = {
  SUMMARY_MISSING: ({ data: { incident } }) => [
    ...failIfNull(incident.summary.what_broke, '/summary/what_broke', 'Say in the summary what broke.'),
    ...failIfNull(
      incident.summary.who_was_affected,
      '/summary/who_was_affected',
      'Say in the summary who was affected, even if it is nobody.',
    ),
  ],

  IMPACT_MISSING: ({ data: { incident } }) =>
    Object.values(incident.impact).every(value => value === null)
      ? [failure('/impact', 'Say what the impact was, in words or in figures.')]
      : [],

  TIMELINE_EMPTY: ({ timeline }) =>
    timeline.length === 0
      ? [failure('/events', 'Add what happened to the timeline, each event with its source.')]
      : [],

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

  FACTOR_COUNT: ({ data: { factors } }) =>
    factors.length < 2
      ? [
          failure(
            '/factors',
            `Name at least two contributing factors, there ${factors.length === 1 ? 'is one' : 'are none'}: incidents have more than one cause.`,
          ),
        ]
      : [],

  FACTOR_UNCITED: ({ data: { factors }, timeline }) => {
    const cited = new Set(timeline.map(({ id }) => id))
    return factors
      .filter(({ events }) => !events.some(id => cited.has(id)))
      .map(({ number, events }) =>
        failure(
          `/factors/${number}/events`,
          events.length === 0
            ? `Name the events of the timeline that factor ${number} rests on.`
            : `Factor ${number} rests only on what is retracted: name an event that stands.`,
          [number],
        ),
      )
  },

  COUNTERFACTUAL_MISSING: ({ data: { factors } }) =>
    factors
      .filter(({ counterfactual }) => counterfactual === null)
      .map(({ number }) =>
        failure(
          `/factors/${number}/counterfactual`,
          `Give factor ${number} its counterfactual: if what had been how, what would have gone differently?`,
          [number],
        ),
      ),

  FACTOR_UNADDRESSED: ({ data: { factors, action_items } }) => {
    const addressed = new Set(action_items.filter(isNotCancelled).flatMap(item => item.factors))
    return factors
      .filter(({ number, disposition }) => !addressed.has(number) && disposition !== 'accepted_risk')
      .map(({ number }) =>
        failure(
          `/factors/${number}/disposition`,
          `Add an action item that addresses factor ${number}, or accept its risk with a reason.`,
          [number],
        ),
      )
  },

  ACTION_OWNER: ({ data, inactive }) =>
    data.action_items
      .filter(item => isOpen(item) && inactive.has(item.owner))
      .map(({ id, owner }) =>
        failure(
          `/action_items/${id}/owner`,
          `${personName(data, owner)} has left: give ${id} another owner.`,
          [id],
        ),
      ),

  ACTION_UNACCEPTED: ({ data, inactive }) =>
    data.action_items
      .filter(
        item =>
          isNotCancelled(item) && item.acceptance === null && !(isOpen(item) && inactive.has(item.owner)),
      )
      .map(item =>
        failure(
          `/action_items/${item.id}/acceptance`,
          unacceptedMessage(item, personName(data, item.owner), inactive),
          [item.id],
        ),
      ),

  ACTION_DONE_WHEN: ({ data: { action_items } }) =>
    action_items
      .filter(item => isNotCancelled(item) && item.done_when === null)
      .map(({ id }) =>
        failure(`/action_items/${id}/done_when`, `Say by what one will see that ${id} is done.`, [id]),
      ),

  CHANGE_MISSING: ({ data: { changes } }) => {
    const wired = changes.filter(({ target_kind }) => ['slo', 'alert_rule', 'runbook'].includes(target_kind))
    const shown = wired.filter(({ before, after, url }) => before !== after || url !== null)
    if (shown.some(({ status }) => status !== 'proposed')) return []
    const [proposed] = shown
    return [
      failure(
        '/changes',
        proposed
          ? `Wire the lesson back: change ${proposed.number} is only proposed; once it is in force, set its status to applied.`
          : 'Wire the lesson back: record a change to an SLO, an alert rule or a runbook that has been applied, with its text before and after, or its address.',
      ),
    ]
  },

  WENT_WELL_EMPTY: ({ data: { incident } }) =>
    incident.went_well.length === 0
      ? [failure('/went_well', 'Say what went well: it is what must not be lost next time.')]
      : [],

  REVIEW_MISSING: ({ data: { review, incident }, now }) => {
    if (review === null) return [failure('/review', 'Hold the review with other people, and record it.')]
    const held = toUtc(review.held_at)
    if (held > now)
      return [
        failure(
          '/review/held_at',
          `The review is to be held at ${formatUtc(held)}: hold it before you seal.`,
        ),
      ]
    return held.slice(0, 10) < incident.occurred_on
      ? [
          failure(
            '/review/held_at',
            `The review was held on ${held.slice(0, 10)}, before the incident: correct its date.`,
          ),
        ]
      : []
  },

  REVIEW_ALONE: ({ data: { review, incident } }) => {
    if (review === null) return []
    const others = review.attendees.filter(handle => !incident.authors.includes(handle))
    if (review.attendees.length >= 2 && others.length > 0) return []
    const who = review.attendees.length < 2 ? 'at least two people' : 'somebody who is not an author'
    return [failure('/review/attendees', `Hold the review with ${who}: nobody reviews alone.`)]
  },

  BLAME_LANGUAGE: ({ findings }) =>
    findings.map(finding =>
      failure(
        finding.pointer,
        `“${shorten(finding.sentence)}” ${finding.why} Turn it back to the system: ${finding.question}`,
        finding.ids,
        finding,
      ),
    ),

  FACILITATOR_IS_AUTHOR: ({ data }) =>
    data.review !== null && data.incident.authors.includes(data.review.facilitator)
      ? [
          failure(
            '/review/facilitator',
            `${personName(data, data.review.facilitator)} wrote the postmortem and led its review: let somebody else lead the next one.`,
          ),
        ]
      : [],

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
}

function unacceptedMessage(
  { id, owner, status }: Pick<ActionItem, 'id' | 'owner' | 'status'>,
  name: string,
  inactive: ReadonlySet<string>,
): string {
  if (status !== 'done') return `Ask ${name} to accept ${id}, or give it to somebody who does.`
  return inactive.has(owner)
    ? `${name} has left, and never accepted ${id}, which is done: waive this with a reason.`
    : `Ask ${name} to say that ${id}, which is done, was theirs: PUT …/acceptance.`
}

/** `2026-06-17 14:08:31 UTC` */
const formatUtc = (utc: string): string => `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`

const failure = (
  pointer: string,
  message: string,
  ids: (string | number)[] = [],
  finding?: Failure['finding'],
): Failure => ({ pointer, ids: ids.map(String), message, ...(finding && { finding }) })

const failIfNull = (value: string | null, pointer: string, message: string): Failure[] =>
  value === null ? [failure(pointer, message)] : []

type Item = Pick<ActionItem, 'status'>
const isOpen = ({ status }: Item) => status !== 'done' && status !== 'cancelled'
/** A cancelled item addresses no factor, and no check asks anything more of it. */
const isNotCancelled = ({ status }: Item) => status !== 'cancelled'

const maxQuote = 160

function shorten(text: string): string {
  const points = Array.from(text.slice(0, 2 * maxQuote + 2).replaceAll(/\s+/gu, ' '))
  return points.length > maxQuote ? `${points.slice(0, maxQuote - 1).join('')}…` : points.join('')
}
