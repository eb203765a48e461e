import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, type Tab, type Tabs } from './chromium.ts'
import type { Page } from './pages.ts'
import { printToPdf } from './print.ts'

/** Takes a picture of the whole page at each width, of the narrow one also in the dark, and prints it as a PDF. */
export async function takePictures(
  { desktop, phone }: Tabs,
  { name }: Page,
  url: string,
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const file = (suffix: string) => join(folder, `${name}-${suffix}`)
  await load(desktop, url)
  await desktop.page.screenshot({ path: file('1280-light.png'), fullPage: true })
  writeFileSync(file('print.pdf'), await printToPdf(desktop))
  await load(phone, url)
  await phone.page.screenshot({ path: file('390-light.png'), fullPage: true })
  await phone.page.emulateMedia({ colorScheme: 'dark' })
  await phone.page.screenshot({ path: file('390-dark.png'), fullPage: true })
}

/** The device of the README's picture, which is the beginning of a page. */
export const readmeDevice = { viewport: { width: 1100, height: 1500 } }

/** With the Markdown of the same document, so that both say the same of when it was sealed. */
export async function takeReadmePicture(tab: Tab, url: string): Promise<void> {
  await load(tab, url)
  await tab.page.screenshot({ path: 'examples/payments-drill.png' })
  const markdown = await tab.page.request.get(url.replace(/\.html$/, '.md'))
  writeFileSync('examples/payments-drill.md', await markdown.body())
}
