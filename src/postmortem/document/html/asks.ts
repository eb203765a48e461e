import type { Ask } from '../standing.ts'
import { escapeHtml } from './blocks.ts'

/** How many one section shows. */
const mostShown = 6

/** What one section is asked for, errors first; empty where that is nothing. */
export function asksHtml(asks: readonly Ask[] | undefined, incidentId: string): string {
  if (!asks || asks.length === 0) return ''
  const isError = ({ level }: Ask) => level === 'error'
  const [errors, warnings] = [asks.filter(isError), asks.filter(ask => !isError(ask))]
  const rest = asks.length - mostShown
  return [
    `<div role="note" class="asks${errors.length === 0 ? ' only-calmer' : ''}">`,
    ...listed('Before it can be final', errors.slice(0, mostShown), ''),
    ...listed(
      'Worth a thought',
      warnings.slice(0, Math.max(0, mostShown - errors.length)),
      ' class="calmer"',
    ),
    ...(rest > 0 ? [`<p class="more">and ${rest} more: ${checksCall(incidentId)}</p>`] : []),
    '</div>\n',
  ].join('\n')
}

function listed(title: string, asks: readonly Ask[], kind: string): string[] {
  if (asks.length === 0) return []
  const items = asks.map(({ message }) => `<li>${escapeHtml(message).replaceAll('\n', '<br>')}</li>`)
  return [`<p${kind}>${title}</p>`, `<ul${kind}>\n${items.join('\n')}\n</ul>`]
}

const checksCall = (incidentId: string): string =>
  `<code>GET /v1/incidents/${escapeHtml(incidentId)}/checks</code>`
