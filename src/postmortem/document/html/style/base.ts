import { dark, light, variables } from './palette.ts'

export const sans =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Noto Sans CJK JP", "DejaVu Sans", sans-serif'
export const mono = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'

/** Colours, type and what every page begins with. */
export const base = `
:root { color-scheme: light dark; ${variables(light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(dark)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 ${sans}; overflow-wrap: break-word; }
main { max-width: 62rem; margin: 0 auto; padding: 3.5rem 2rem 5rem; }
h1 { margin: 0 0 1rem; font-size: 2.1rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 3.25rem 0 1rem; font-size: 1.4rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
h3 { margin: 2.25rem 0 .6rem; font-size: 1.02rem; line-height: 1.4; font-weight: 650; }
h2, h3 { overflow-wrap: anywhere; text-wrap: balance; }
p { margin: 0 0 .8rem; max-width: 46rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .18em; }
a:hover { text-decoration-thickness: 2px; }
a[href^="#"] { color: inherit; text-decoration: underline dotted var(--soft) 1px; }
a[href^="#AI-"] { white-space: nowrap; }
a[href^="#"]:hover { color: var(--link); text-decoration-style: solid; }
a.address { overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: .15rem; }
[id] { scroll-margin-top: 1.5rem; }
:target { background: var(--calm-wash); box-shadow: -.6rem 0 0 var(--calm-wash), .6rem 0 0 var(--calm-wash), -.8rem 0 0 var(--calm); }
`
