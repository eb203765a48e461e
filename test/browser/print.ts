import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Tab } from './chromium.ts'
import { findProgram } from './chromium.ts'
import type { Page } from './pages.ts'

/** What comes out of a printer. */

export const printToPdf = ({ page }: Tab): Promise<Buffer> =>
  page.pdf({ format: 'A4', preferCSSPageSize: true, printBackground: false })

/** @throws Error where the program that reads the sheets is missing */
export function requirePdfReader(): void {
  if (findProgram(['pdftotext']) === undefined)
    throw new Error(
      'There is no pdftotext. On Debian: apt-get install --no-install-recommends poppler-utils.',
    )
}

/** Prints a page of which something is promised on paper. */
export async function findPrintFaults(tab: Tab, { sheets, onEachSheet }: Page): Promise<string[]> {
  if (sheets === undefined && onEachSheet === undefined) return []
  const printed = await sheetsOf(await printToPdf(tab))
  const faults: string[] = []
  if (sheets !== undefined && printed.length > sheets)
    faults.push(
      `It takes ${printed.length} sheets of A4, not ${sheets}; on the last: ${printed.at(-1)!.trim().slice(0, 160)}`,
    )
  const without = printed.flatMap((sheet, i) => (onEachSheet && !sheet.includes(onEachSheet) ? [i + 1] : []))
  if (without.length > 0)
    faults.push(
      `${onEachSheet} is not on each of its ${printed.length} sheets, but missing on ${without.join(', ')}.`,
    )
  return faults
}

/** The text of each sheet. */
async function sheetsOf(pdf: Buffer): Promise<string[]> {
  const reader = spawn('pdftotext', ['-layout', '-', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  reader.stdin.end(pdf)
  return (await text(reader.stdout)).split('\f').slice(0, -1)
}
