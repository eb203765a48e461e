import { milestones } from '../../../../incidents/milestones.ts'
import { humanize } from '../../../words.ts'
import { mono } from './base.ts'

/** A tag may say the spell after the milestone. */
const tags = milestones
  .filter(({ tone }) => tone !== 'calm')
  .map(
    ({ name, tone }) =>
      `.tag[data-tag^="${humanize(name)}"] { background: var(--${tone}-wash); color: var(--${tone}); }`,
  )

/** Lists, tables, quotes, code and diffs. */
export const blocks = `
ul, ol { margin: 0 0 1rem; padding-left: 1.4rem; max-width: 46rem; }
li { margin: 0 0 .55rem; padding-left: .2rem; }
li::marker { color: var(--soft); font-variant-numeric: tabular-nums; }
ol > li:has(> .detail) { margin-bottom: 1.4rem; }
li > :is(p, ul, ol, pre, blockquote) { margin: .5rem 0 0; }
:is(li, blockquote) :is(ul, ol) > li { margin-bottom: .25rem; }
.label { font-weight: 600; }
.label ~ .label:not(br + .label)::before { content: "\\A"; white-space: pre; }
.detail { margin-top: .25rem; }
ol > li > .detail:not(:has(.label)) { color: var(--soft); }
.placeholder { color: var(--soft); font-style: italic; }
.tag { display: inline-block; padding: 0 .5rem; margin-right: .15rem; border-radius: .3rem; font-size: .8rem; line-height: 1.35rem; font-weight: 600; white-space: nowrap; background: var(--calm-wash); color: var(--calm); }
${tags.join('\n')}
.tag[data-tag="missing"] { background: var(--warn-wash); color: var(--warn); }
.tag[data-tag="overdue"] { background: var(--bad-wash); color: var(--bad); }
table { width: 100%; margin: 0 0 1.5rem; border-collapse: collapse; font-size: .92rem; line-height: 1.5; }
th { padding: .5rem 1.1rem .5rem 0; border-bottom: 1px solid var(--soft); text-align: left; font-size: .82rem; font-weight: 600; color: var(--soft); }
td { padding: .7rem 1.1rem .7rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
td:last-child, th:last-child { padding-right: 0; }
.group th { padding: 1.6rem 0 .4rem; border-bottom-color: var(--line); font-size: .92rem; font-weight: 650; color: var(--ink); font-variant-numeric: tabular-nums; }
tbody .group:first-child th { padding-top: .9rem; }
.by-time td:first-child { width: 7.2rem; overflow-wrap: normal; }
.by-time td:last-child { width: 40%; font-size: .87rem; color: var(--soft); }
.by-id td:not(:nth-child(2)) { white-space: nowrap; }
.by-id td:nth-child(3), .by-id td:nth-child(6) { white-space: normal; }
.by-id td:nth-child(3) { min-width: 7.5rem; }
:where(.by-action-item, .by-change) td { width: 22%; }
:where(.by-action-item, .by-change) td:where(:first-child) { width: 34%; }
.by-spell td { overflow-wrap: normal; }
.by-spell td:nth-child(2) { white-space: nowrap; }
img { display: block; max-width: min(100%, 46rem); height: auto; max-height: 40rem; margin: .4rem 0 .2rem; border: 1px solid var(--line); border-radius: .3rem; }
blockquote { margin: 0 0 1rem; padding: .1rem 0 .1rem 1.1rem; max-width: 46rem; border-left: 3px solid var(--line); }
blockquote > :last-child { margin-bottom: 0; }
code { padding: .1em .35em; border-radius: .25rem; background: var(--sheet); font: .88em ${mono}; overflow-wrap: anywhere; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
pre { margin: 0 0 1.2rem; padding: .8rem 1rem; border-radius: .4rem; background: var(--sheet); font: .84rem/1.55 ${mono}; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
.diff { overflow-x: auto; padding-left: 0; padding-right: 0; line-height: 1.5; white-space: pre; overflow-wrap: normal; }
.diff code { display: inline-block; min-width: 100%; padding: 0 1rem; background: none; font: inherit; overflow-wrap: normal; }
.diff b { font-weight: 400; color: var(--soft); }
.diff ins, .diff del { display: inline-block; width: calc(100% + 2rem); margin: 0 -1rem; padding: 0 1rem; color: var(--ink); text-decoration: none; }
.diff ins { background: var(--good-wash); }
.diff del { background: var(--bad-wash); }
`
