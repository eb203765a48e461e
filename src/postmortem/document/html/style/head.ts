import { mono } from './base.ts'

/** What stands above the first section: title, standing, figures and contents. */
export const head = `
header { padding-bottom: 2rem; border-bottom: 1px solid var(--line); }
.kicker { display: block; margin-bottom: .6rem; font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); }
.head { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin: 0; max-width: none; color: var(--soft); font-size: .95rem; }
.id { font-family: ${mono}; font-size: .86rem; overflow-wrap: anywhere; }
.chip { padding: .1rem .65rem; border-radius: 1rem; font-size: .82rem; font-weight: 650; white-space: nowrap; background: var(--sheet); color: var(--soft); box-shadow: inset 0 0 0 1px var(--line); }
.chip.bad { background: var(--bad-wash); color: var(--bad); box-shadow: none; }
.chip.warn { background: var(--warn-wash); color: var(--warn); box-shadow: none; }
.chip.good { background: var(--good-wash); color: var(--good); box-shadow: none; }
.standing { margin-top: .9rem; color: var(--soft); font-size: .9rem; }
.standing p { margin: 0 0 .25rem; max-width: none; overflow-wrap: anywhere; }
.standing .label ~ .label:not(br + .label)::before { content: "\\2003"; }
.standing .notice { color: var(--warn); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1.25rem 2rem; margin: 2rem 0 0; }
.facts > div { display: flex; flex-direction: column; justify-content: space-between; }
.facts dt { font-size: .84rem; line-height: 1.4; color: var(--soft); text-wrap: balance; }
.facts dd { margin: .15rem 0 0; font-size: 1.45rem; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
nav { margin: 1.75rem 0 0; font-size: .92rem; }
nav ul, nav li > ul { max-width: none; margin: 0; padding: 0; list-style: none; }
nav > ul { columns: 2 17rem; column-gap: 2rem; }
nav li { margin: 0; padding: .15rem 0; break-inside: avoid; }
nav li li { padding: .15rem 0 .15rem 1rem; line-height: 1.4; }
nav a[href^="#"] { color: var(--link); text-decoration: none; overflow-wrap: anywhere; }
nav a[href^="#"]:hover { text-decoration: underline; }
.asks { max-width: 46rem; margin: 0 0 1.5rem; padding: .85rem 1.1rem; border-left: 3px solid var(--warn); border-radius: .15rem .4rem .4rem .15rem; background: var(--sheet); font-size: .92rem; line-height: 1.5; }
.asks p { margin: 0 0 .3rem; font-weight: 650; }
.asks ul { margin: 0; }
.asks li { margin: 0 0 .2rem; }
.asks ul + p { margin-top: .7rem; }
.asks .calmer { color: var(--soft); }
.asks .more { margin: .5rem 0 0; font-weight: 400; color: var(--soft); }
.asks.only-calmer { border-color: var(--line); }
header .asks { margin: 1.75rem 0 0; }
`
