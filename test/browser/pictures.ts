import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { devices, withTab } from './chromium.ts'
import type { Page } from './pages.ts'
import { printToPdf } from './print.ts'

type Opened = { url: string; token: string }

/** Takes a picture of the whole page at each width, of the narrow one also in the dark, and prints it as a PDF. */
export async function takePictures(
  browser: Browser,
  { name }: Page,
  opened: Opened,
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const file = (suffix: string) => join(folder, `${name}-${suffix}`)
  await withTab(browser, devices.desktop, opened, async tab => {
    await tab.page.screenshot({ path: file('1280-light.png'), fullPage: true })
    writeFileSync(file('print.pdf'), await printToPdf(tab))
  })
  await withTab(browser, devices.phone, opened, async ({ page }) => {
    await page.screenshot({ path: file('390-light.png'), fullPage: true })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.screenshot({ path: file('390-dark.png'), fullPage: true })
  })
}

/** The README's picture: the beginning of the page. */
export const takeReadmePicture = (browser: Browser, opened: Opened): Promise<unknown> =>
  withTab(browser, { viewport: { width: 1100, height: 1500 } }, opened, ({ page }) =>
    page.screenshot({ path: 'examples/payments-drill.png' }),
  )
