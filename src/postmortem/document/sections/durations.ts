import { hasImpact } from '../../../incidents/natures.ts'
import { type Duration, durations, type Spell } from '../../../timeline/milestones/schema.ts'
import { humanize } from '../../words.ts'
import { type Block, joined, label, paragraph, row, type Text, table } from '../blocks.ts'
import { eventTime, formatTime, momentOf } from '../time-format.ts'
import { durationOf, durationValue, eventAt, isKnown, milestoneEvent, type View } from '../view.ts'

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
            ` ${explained(view, spell, durationOf(spell, name))}`,
          ]),
          '   ',
        ),
      ),
    '\n',
  )
}

/** `6 min (impact started 14:02 → detected 14:08)`, or `—` and why there is none; of several spells, of which it is. */
function explained(view: View, { spell }: Spell, duration: Duration | undefined): string {
  const isOneOfSeveral = view.data.milestones.spells.length > 1
  if (!duration || duration.status === 'missing')
    return `— (${missingReason(view, duration?.missing ?? [], isOneOfSeveral ? ` of spell ${spell}` : '')})`
  const [from, to] = [duration.from, duration.to].map(point => pointWords(view, point))
  const of = isOneOfSeveral ? ` in spell ${spell}` : ''
  if (duration.status === 'out_of_order') return `—${of} (${to} is before ${from})`
  return `${durationValue(view, duration)}${of} (${from} → ${to})`
}

/** Of a vulnerability it is not known whether it had one. */
const isWithoutImpact = ({ nature }: View['data']['incident']): boolean =>
  !hasImpact(nature) && nature !== 'vulnerability'

function missingReason({ data }: View, missing: readonly string[], ofSpell: string): string {
  if (missing.includes('impact_started') && isWithoutImpact(data.incident)) return 'no impact'
  if (missing.length === 0) return 'no event is marked as a milestone'
  return `no event${ofSpell} is marked as ${missing.map(humanize).join(' or ')}`
}

function pointWords(view: View, point: Duration['from']): string {
  if (point === null) return 'an unknown moment'
  const event = eventAt(view, point)
  const time = event ? momentOf(view.timeFormat, event) : formatTime(view.timeFormat, point.at)
  return `${humanize(point.milestone)} ${time}`
}

const spellHeaders = ['Spell', 'Impact', 'Impact started', 'Detected', 'Mitigated', 'Resolved']

function spellTable(view: View): Block[] {
  const { spells } = view.data.milestones
  return spells.length === 1
    ? []
    : [
        table(
          spellHeaders,
          spells.map(spell => row(spellCells(view, spell))),
        ),
      ]
}

function spellCells(view: View, spell: Spell): Text[] {
  const time = (name: Spell['milestones'][number]['milestone']) => {
    const event = milestoneEvent(view, spell, name)
    return event ? eventTime(view.timeFormat, event) : '—'
  }
  const [impact, detection] = [durationOf(spell, 'impact'), durationOf(spell, 'time_to_detect')]
  return [
    [String(spell.spell)],
    [isKnown(impact) ? durationValue(view, impact) : '—'],
    [time('impact_started')],
    [`${time('detected')}${isKnown(detection) ? ` (${durationValue(view, detection)})` : ''}`],
    [time('mitigated')],
    [time('resolved')],
  ]
}
