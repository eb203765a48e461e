import { paper, variables } from './palette.ts'

/**
 * Paper: link addresses are written out, and nothing is cut that belongs together. The contents are left out, since they
 * have no page numbers; what a draft lacks is printed, since a draft on paper is for working.
 */
export const print = `
@media print {
  :root { color-scheme: light; ${variables(paper)} }
  @page { margin: 18mm 16mm; }
  html { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  p, ul, ol, blockquote, .asks { max-width: none; orphans: 3; widows: 3; }
  h2 { margin-top: 1.8rem; }
  h1, h2, h3, tr.group { break-after: avoid; }
  .asks p, h3 + ul:has(+ .diff), h3 + ul:has(+ .diff) > li { break-after: avoid; }
  tr, li, figure, .asks, pre:not(.diff) { break-inside: avoid; }
  thead { display: table-header-group; }
  nav { display: none; }
  .facts { grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: 1rem; }
  a { text-decoration: none; }
  a[href^="#"] { color: inherit; text-decoration: none; }
  a[href^="http"]:not(.address)::after { content: " (" attr(href) ")"; font-size: .85em; color: var(--soft); overflow-wrap: anywhere; word-break: break-all; }
  .diff, .diff code { display: block; white-space: pre-wrap; overflow-wrap: anywhere; orphans: 6; widows: 4; }
  :target { background: none; box-shadow: none; }
  .chip, .tag, .key::before, .asks, .diff ins, .diff del, code, pre, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
