import type { Factor } from '../../../factors/schema.ts'
import { mapSteps, type Steps } from '../../../kit/time/steps.ts'
import type { PostmortemFactor } from '../../schema.ts'
import {
  type Block,
  heading,
  joined,
  type ListItem,
  label,
  numberedList,
  paragraph,
  type Text,
  tag,
  withId,
} from '../blocks.ts'
import { prose, proseItem } from '../prose.ts'
import { eventTime, inOrder } from '../times/time-format.ts'
import type { View } from '../view.ts'
import { missing, nothing } from './missing.ts'
import { eventReference, itemReference } from './references.ts'

/** The opening sentence, and the contributing factors under their numbers. */
export function* analysisSection(view: View): Steps<Block[]> {
  const stored: Block[] = []
  let last = 0
  for (const run of consecutiveRuns(view.data.factors)) {
    const first = run[0]!.number
    const items = yield* mapSteps(run, factor => factorItem(view, factor))
    stored.push(...deletedNote(last + 1, first - 1), numberedList(first, items))
    last = run.at(-1)!.number
  }
  const none = nothing(view, 'no contributing factors', 'FACTOR_COUNT')
  return [...analysisOpening(), ...(stored.length > 0 ? stored : [none])]
}

export const analysisOpening = (): Block[] => [
  withId('analysis', heading(2, 'Analysis')),
  paragraph('We do not name a single root cause. Contributing factors:'),
]

/** Groups factors into runs of consecutive numbers: a deleted factor leaves a gap. */
function consecutiveRuns(factors: readonly PostmortemFactor[]): PostmortemFactor[][] {
  const found: PostmortemFactor[][] = []
  for (const factor of factors) {
    const run = found.at(-1)
    if (run?.at(-1)?.number === factor.number - 1) run.push(factor)
    else found.push([factor])
  }
  return found
}

/** Says that the factors `first` to `last` were deleted, so that the gap does not look like an error. */
function deletedNote(first: number, last: number): Block[] {
  if (last < first) return []
  if (last === first) return [paragraph(`Factor ${first} was removed.`)]
  return [paragraph(`Factors ${first} ${last === first + 1 ? 'and' : 'to'} ${last} were removed.`)]
}

const factorItem = (view: View, factor: PostmortemFactor): ListItem =>
  withId(
    `factor-${factor.number}`,
    proseItem([tag(factor.category), ' '], factor.statement, [
      [label('counterfactual'), ' ', ...counterfactualOf(view, factor)],
      ...factorDetails(view, factor),
    ]),
  )

function counterfactualOf(view: View, { counterfactual }: Factor): Text {
  if (counterfactual === null) return [missing(view, 'not written')]
  const { if: condition, had, would_have } = counterfactual
  const end = /[.!?…]\s*$/.test(would_have.slice(-10)) ? '' : '.'
  return [
    ...['if ', ...prose(condition), ' had ', ...prose(had)],
    ...[', the incident would have ', ...prose(would_have), end],
  ]
}

/** The lines below the counterfactual: events, effect, action items, disposition and recurrence. */
function factorDetails(view: View, factor: PostmortemFactor): Text[] {
  const { effect, disposition, disposition_reason: reason, recurs } = factor
  const items = addressedBy(view, factor)
  const thread: Text[] = [
    ['rests on ', ...eventTimes(view, factor)],
    ...(effect === null ? [] : [[`effect: ${effectWords[effect]}`]]),
    ...(items.length === 0 ? [] : [['addressed by ', ...joined(items, ', ')]]),
  ]
  const lines: Text[] = [joined(thread, '; ')]
  if (disposition === 'accepted_risk') lines.push([label('accepted risk'), ' ', ...prose(reason ?? '—')])
  else if (reason !== null) lines.push([label('disposition'), ' ', ...prose(reason)])
  if (recurs !== null) lines.push([label('recurs'), ` factor ${recurs.number} of ${recurs.incident_id}`])
  return lines
}

/** In the conditional: “prevented” alone would read as if the incident had been. */
const effectWords = {
  prevented: 'would have prevented it',
  detected_sooner: 'would have shown it sooner',
  impact_reduced: 'would have reduced its impact',
  recovered_sooner: 'would have shortened recovery',
} as const

function eventTimes(view: View, factor: Factor): Text {
  const { timeFormat, eventById } = view
  const events = factor.events.flatMap(id => eventById.get(id) ?? [])
  if (events.length === 0) return [missing(view, 'no event')]
  const times = inOrder(timeFormat.zone, events).map((event): Text => {
    const time = eventReference(event, eventTime(timeFormat, event))
    return event.retraction ? [time, ' (retracted)'] : [time]
  })
  return joined(times, ', ')
}

/** `AI-1`, and what addresses it in the incident that it recurs from: `AI-3 of PM-…`. */
const addressedBy = (view: View, { number, addressed_elsewhere }: PostmortemFactor): Text[] => [
  ...view.data.action_items
    .filter(one => one.status !== 'cancelled' && one.factors.includes(number))
    .map(one => [itemReference(view, one.id)]),
  ...addressed_elsewhere.map(one => [`${one.id} of ${one.incident_id}`]),
]
