import type { Block } from '../blocks.ts'
import { blocksToHtml, escapeHtml } from './blocks.ts'
import { type Page, section } from './page.ts'

/** What stands at the head of a page that is made of blocks. */
export interface PageHead {
  /** What kind of page it is: above its title. */
  kicker: string
  title: string
  /** BCP 47. */
  lang: string
  /** At the foot of each printed page. */
  footer: string
  /** HTML: the links to other pages. */
  links?: string
}

/** Blocks without their title as a page: those before the first heading stand in its header, each heading begins a section. */
export function blocksPage(head: PageHead, blocks: readonly Block[]): Page {
  const { kicker, title, lang, footer } = head
  const [opening = [], ...sections] = sectionsOf(blocks)
  return {
    title: `${kicker}: ${title}`,
    lang,
    footer,
    content: [pageHeader(head, blocksToHtml(opening)), ...sections.map(one => section(blocksToHtml(one)))],
  }
}

const pageHeader = ({ kicker, title, links }: PageHead, opening: string): string => `<header>
<h1><span class="kicker">${escapeHtml(kicker)}</span> ${escapeHtml(title).replaceAll('\n', '<br>')}</h1>
${opening}${links === undefined ? '' : `\n${links}`}
</header>`

/** What stands before the first heading of level 2, then each such heading with what follows it. */
function sectionsOf(blocks: readonly Block[]): Block[][] {
  const found: Block[][] = [[]]
  for (const block of blocks) {
    if (block.type === 'heading' && block.level === 2) found.push([])
    found.at(-1)!.push(block)
  }
  return found
}
