import { dated, revisionLine, type Standing } from '../standing.ts'
import type { View } from '../view.ts'
import { blocksToHtml, escapeHtml } from './blocks.ts'

/** Which revision the document is, and whether there is or will be another; empty for one that was never sealed. */
export function standingHtml(view: View, standing: Standing | undefined): string {
  const lines = standing
    ? [blocksToHtml([revisionLine(view.timeFormat, standing)]), ...laterNotices(view, standing)]
    : workingCopyNotices(view)
  return lines.length === 0 ? '' : `<div class="standing">\n${lines.join('\n')}\n</div>\n`
}

/** What came after a revision. */
function laterNotices(view: View, { superseded_by, correction }: Standing): string[] {
  if (superseded_by) {
    const link = `<a href="${addressOf(view, superseded_by)}">revision ${superseded_by}</a>`
    return [notice(`Superseded by ${link}`)]
  }
  if (!correction) return []
  const since = dated(view.timeFormat, correction.amended_at)
  return [notice(`Being corrected since ${escapeHtml(`${since}: ${correction.reason}`)}`)]
}

/** Each revision but the first has its amendment, so that the number of the open one is that of the last revision. */
function workingCopyNotices({ data: { incident, amendments }, timeFormat }: View): string[] {
  const open = incident.amending ? amendments.at(-1) : undefined
  if (!open) return []
  const begun = dated(timeFormat, open.amended_at)
  return [notice(`A correction of revision ${amendments.length}, begun ${escapeHtml(begun)}; not sealed yet`)]
}

const notice = (html: string): string => `<p class="notice">${html.replaceAll('\n', '<br>')}</p>`

function addressOf({ data: { incident }, timeFormat: { zone } }: View, revision: number): string {
  const query = zone === 'UTC' ? '' : `?tz=${encodeURIComponent(zone)}`
  return escapeHtml(`/v1/incidents/${incident.id}/revisions/${revision}${query}`)
}
