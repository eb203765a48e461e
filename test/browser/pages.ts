import { bare, japanese, spells, vulnerability } from './stories/cases.ts'
import { corrected, correcting, draft, final, inReview } from './stories/drills.ts'

/** One page that people open in a browser. */
export interface Page {
  name: string
  path: string
  /** How many sheets of paper it may take, where that is promised. */
  sheets?: number
  /** Whether it shows evidence. */
  hasPicture?: boolean
  /** What has to stand on every sheet of paper. */
  onEachSheet?: string
}

const documentOf = (incident: string) => `${incident}/postmortem.html`
const idOf = (incident: string) => incident.split('/').at(-1)!

export const pages: Page[] = [
  { name: 'home', path: '/' },
  { name: 'problems', path: '/problems' },
  { name: 'problem', path: '/problems/not_found' },
  { name: 'template', path: '/v1/template' },
  { name: 'bare-draft', path: documentOf(bare) },
  { name: 'draft', path: documentOf(draft), hasPicture: true },
  { name: 'in-review', path: documentOf(inReview) },
  { name: 'agenda', path: `${inReview}/review/agenda.html`, sheets: 1 },
  { name: 'agenda-of-bare-draft', path: `${bare}/review/agenda.html`, sheets: 1 },
  { name: 'final', path: documentOf(final), onEachSheet: idOf(final) },
  { name: 'thread', path: `${final}/thread.html` },
  { name: 'thread-of-draft', path: `${draft}/thread.html` },
  { name: 'follow-up', path: `${final}/follow-up.html` },
  { name: 'being-corrected', path: documentOf(correcting) },
  { name: 'working-copy', path: `${documentOf(correcting)}?copy=working` },
  { name: 'superseded', path: `${corrected}/revisions/1` },
  { name: 'corrected', path: documentOf(corrected) },
  { name: 'spells', path: documentOf(spells), onEachSheet: idOf(spells) },
  { name: 'vulnerability', path: documentOf(vulnerability) },
  { name: 'japanese', path: `${documentOf(japanese)}?tz=Asia/Tokyo` },
]

/** The page whose picture is in the README. */
export const pictured = pages.find(({ path }) => path === documentOf(final))!
