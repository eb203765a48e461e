import { createHash } from 'node:crypto'
import { milestones } from '../../../incidents/milestones.ts'
import { humanize } from '../../words.ts'

const coloured = milestones.filter(({ tone }) => tone !== 'calm')
const tags = coloured.map(
  ({ name, tone }) =>
    `.tag[data-tag="${humanize(name)}"] { background: var(--${tone}-wash); color: var(--${tone}); }`,
)
const marks = coloured.map(({ name, tone }) => `svg .mark.${name} { fill: var(--${tone}); }`)

/** The page's style sheet: light and dark, screen, phone and print. It loads nothing. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --sheet: #f6f7f8; --ink: #1b1f24; --soft: #59636e; --line: #dfe3e7; --link: #0a58a8;
  --bad: #b42318; --bad-wash: #fbe4e1; --warn: #8a5300; --warn-wash: #fcefd2; --good: #14713f; --good-wash: #dcf3e5;
  --calm: #2f5d8a; --calm-wash: #e3edf7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131619; --sheet: #1b1f23; --ink: #e4e7ea; --soft: #9ba5af; --line: #30363c; --link: #85b8f2;
    --bad: #ff9a8f; --bad-wash: #47201d; --warn: #f0bd5e; --warn-wash: #41310f; --good: #6fd29b; --good-wash: #12371f;
    --calm: #93bde8; --calm-wash: #1d3247;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: break-word;
}
main { max-width: 62rem; margin: 0 auto; padding: 3.5rem 2rem 5rem; }
header { padding-bottom: 2rem; border-bottom: 1px solid var(--line); }
h1 { margin: 0 0 1rem; font-size: 2.1rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
.kicker { display: block; margin-bottom: .6rem; font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); }
h2 { margin: 3.25rem 0 1rem; font-size: 1.4rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
h3 { margin: 2.25rem 0 .6rem; font-size: 1.02rem; line-height: 1.4; font-weight: 650; }
p { margin: 0 0 .8rem; max-width: 46rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .18em; }
a:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
ul, ol { margin: 0 0 1rem; padding-left: 1.4rem; max-width: 46rem; }
li { margin: 0 0 .55rem; padding-left: .2rem; }
li::marker { color: var(--soft); }
ol > li { margin-bottom: 1.4rem; }
.label { font-weight: 600; }
.label + .label::before { content: "\\A"; white-space: pre; }
.detail { margin-top: .25rem; color: var(--soft); }
ol .detail:first-of-type { color: inherit; }
.detail + .detail { font-size: .92rem; }
.head { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin: 0; max-width: none; color: var(--soft); font-size: .95rem; }
.id { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86rem; overflow-wrap: anywhere; }
.chip { padding: .1rem .65rem; border-radius: 1rem; font-size: .82rem; font-weight: 650; white-space: nowrap; background: var(--sheet); color: var(--soft); box-shadow: inset 0 0 0 1px var(--line); }
.chip.bad { background: var(--bad-wash); color: var(--bad); box-shadow: none; }
.chip.warn { background: var(--warn-wash); color: var(--warn); box-shadow: none; }
.chip.good { background: var(--good-wash); color: var(--good); box-shadow: none; }
.standing { margin-top: .9rem; color: var(--soft); font-size: .9rem; }
.standing p { margin: 0 0 .25rem; max-width: none; overflow-wrap: anywhere; }
.standing .notice { color: var(--warn); }
.standing .label + .label { margin-left: .6rem; }
.standing .label + .label::before { content: none; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1.25rem 2rem; margin: 2rem 0 0; }
.facts dt { font-size: .84rem; color: var(--soft); }
.facts dd { margin: .1rem 0 0; font-size: 1.45rem; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.tag { display: inline-block; padding: 0 .5rem; margin-right: .15rem; border-radius: .3rem; font-size: .8rem; line-height: 1.35rem; font-weight: 600; white-space: nowrap; background: var(--calm-wash); color: var(--calm); }
${tags.join('\n')}
table { width: 100%; margin: 0 0 1.5rem; border-collapse: collapse; font-size: .92rem; line-height: 1.5; }
th { padding: .5rem 1.1rem .5rem 0; border-bottom: 1px solid var(--soft); text-align: left; font-size: .82rem; font-weight: 600; color: var(--soft); }
td { padding: .7rem 1.1rem .7rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td:last-child, th:last-child { padding-right: 0; }
.columns-3 td:first-child { width: 7.2rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.columns-3 td:last-child { width: 40%; font-size: .87rem; color: var(--soft); }
.columns-6 td:not(:nth-child(2)) { white-space: nowrap; font-variant-numeric: tabular-nums; }
.columns-6 td:nth-child(3), .columns-6 td:nth-child(6) { white-space: normal; }
.columns-6 td:nth-child(3) { min-width: 7.5rem; }
pre { margin: 0 0 1.2rem; padding: .8rem 1rem; border-radius: .4rem; background: var(--sheet); font: .84rem/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.diff { line-height: 1.5; }
.diff b { font-weight: 400; color: var(--soft); }
.diff ins, .diff del { display: inline-block; width: 100%; color: var(--ink); text-decoration: none; }
.diff ins { background: var(--good-wash); }
.diff del { background: var(--bad-wash); }
figure { margin: 0 0 2rem; }
figcaption { margin-top: .5rem; font-size: .84rem; color: var(--soft); }
svg { display: block; width: 100%; height: auto; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--ink); }
svg .time { font-weight: 600; }
svg .tick text, svg .span text { font-size: 12px; fill: var(--soft); }
svg .axis, svg .tick line { stroke: var(--line); }
svg .leader { stroke: var(--soft); stroke-width: 1; opacity: .55; }
svg .event { fill: var(--paper); stroke: var(--soft); stroke-width: 1.5; }
svg .impact { fill: var(--bad); opacity: .22; }
svg .recovery { fill: var(--warn); opacity: .22; }
svg .span rect { fill: var(--calm); opacity: .55; }
svg .mark { fill: var(--calm); }
${marks.join('\n')}
.narrow { display: none; }
@media (max-width: 44rem) {
  main { padding: 2rem 1.15rem 3rem; }
  h1 { font-size: 1.6rem; }
  h2 { margin-top: 2.5rem; font-size: 1.25rem; }
  .facts { grid-template-columns: 1fr 1fr; gap: 1rem 1.25rem; }
  .facts dd { font-size: 1.25rem; }
  .wide { display: none; }
  .narrow { display: block; }
  table, tbody, tr, td { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .8rem 0; border-bottom: 1px solid var(--line); }
  td, .columns-3 td:first-child, .columns-3 td:last-child { width: auto; padding: 0; border: 0; }
  .columns-3 td:first-child { font-weight: 650; }
  .columns-3 td:last-child { margin-top: .35rem; }
  .columns-6 td { display: grid; grid-template-columns: 5rem 1fr; gap: .5rem; white-space: normal; }
  .columns-6 td::before { content: attr(data-label); color: var(--soft); }
  .columns-6 td:nth-child(1), .columns-6 td:nth-child(2) { display: block; font-weight: 600; }
  .columns-6 td:nth-child(1)::before, .columns-6 td:nth-child(2)::before { content: none; }
  .columns-6 td:nth-child(2) { margin-bottom: .35rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --sheet: #f6f7f8; --ink: #000000; --soft: #4a525a; --line: #cfd4d9; --link: #0a58a8;
    --bad: #b42318; --bad-wash: #fbe4e1; --warn: #8a5300; --warn-wash: #fcefd2; --good: #14713f; --good-wash: #dcf3e5;
    --calm: #2f5d8a; --calm-wash: #e3edf7;
  }
  @page { margin: 18mm 16mm; }
  html { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  p, ul, ol { max-width: none; }
  h2 { margin-top: 1.8rem; }
  h1, h2, h3 { break-after: avoid; }
  tr, li, figure, pre { break-inside: avoid; }
  thead { display: table-header-group; }
  .chip, .tag, .diff ins, .diff del, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`

/** The hash of the style for `style-src` of the Content-Security-Policy, which blocks every other style. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`
