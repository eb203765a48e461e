import type { MilestoneName } from '../../../incidents/milestones.ts'
import { hasImpact } from '../../../incidents/natures.ts'
import { type Duration, durations, type Spell } from '../../../timeline/milestones/schema.ts'
import { humanize } from '../../words.ts'
import {
  type Block,
  type Inline,
  joined,
  label,
  paragraph,
  type Row,
  row,
  type Text,
  table,
} from '../blocks.ts'
import { formatTime, momentOf } from '../time-format.ts'
import { durationOf, durationValue, eventAt, isKnown, milestoneEvent, type View } from '../view.ts'
import { eventReference } from './references.ts'

/** The durations of the first spell with where they come from; of several spells also a table. */
export const durationBlocks = (view: View): Block[] => [
  paragraph(...durationLines(view, view.data.milestones.spells[0]!)),
  ...spellTable(view),
]

/** The durations that are always listed, and on a second line the others that are known. */
function durationLines(view: View, spell: Spell): Text {
  const always = durations.filter(duration => duration.always)
  const known = durations.filter(({ always, name }) => !always && isKnown(durationOf(spell, name)))
  return joined(
    [always, known]
      .filter(line => line.length > 0)
      .map(line =>
        joined(
          line.map(({ name, title }) => [
            label(`${title} time`),
            ' ',
            ...explained(view, spell, durationOf(spell, name)),
          ]),
          '   ',
        ),
      ),
    '\n',
  )
}

/** `6 min (impact started 14:02 → detected 14:08)`, or `—` and why there is none; of several spells, of which it is. */
function explained(view: View, { spell }: Spell, duration: Duration | undefined): Text {
  const isOneOfSeveral = view.data.milestones.spells.length > 1
  if (!duration || duration.status === 'missing')
    return [`— (${missingReason(view, duration?.missing ?? [], isOneOfSeveral ? ` of spell ${spell}` : '')})`]
  const [from, to] = [pointWords(view, duration.from), pointWords(view, duration.to)]
  const of = isOneOfSeveral ? ` in spell ${spell}` : ''
  if (duration.status === 'out_of_order') return [`—${of} (`, to, ' is before ', from, ')']
  return [`${durationValue(view, duration)}${of} (`, from, ' → ', to, ')']
}

function missingReason({ data }: View, missing: readonly string[], ofSpell: string): string {
  const { nature } = data.incident
  if (missing.includes('impact_started') && !hasImpact(nature))
    return nature === 'vulnerability' ? 'no impact is known' : 'no impact'
  if (missing.length === 0) return 'no event is marked as a milestone'
  return `no event${ofSpell} is marked as ${missing.map(humanize).join(' or ')}`
}

/** `impact started 14:02`, which leads to the event. */
function pointWords(view: View, point: Duration['from']): Inline {
  if (point === null) return 'an unknown moment'
  const [event, name] = [eventAt(view, point), humanize(point.milestone)]
  return event
    ? eventReference(event, `${name} ${momentOf(view.timeFormat, event)}`)
    : `${name} ${formatTime(view.timeFormat, point.at)}`
}

const spellHeaders = ['Spell', 'Impact', 'Impact started', 'Detected', 'Mitigated', 'Resolved']

function spellTable(view: View): Block[] {
  const { spells } = view.data.milestones
  return spells.length === 1
    ? []
    : [
        table(
          spellHeaders,
          spells.map(spell => spellRow(view, spell)),
        ),
      ]
}

function spellRow(view: View, spell: Spell): Row {
  const time = (name: MilestoneName): Inline => {
    const event = milestoneEvent(view, spell, name)
    return event ? eventReference(event, momentOf(view.timeFormat, event)) : '—'
  }
  const [impact, detection] = [durationOf(spell, 'impact'), durationOf(spell, 'time_to_detect')]
  return row([
    [String(spell.spell)],
    [isKnown(impact) ? durationValue(view, impact) : '—'],
    [time('impact_started')],
    [time('detected'), isKnown(detection) ? ` (${durationValue(view, detection)})` : ''],
    [time('mitigated')],
    [time('resolved')],
  ])
}
