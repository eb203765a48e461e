import { createHash } from 'node:crypto'
import { style, styleHash } from '../postmortem/document/html/style/style.ts'
import { type HomeLink, home, linksToBuild, linksToRead } from './schema.ts'

/** Styles besides those of a postmortem. */
const ownStyle = `
main { max-width: 54rem; }
header { padding-bottom: 1.4rem; }
.lead { margin: 0 0 .6rem; font-size: 1.12rem; line-height: 1.6; color: var(--soft); text-wrap: pretty; }
h2 { margin: 2.4rem 0 .9rem; font-size: 1.15rem; }
h2 + p { margin: -.5rem 0 1.1rem; color: var(--soft); font-size: .95rem; }
.links { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem; max-width: none; margin: 0; padding: 0; list-style: none; }
.links li { margin: 0; padding: 0; }
.links a { display: block; height: 100%; padding: 1rem 1.2rem 1.1rem; border: 1px solid var(--line); border-radius: .6rem; color: inherit; text-decoration: none; }
.links a:hover { border-color: var(--link); background: var(--sheet); }
.links strong { display: block; font-weight: 650; color: var(--link); }
.links span { display: block; font-size: .95rem; text-wrap: pretty; }
.links code { display: block; margin-top: .4rem; font: .82rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; color: var(--soft); overflow-wrap: anywhere; }
@media (max-width: 44rem) { .links { grid-template-columns: 1fr; gap: .7rem; } }
`

const ownHash = `sha256-${createHash('sha256').update(ownStyle).digest('base64')}`

/** The page's Content-Security-Policy: no scripts, nothing loaded, no frame. */
export const homePolicy = `default-src 'none'; style-src '${styleHash}' '${ownHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The HTML of `/`: what this is and where to go. */
export const homePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${home.name}</title>
<style>${style}</style>
<style>${ownStyle}</style>
</head>
<body>
<main>
<header>
<h1><span class="kicker">${home.name} ${home.version}</span> Learn from incidents</h1>
<p class="lead">${home.description}</p>
</header>
<section>
<h2>Read</h2>
<p>Your browser asks for a token: any user name, and the token as the password. The first start prints one.</p>
${listOf(linksToRead)}
</section>
<section>
<h2>Build</h2>
<p>Open to all. Tools send their token as <code>Authorization: Bearer</code>, and get this page as JSON.</p>
${listOf(linksToBuild)}
</section>
</main>
</body>
</html>
`

function listOf(links: HomeLink[]): string {
  const items = links.map(
    ({ href, title, summary }) =>
      `<li><a href="${href}"><strong>${title}</strong> <span>${summary}</span> <code>${href}</code></a></li>`,
  )
  return `<ul class="links">\n${items.join('\n')}\n</ul>`
}
