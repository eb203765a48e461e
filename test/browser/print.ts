import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { findProgram, type Tab } from './chromium.ts'

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

/** Prints it, and returns the text of each sheet. */
export async function sheetsOf(tab: Tab): Promise<string[]> {
  const reader = spawn('pdftotext', ['-layout', '-', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  reader.stdin.end(await printToPdf(tab))
  return (await text(reader.stdout)).split('\f').slice(0, -1)
}
