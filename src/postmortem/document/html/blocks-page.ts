import { finish, type Steps } from '../../../kit/time/steps.ts'
import type { Block } from '../blocks.ts'
import { escapeHtml, htmlSteps } from './blocks.ts'
import { type Page, section } from './page.ts'

/** What a page that is made of blocks has besides them. */
export interface PageHead extends Pick<Page, 'lang' | 'footer' | 'compact'> {
  /** What kind of page it is: above its title. */
  kicker: string
  title: string
  /** HTML below the opening: the links to other pages. */
  links?: string
  /** The address of the document that references lead into; without it, they stay on the page. */
  refersTo?: string
}

/** Blocks without their title as a page: those before the first heading stand in its header, each heading begins a section. */
export const blocksPage = (head: PageHead, blocks: readonly Block[]): Page =>
  finish(blocksPageSteps(head, blocks))

export function* blocksPageSteps(head: PageHead, blocks: readonly Block[]): Steps<Page> {
  const { kicker, title, refersTo = '', links, ...page } = head
  const [opening = [], ...sections] = sectionsOf(blocks)
  // A stored `<` is escaped, so that each of these is a reference.
  function* toHtml(part: readonly Block[]): Steps<string> {
    return (yield* htmlSteps(part)).replaceAll('<a href="#', `<a href="${escapeHtml(refersTo)}#`)
  }
  const header = [
    `<h1><span class="kicker">${escapeHtml(kicker)}</span> ${escapeHtml(title).replaceAll('\n', '<br>')}</h1>`,
    yield* toHtml(opening),
    ...(links === undefined ? [] : [links]),
  ]
  const content = [`<header>\n${header.join('\n')}\n</header>`]
  for (const part of sections) content.push(section(yield* toHtml(part)))
  return { ...page, title: `${kicker}: ${title}`, content }
}

/** What stands before the first heading of level 2, then each such heading with what follows it. */
function sectionsOf(blocks: readonly Block[]): Block[][] {
  const found: Block[][] = [[]]
  for (const block of blocks) {
    if (block.type === 'heading' && block.level === 2) found.push([])
    found.at(-1)!.push(block)
  }
  return found
}
