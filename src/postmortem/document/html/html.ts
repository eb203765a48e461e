import type { DurationName } from '../../../timeline/milestones/schema.ts'
import type { Postmortem } from '../../schema.ts'
import { sentenceCase } from '../../words.ts'
import { heading } from '../blocks.ts'
import { headOf, postmortemSections } from '../document.ts'
import type { Reading, Standing } from '../standing.ts'
import { durationOf, durationValue, impactValue, isKnown, type View, viewOf } from '../view.ts'
import { blocksToHtml, escapeHtml } from './blocks.ts'
import { type Page, pageHtml, section } from './page.ts'
import { standingHtml } from './standing.ts'
import { timelineFigure } from './timeline-svg.ts'

/** The postmortem as a page with a drawn timeline. The same data gives the same bytes. */
export const toHtml = (data: Postmortem, reading?: Reading): string => pageHtml(postmortemPage(data, reading))

export function postmortemPage(data: Postmortem, { zone, standing }: Reading = {}): Page {
  const view = viewOf(data, zone)
  const { title, lang, id } = data.incident
  const [summary, timeline, ...rest] = postmortemSections(view)
  const [timelineTitle, ...events] = timeline!
  return {
    title: `Postmortem: ${title}`,
    lang: lang ?? 'en',
    footer: id,
    content: [
      header(view, standing),
      section(blocksToHtml(summary!)),
      section(
        [
          blocksToHtml([timelineTitle ?? heading(2, 'Timeline')]),
          timelineFigure(view),
          blocksToHtml(events),
        ].join('\n'),
      ),
      ...rest.map(blocks => section(blocksToHtml(blocks))),
    ],
  }
}

function header(view: View, standing: Standing | undefined): string {
  const head = headOf(view.data)
  const { severity, status } = view.data.incident
  return `<header>
<h1><span class="kicker">Postmortem</span> ${escapeHtml(head.title).replaceAll('\n', '<br>')}</h1>
<p class="head">
<span class="id">${escapeHtml(head.id)}</span>
<span class="chip ${statusTone[status]}">${escapeHtml(head.status)}</span>
${head.nature === null ? '' : `<span class="chip">${escapeHtml(head.nature)}</span>\n`}<span class="chip ${severity === null ? '' : severityTone[severity]}">${severity ?? 'Severity: —'}</span>
<span>Authors: ${escapeHtml(head.authors)}</span>
</p>
${standingHtml(view, standing)}${facts(view)}
</header>`
}

const statusTone = { draft: '', in_review: 'warn', final: 'good' } as const
const severityTone = { SEV1: 'bad', SEV2: 'bad', SEV3: 'warn', SEV4: '', SEV5: '' } as const

/** The figures that readers look for first. */
function facts(view: View): string {
  const { phase, spells, impact } = view.data.milestones
  const value = (name: DurationName) => {
    const duration = durationOf(spells[0]!, name)
    return isKnown(duration) ? durationValue(view, duration) : '—'
  }
  const total: [string, string][] =
    spells.length > 1 && impact ? [[`Impact in ${spells.length} spells`, impactValue(view, impact)]] : []
  const of = spells.length > 1 ? ` in spell ${spells[0]!.spell}` : ''
  const figures: [string, string][] = [
    ['Phase', sentenceCase(phase)],
    ...total,
    [`Detection time${of}`, value('time_to_detect')],
    [`Mitigation time${of}`, value('time_to_mitigate')],
    [`Resolution time${of}`, value('time_to_resolve')],
  ]
  const entries = figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`)
  return `<dl class="facts">\n${entries.join('\n')}\n</dl>`
}
