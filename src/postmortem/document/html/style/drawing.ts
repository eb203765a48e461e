import { milestones } from '../../../../incidents/milestones.ts'
import { sans } from './base.ts'

const marks = milestones
  .filter(({ tone }) => tone !== 'calm')
  .map(({ name, tone }) => `svg .mark.${name} { fill: var(--${tone}); }`)

/** The drawn timeline, with what its colours are below it. */
export const drawing = `
figure { margin: 0 0 2rem; }
figcaption { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin-top: .6rem; font-size: .84rem; color: var(--soft); }
.key::before { content: ""; display: inline-block; width: 1.1rem; height: .7rem; margin-right: .4rem; border-radius: .12rem; vertical-align: -.05rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 13px ${sans}; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .time { font-weight: 600; }
svg .tick text, svg .span text, svg .well { font-size: 12px; fill: var(--soft); }
svg .well { fill: var(--good); }
svg .axis, svg .tick line { stroke: var(--line); }
svg .leader { stroke: var(--soft); stroke-width: 1; opacity: .55; }
svg .event { fill: var(--paper); stroke: var(--soft); stroke-width: 1.5; }
svg .span rect { fill: var(--calm); opacity: .55; }
svg .impact { fill: var(--bad); opacity: .22; }
svg .recovery { fill: var(--warn); opacity: .22; }
svg .good { fill: var(--good); opacity: .14; }
.key.impact::before { background: var(--bad); opacity: .3; }
.key.recovery::before { background: var(--warn); opacity: .3; }
.key.good::before { background: var(--good); opacity: .2; }
svg.spells .impact { opacity: .8; }
svg.spells .event { stroke-width: 1.2; }
svg .mark { fill: var(--calm); }
svg rect.mark { opacity: .55; }
${marks.join('\n')}
.narrow { display: none; }
`
