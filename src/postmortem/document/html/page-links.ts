import type { Postmortem } from '../../schema.ts'
import { escapeHtml } from './blocks.ts'

/** The pages of an incident, and the files of its document. */
const pages = {
  Postmortem: 'postmortem.html',
  Thread: 'thread.html',
  Agenda: 'review/agenda.html',
  'Follow-up': 'follow-up.html',
  Markdown: 'postmortem.md',
  JSON: 'postmortem.json',
} as const
export type PageName = keyof typeof pages

/** The address of a page of an incident. */
export const pageAddress = (incidentId: string, name: PageName): string =>
  `/v1/incidents/${encodeURIComponent(incidentId)}/${pages[name]}`

/** A line of links from one page of an incident to its others. What was never final has no follow-up. */
export function pageLinks(
  { id, status }: Pick<Postmortem['incident'], 'id' | 'status'>,
  here: PageName,
): string {
  const names = (Object.keys(pages) as PageName[]).filter(
    name => name !== here && (name !== 'Follow-up' || status === 'final'),
  )
  const links = names.map(name => `<a href="${escapeHtml(pageAddress(id, name))}">${name}</a>`)
  return `<nav class="pages" aria-label="More of this incident">${links.join(' · ')}</nav>`
}
