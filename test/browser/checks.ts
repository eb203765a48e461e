import { readFileSync } from 'node:fs'
import type { NodeResult, Result, RunOptions } from 'axe-core'
import { load, schemes, type Tab, type Tabs } from './chromium.ts'
import { findLinkFaults } from './links.ts'
import type { Page } from './pages.ts'
import { sheetsOf } from './print.ts'
import { shorten } from './shorten.ts'
import { findWidthFaults } from './widths.ts'

/** One thing that was looked at in one page, and what is wrong with it. */
export interface Check {
  /** `axe, 390 px dark` */
  name: string
  faults: string[]
}

/** Opens a page at both widths, each in light and dark, and looks at all that a reader could stumble over. */
export async function checkPage({ desktop, phone }: Tabs, page: Page, url: string): Promise<Check[]> {
  const checks: Check[] = []
  for (const tab of [desktop, phone]) {
    const faults = await load(tab, url)
    checks.push({ name: `loading, ${tab.width} px`, faults })
    if (faults.length > 0) continue
    checks.push({ name: `width, ${tab.width} px`, faults: await findWidthFaults(tab) })
    checks.push(...(await checkAccessibility(tab)))
    if (tab !== desktop) continue
    checks.push({ name: 'links', faults: await findLinkFaults(tab) }, await checkPrint(tab, page))
    checks.push({ name: 'pictures', faults: await findHiddenPictures(tab, page) })
  }
  return checks
}

/** The pictures that are not shown, or that there are none where there should be. */
async function findHiddenPictures({ page }: Tab, { hasPicture = false }: Page): Promise<string[]> {
  const pictures = await page
    .locator('img')
    .evaluateAll(all => all.map(({ src, naturalWidth }) => ({ src, isShown: naturalWidth > 0 })))
  if (pictures.length > 0 !== hasPicture) return [`There are ${pictures.length} pictures.`]
  return pictures.filter(({ isShown }) => !isShown).map(({ src }) => `${src} is not shown.`)
}

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
// Nothing but its result; and no second request for the style, which is in the document.
const options: RunOptions = { runOnly: tags, resultTypes: ['violations'], preload: false }

async function checkAccessibility({ page, width }: Tab): Promise<Check[]> {
  const checks: Check[] = []
  await page.evaluate(axe) // The debugger's own way in, which the page's policy does not concern.
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme })
    const { violations }: { violations: Result[] } = await page
      .locator('html')
      .evaluate((html, options) => html.ownerDocument.defaultView.axe.run(options), options)
    checks.push({ name: `axe, ${width} px ${colorScheme}`, faults: violations.map(describeViolation) })
  }
  return checks
}

const shown = 3

function describeViolation({ id, help, nodes }: Result): string {
  const more = nodes.length > shown ? [`and ${nodes.length - shown} more elements`] : []
  return [`${id}: ${help}`, ...nodes.slice(0, shown).map(describeNode), ...more].join('\n  ')
}

function describeNode({ html, failureSummary = '' }: NodeResult): string {
  const [, ...reasons] = failureSummary.split('\n').map(line => line.trim())
  return `${shorten(html)}\n    ${reasons.join(' ')}`
}

/** Something may be promised of a page on paper. */
async function checkPrint(tab: Tab, { sheets, onEachSheet }: Page): Promise<Check> {
  const faults: string[] = []
  if (sheets === undefined && onEachSheet === undefined) return { name: 'print', faults }
  const printed = await sheetsOf(tab)
  if (sheets !== undefined && printed.length > sheets)
    faults.push(
      `It takes ${printed.length} sheets of A4, not ${sheets}; on the last: ${shorten(printed.at(-1)!)}`,
    )
  const without = printed.flatMap((sheet, i) => (onEachSheet && !sheet.includes(onEachSheet) ? [i + 1] : []))
  if (without.length > 0)
    faults.push(
      `${onEachSheet} is not on each of its ${printed.length} sheets, but missing on ${without.join(', ')}.`,
    )
  return { name: 'print', faults }
}
