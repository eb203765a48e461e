import { finish, type Steps } from '../../../kit/time/steps.ts'
import type { Postmortem } from '../../schema.ts'
import type { ShownPostmortem } from '../../shown.ts'
import { headOf, sectionSteps } from '../document.ts'
import type { Reading, Standing } from '../standing.ts'
import { isFinal, type View, viewOf } from '../view.ts'
import { asksHtml } from './asks.ts'
import { blocksToHtml, escapeHtml, htmlPieces } from './blocks.ts'
import { contents } from './contents.ts'
import { timelineFigure } from './drawing/figure.ts'
import { facts } from './facts.ts'
import { type Page, pageHtml } from './page.ts'
import { pageLinks } from './page-links.ts'
import { standingHtml } from './standing.ts'

/** The postmortem as a page with a drawn timeline. The same data gives the same bytes. */
export const toHtml = (data: Postmortem | ShownPostmortem, reading?: Reading): string =>
  pageHtml(postmortemPage(data, reading))

export const postmortemPage = (data: Postmortem | ShownPostmortem, reading?: Reading): Page =>
  finish(pageSteps(data, reading))

export function* pageSteps(
  data: Postmortem | ShownPostmortem,
  { zone, standing, asks = {} }: Reading = {},
): Steps<Page> {
  const view = viewOf(data, zone)
  const { title, lang, id } = data.incident
  const sections = yield* sectionSteps(view)
  const [, timeline] = sections
  const written: string[] = []
  for (const blocks of sections) {
    const [first, ...rest] = blocks
    const about = first?.type === 'heading' && first.id !== undefined ? asksHtml(asks[first.id], id) : ''
    const figure = blocks === timeline ? yield* timelineFigure(view) : ''
    yield
    const [below = '', ...pieces] = yield* htmlPieces(rest)
    written.push('<section>', blocksToHtml([first!]), `${about}${figure}${below}`, ...pieces, '</section>')
  }
  return {
    title: `Postmortem: ${title}`,
    lang: lang ?? 'en',
    footer: `${id} · ${standing ? `Revision ${standing.number}` : headOf(data).status}`,
    content: [
      header(view, [
        standingHtml(view, standing),
        facts(view),
        asksHtml(asks.head, id),
        linksOf(view, standing),
      ]),
      contents(sections.flat()),
      ...written,
    ].filter(content => content !== ''),
  }
}

function header(view: View, below: readonly string[]): string {
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
${below.join('')}
</header>`
}

/** To the same document where there are several. The files of a superseded revision have no address of their own. */
function linksOf(view: View, standing: Standing | undefined): string {
  const isWorkingCopy = isFinal(view) && standing === undefined
  const query = { tz: view.timeFormat.zone, copy: isWorkingCopy ? ('working' as const) : undefined }
  const without = standing?.superseded_by ? (['Markdown', 'JSON'] as const) : []
  return pageLinks(view.data.incident, 'Postmortem', query, without)
}

const statusTone = { draft: '', in_review: 'warn', final: 'good' } as const
const severityTone = { SEV1: 'bad', SEV2: 'bad', SEV3: 'warn', SEV4: '', SEV5: '' } as const
