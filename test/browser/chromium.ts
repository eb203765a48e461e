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

/** A document that is open in a tab of its own, in light colours. */
export interface Tab {
  page: Page
  width: number
  /** What went wrong while it loaded. */
  faults: string[]
}

/** Opens a document as people do who have a token; closes it after `use`. */
export async function withTab<T>(
  browser: Browser,
  device: BrowserContextOptions & { viewport: { width: number } },
  { url, token }: { url: string; token: string },
  use: (tab: Tab) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({
    ...device,
    colorScheme: 'light',
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  })
  try {
    const page = await context.newPage()
    const faults = listenForFaults(page, url)
    const answer = await page.goto(url)
    const type = answer?.headers()['content-type'] ?? ''
    if (answer?.status() !== 200 || !type.startsWith('text/html'))
      faults.unshift(`It was answered with ${answer?.status()} as ${type}, not with 200 as text/html.`)
    return await use({ page, width: device.viewport.width, faults })
  } finally {
    await context.close()
  }
}

/** Chromium reports what the Content-Security-Policy has blocked as an error of the console. */
function listenForFaults(page: Page, url: string): string[] {
  const faults: string[] = []
  page.on('console', message => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', error => faults.push(`A script failed: ${error.message}`))
  page.on('request', request => request.url() !== url && faults.push(`It loads ${request.url()}.`))
  return faults
}
