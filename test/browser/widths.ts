import type { Tab } from './chromium.ts'
import { shorten } from './shorten.ts'

const shown = 3

/** Nothing makes the page scroll sideways, as what is wide scrolls in its own box; and no text stands letter by letter. */
export async function findWidthFaults(tab: Tab): Promise<string[]> {
  const needed: number = await tab.page.locator('html').evaluate(html => html.scrollWidth)
  const wide = needed > tab.width ? [faultOf(`It is ${needed} px wide.`, await findWide(tab))] : []
  const squeezed = await findSqueezed(tab)
  return squeezed.length > 0 ? [...wide, faultOf('Text has no room:', squeezed)] : wide
}

const faultOf = (sentence: string, elements: string[]): string =>
  [sentence, ...elements.slice(0, shown).map(shorten)].join('\n  ')

/** What reaches beyond the right edge and is in no box that scrolls or cuts; the innermost first. */
const findWide = ({ page, width }: Tab): Promise<string[]> =>
  page.locator('html').evaluate((html, width) => {
    const { getComputedStyle } = html.ownerDocument.defaultView
    const isCut = (element: any): boolean =>
      element !== html && (getComputedStyle(element).overflowX !== 'visible' || isCut(element.parentElement))
    return [...html.querySelectorAll('*')]
      .filter(element => element.getBoundingClientRect().right > width + 0.5 && !isCut(element.parentElement))
      .map(element => element.outerHTML)
      .toSorted((a, b) => a.length - b.length)
  }, width)

/** Blocks of text that are higher than ten times their width. */
const findSqueezed = ({ page }: Tab): Promise<string[]> =>
  page
    .locator('main :is(p, li, td, th, dt, dd, div, h1, h2, h3)')
    .evaluateAll(blocks =>
      blocks
        .filter(({ clientWidth, clientHeight }) => clientWidth > 1 && clientHeight > 10 * clientWidth)
        .map(block => block.outerHTML),
    )
