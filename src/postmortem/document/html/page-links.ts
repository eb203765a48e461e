import type { Postmortem } from '../../schema.ts'
import { escapeHtml } from './blocks.ts'

interface PageRoute {
  path: string
  /** The parameters of `Reading` that it takes; the `tz` of the follow-up is another: whose today it is. */
  takes: readonly (keyof PageQuery)[]
}

/** The pages of an incident, and the files of its document. */
const pages = {
  Postmortem: { path: 'postmortem.html', takes: ['tz', 'copy'] },
  Thread: { path: 'thread.html', takes: ['tz'] },
  Agenda: { path: 'review/agenda.html', takes: ['tz'] },
  'Follow-up': { path: 'follow-up.html', takes: [] },
  Markdown: { path: 'postmortem.md', takes: ['tz', 'copy'] },
  JSON: { path: 'postmortem.json', takes: ['copy'] },
} as const satisfies Record<string, PageRoute>
export type PageName = keyof typeof pages

/** How a page is read, which its links keep to. */
export interface PageQuery {
  /** The IANA name of the zone of its times. */
  tz?: string | undefined
  copy?: 'working' | undefined
}

type Linked = Pick<Postmortem['incident'], 'id' | 'status'>

/** The address of a page of an incident. */
export function pageAddress(incidentId: string, name: PageName, query: PageQuery = {}): string {
  const { path, takes }: PageRoute = pages[name]
  const parameters = takes.flatMap(key => {
    const value = query[key]
    return value === undefined || value === 'UTC' ? [] : [`${key}=${encodeURIComponent(value)}`]
  })
  const address = `/v1/incidents/${encodeURIComponent(incidentId)}/${path}`
  return parameters.length === 0 ? address : `${address}?${parameters.join('&')}`
}

/** The document as it is today, which has all that is stored; what was sealed lacks what was added since. */
export const workingAddress = ({ id, status }: Linked, tz?: string): string =>
  pageAddress(id, 'Postmortem', { tz, copy: status === 'final' ? 'working' : undefined })

/**
 * A line of links from one page of an incident to its others. What was never final has no follow-up.
 * @param without pages to leave out
 */
export function pageLinks(
  { id, status }: Linked,
  here: PageName,
  query: PageQuery = {},
  without: readonly PageName[] = [],
): string {
  const names = (Object.keys(pages) as PageName[]).filter(
    name => name !== here && !without.includes(name) && (name !== 'Follow-up' || status === 'final'),
  )
  const links = names.map(name => `<a href="${escapeHtml(pageAddress(id, name, query))}">${name}</a>`)
  return `<nav class="pages" aria-label="More of this incident">${links.join(' · ')}</nav>`
}
