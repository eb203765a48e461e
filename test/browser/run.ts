import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { disposeOnSignals } from '../help/dispose-on-signals.ts'
import { adminToken } from '../help/service.ts'
import { checkBrokenPages } from './broken-page.ts'
import { type Check, checkPage } from './checks.ts'
import { launchChromium, openTab, openTabs, type Tabs } from './chromium.ts'
import { type Page, pages, pictured } from './pages.ts'
import { readmeDevice, takePictures, takeReadmePicture } from './pictures.ts'
import { requirePdfReader } from './print.ts'
import { startWithStories } from './service.ts'

/**
 * `npm run pages` opens every page that people read in the system's Chromium, and looks for what they could stumble over.
 * `-- final agenda` opens only those. `-- --shots <folder>` takes pictures of them instead, and `-- --readme` the
 * README's picture. Ends with "pages: N passed, N failed", which counts the checks.
 */

async function main(): Promise<number> {
  const { chosen, shots, readme } = parseOptions()
  requirePdfReader()
  await using stack = new AsyncDisposableStack()
  disposeOnSignals(stack)
  const browser = await launchChromium(stack)
  const service = await startWithStories(stack)
  const urlOf = ({ path }: Page) => `${service}${path}`
  if (readme) await takeReadmePicture(await openTab(browser, readmeDevice, adminToken), urlOf(pictured))
  if (shots) await eachOf(chosen, browser, (page, tabs) => takePictures(tabs, page, urlOf(page), shots))
  if (readme || shots) return 0
  const checks = [await checkBrokenPages(await openTabs(browser, adminToken))]
  report('broken pages', checks)
  await eachOf(chosen, browser, async (page, tabs) => {
    const found = await checkPage(tabs, page, urlOf(page))
    report(page.name, found)
    checks.push(...found)
  })
  const failed = checks.filter(({ faults }) => faults.length > 0).length
  console.log(`pages: ${checks.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function parseOptions() {
  const { values, positionals } = parseArgs({
    options: { shots: { type: 'string' }, readme: { type: 'boolean' } },
    allowPositionals: true,
  })
  const names = pages.map(({ name }) => name)
  const unknown = positionals.find(name => !names.includes(name))
  if (unknown) throw new Error(`There is no page ${unknown}, but ${names.join(', ')}.`)
  const chosen = pages.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  return { chosen, ...values }
}

/** Prints a line for a page, and below it what is wrong. */
function report(name: string, checks: Check[]): void {
  const failed = checks.filter(({ faults }) => faults.length > 0)
  console.log(
    `${failed.length > 0 ? 'FAILED' : 'ok'} ${name}: ${checks.length - failed.length} of ${checks.length}`,
  )
  for (const { name: check, faults } of failed) {
    for (const fault of faults.slice(0, 5))
      console.log(`  ${name}, ${check}: ${fault.replaceAll('\n', '\n  ')}`)
    if (faults.length > 5) console.log(`  ${name}, ${check}: and ${faults.length - 5} more.`)
  }
}

/** Works through the pages, as many at a time as there are cores, each in tabs that the next one takes over. */
async function eachOf(
  pages: Page[],
  browser: Browser,
  work: (page: Page, tabs: Tabs) => Promise<void>,
): Promise<void> {
  const queue = [...pages]
  const loop = async () => {
    const tabs = await openTabs(browser, adminToken)
    for (let page = queue.shift(); page; page = queue.shift()) await work(page, tabs)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, loop))
}

process.exit(await main())
