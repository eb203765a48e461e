import type { DurationName } from '../../../timeline/milestones/schema.ts'
import type { Postmortem } from '../../schema.ts'
import { sentenceCase } from '../../words.ts'
import { heading } from '../blocks.ts'
import { headOf, postmortemSections } from '../document.ts'
import { durationOf, durationValue, impactValue, isKnown, type View, viewOf } from '../view.ts'
import { blocksToHtml, escapeHtml } from './blocks.ts'
import { style } from './style.ts'
import { timelineFigure } from './timeline-svg.ts'

/**
 * The postmortem as one self-contained HTML page with a drawn timeline: no script, nothing loaded, no style but
 * the one in its head. The same data gives the same bytes.
 */
export function toHtml(data: Postmortem): string {
  const view = viewOf(data)
  const [summary, timeline, ...rest] = postmortemSections(data)
  const [title, ...events] = timeline!
  return page(data.incident, [
    header(view),
    section(blocksToHtml(summary!)),
    section(
      [
        blocksToHtml([title ?? heading(2, 'Timeline (UTC)')]),
        timelineFigure(view),
        blocksToHtml(events),
      ].join('\n'),
    ),
    ...rest.map(blocks => section(blocksToHtml(blocks))),
  ])
}

const page = ({ title, lang }: Postmortem['incident'], content: string[]): string => `<!doctype html>
<html lang="${escapeHtml(lang ?? 'en')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Postmortem: ${escapeHtml(title).replaceAll('\n', ' ')}</title>
<style>${style}</style>
</head>
<body>
<main>
${content.join('\n')}
</main>
</body>
</html>
`

const section = (content: string): string => `<section>\n${content}\n</section>`

function header(view: View): string {
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
${facts(view)}
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
