import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** The system's Chromium, driven by a library that brings none. */

const names = [
  'chromium',
  'chromium-headless-shell',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]
const applications = [
  'Chromium.app/Contents/MacOS/Chromium',
  'Google Chrome.app/Contents/MacOS/Google Chrome',
]

export async function launchChromium(stack: AsyncDisposableStack): Promise<Browser> {
  const executablePath = process.env.CHROMIUM || findProgram(names) || findApplication()
  if (executablePath === undefined)
    throw new Error(
      'There is no Chromium. On Debian: apt-get install --no-install-recommends chromium-headless-shell. Elsewhere let CHROMIUM name its program.',
    )
  const browser = await chromium.launch({
    executablePath,
    // Whoever started it stops it, together with the service.
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
  })
  stack.defer(() => browser.close())
  return browser
}

/** The first of these programs that is in a folder of PATH. */
export function findProgram(names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable)
}

const findApplication = () => applications.map(path => join('/Applications', path)).find(isExecutable)

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const devices = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} satisfies Record<string, BrowserContextOptions>
export const schemes = ['light', 'dark'] as const

/** A tab of a browser that has the token; one document after the other is loaded into it. */
export interface Tab {
  page: Page
  width: number
  /** What went wrong since the last document began to load. */
  faults: string[]
}
type Device = BrowserContextOptions & { viewport: { width: number } }

export async function openTab(browser: Browser, device: Device, token: string): Promise<Tab> {
  const extraHTTPHeaders = { authorization: `Bearer ${token}` }
  const context = await browser.newContext({ ...device, extraHTTPHeaders })
  const tab: Tab = { page: await context.newPage(), width: device.viewport.width, faults: [] }
  listenForFaults(tab)
  return tab
}

/** Chromium reports what the Content-Security-Policy has blocked as an error of the console. */
function listenForFaults({ page, faults }: Tab): void {
  page.on('console', message => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', error => faults.push(`A script failed: ${error.message}`))
  page.on('request', request => {
    if (!request.isNavigationRequest() && !isEvidence(request.url(), page.url()))
      faults.push(`It loads ${request.url()}.`)
  })
}

/** Of the service that the page is of. */
const isEvidence = (url: string, page: string): boolean => url.startsWith(new URL('/v1/evidence/', page).href)

export interface Tabs {
  desktop: Tab
  phone: Tab
}
export const openTabs = async (browser: Browser, token: string): Promise<Tabs> => ({
  desktop: await openTab(browser, devices.desktop, token),
  phone: await openTab(browser, devices.phone, token),
})

/** Loads a document, in light colours; returns what went wrong. */
export async function load({ page, faults }: Tab, url: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' })
  faults.length = 0
  const answer = await page.goto(url)
  const type = answer?.headers()['content-type'] ?? ''
  if (answer?.status() === 200 && type.startsWith('text/html')) return [...faults]
  return [`It was answered with ${answer?.status()} as ${type}, not with 200 as text/html.`]
}
