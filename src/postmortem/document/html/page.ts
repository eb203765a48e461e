import { createHash } from 'node:crypto'
import { escapeHtml } from './blocks.ts'
import { sans } from './style/base.ts'
import { paper } from './style/palette.ts'
import { style, styleHash } from './style/style.ts'

/** One page: no script, no style but those in its head, and nothing loaded but the pictures that are its evidence. */
export interface Page {
  title: string
  /** BCP 47. */
  lang: string
  /** What stands at the foot of each printed page: of which document it is. */
  footer: string
  /** Printed small, to be one sheet of paper. */
  compact?: boolean
  /** HTML, each piece on lines of its own. */
  content: readonly string[]
}

export const pageHtml = (page: Page): string => pagePieces(page).join('')

/** Of a long page too many to be joined at once. */
export const pagePieces = (page: Page): string[] => [
  `<!doctype html>
<html lang="${escapeHtml(page.lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(page.title).replaceAll('\n', ' ')}</title>
<style>${style}</style>
<style>${printStyle(page)}</style>
</head>
<body>
<main>
`,
  ...page.content.map(piece => `${piece}\n`),
  `</main>
</body>
</html>
`,
]

/** The page's Content-Security-Policy, which forbids scripts, every style but its own, and pictures from elsewhere. */
export const pagePolicy = (page: Page): string =>
  `default-src 'none'; img-src 'self'; style-src '${styleHash}' '${hashOf(printStyle(page))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

const printStyle = ({ footer, compact }: Page): string =>
  `${compact ? compactStyle : ''}@page { @bottom-left { content: ${cssString(footer)}; ${footerType} } @bottom-right { content: counter(page) " / " counter(pages); ${footerType} } }`

/** Margins of pages inherit nothing. */
const footerType = `font: 8pt ${sans}; color: ${paper.soft};`

const compactStyle =
  '@media print { @page { margin: 12mm 14mm; } html { font-size: 8.5pt; } header { padding-bottom: .6rem; } h1 { font-size: 1.6rem; margin-bottom: .4rem; } h2 { margin: 1rem 0 .3rem; font-size: 1.1rem; } p, li { max-width: none; margin-bottom: .2rem; } ul { margin-bottom: .4rem; } .kicker { margin-bottom: .2rem; } } '

/** Everything but letters and digits is escaped, so that nothing ends the string or the style. */
const cssString = (text: string): string =>
  `"${text.replace(/[^\p{L}\p{N} ]/gu, character => `\\${character.codePointAt(0)!.toString(16)} `)}"`

export const section = (content: string): string => `<section>\n${content}\n</section>`
