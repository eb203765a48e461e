import { headlineOf } from '../../incidents/natures.ts'
import { durations } from '../../timeline/milestones/schema.ts'
import type { Postmortem } from '../schema.ts'
import { personName } from '../words.ts'
import {
  type Block,
  bulletList,
  heading,
  item,
  joined,
  label,
  numberedList,
  paragraph,
  row,
  type Text,
} from './blocks.ts'
import { proseBlocks } from './prose.ts'
import { actionItemsSection, actionItemsTable } from './sections/action-items.ts'
import { analysisOpening, analysisSection, factorItem } from './sections/analysis.ts'
import { changesSection, noChanges } from './sections/changes.ts'
import { reviewRecord, reviewSection } from './sections/review.ts'
import { summarySection } from './sections/summary.ts'
import { timelineSection, timelineTable } from './sections/timeline.ts'
import { type Reading, revisionLine } from './standing.ts'
import { type View, viewOf } from './view.ts'

/**
 * The postmortem as blocks, headings and columns in the template's order. A pure function of what is stored:
 * no clock or locale is read, and no time zone but the one asked for, so the same data gives the same document everywhere.
 */
export function postmortemDocument(data: Postmortem, { zone, standing }: Reading = {}): Block[] {
  const view = viewOf(data, zone)
  return [
    ...titleBlocks(headOf(data)),
    ...(standing ? [revisionLine(view.timeFormat, standing)] : []),
    ...postmortemSections(view).flat(),
  ]
}

/** The sections below the title, each beginning with its heading. */
export function postmortemSections(view: View): Block[][] {
  const { data } = view
  const own = data.incident.sections.map(({ heading: title, body }) => [
    heading(2, title),
    ...proseBlocks([], body),
  ])
  return [
    summarySection(view),
    timelineSection(view),
    analysisSection(view),
    lessonsSection(view),
    ...own,
    actionItemsSection(view),
    changesSection(view),
    reviewSection(view, headOf(data).status),
  ]
}

/** The empty template: the same document with placeholders. */
export const templateDocument = (): Block[] => [
  ...titleBlocks(placeholders),
  heading(2, 'Summary'),
  paragraph(label('What broke'), ' <what broke>'),
  paragraph(label('Who was affected'), ' <who was affected>'),
  paragraph(label('How long'), ' <computed from the timeline>'),
  heading(2, 'Timeline (UTC)'),
  timelineTable([row([['<time>'], ['<event>'], ['<source>']])]),
  paragraph(
    ...joined(
      durations.filter(({ always }) => always).map(({ title }) => [label(`${title} time`), ' —']),
      '   ',
    ),
  ),
  ...analysisOpening(),
  numberedList(1, [
    factorItem(
      { category: 'technical|process|detection', statement: '<factor>' },
      { if: '<X>', had: '<Y>', would_have: '<Z>' },
      [],
    ),
  ]),
  heading(2, 'What went well'),
  bulletList([item(['<what went well>'])]),
  heading(2, 'Action items'),
  actionItemsTable([row([['AI-1'], ['<action>'], ['<owner>'], ['<date>'], ['P<n>'], ['<factor>']])]),
  ...noChanges(),
  ...reviewRecord({ date: [' not held yet'], attendees: ' —', decisions: [], status: placeholders.status }),
]

/** The words above the first section. */
export interface Head {
  title: string
  id: string
  status: string
  /** What it was, where that is not an incident. */
  nature: string | null
  severity: string
  authors: string
}

const placeholders: Head = {
  title: '<title>',
  id: 'PM-<date>-<slug>',
  status: 'Draft|In review|Final',
  nature: null,
  severity: 'SEV<n>',
  authors: '…',
}

const statusWords = { draft: 'Draft', in_review: 'In review', final: 'Final' } as const

export function headOf(data: Postmortem): Head {
  const { title, id, status, nature, severity, authors, amending } = data.incident
  const names = authors.map(handle => personName(data, handle))
  return {
    title,
    id,
    status: `${statusWords[status]}${amending ? ' (being corrected)' : ''}`,
    nature: headlineOf(nature),
    severity: severity ?? '—',
    authors: names.length > 0 ? names.join(', ') : '—',
  }
}

const titleBlocks = (head: Head): Block[] => [
  heading(1, 'Postmortem: ', head.title),
  paragraph(
    ...[label('ID'), ` ${head.id}   `, label('Status'), ` ${head.status}   `],
    ...natureWords(head),
    ...[label('Severity'), ` ${head.severity}   `, label('Authors'), ` ${head.authors}`],
  ),
]

export const natureWords = ({ nature }: Head): Text =>
  nature === null ? [] : [label('Nature'), ` ${nature}   `]

function lessonsSection({ data: { incident } }: View): Block[] {
  return [
    heading(2, 'What went well'),
    ...(incident.went_well.length > 0
      ? [sentences(incident.went_well)]
      : [paragraph('Nothing is written here yet.')]),
    ...lessons('What went poorly', incident.went_poorly),
    ...lessons('Where we got lucky', incident.got_lucky),
  ]
}

const lessons = (title: string, stored: readonly string[]): Block[] =>
  stored.length === 0 ? [] : [heading(3, title), sentences(stored)]

const sentences = (stored: readonly string[]): Block => bulletList(stored.map(sentence => item([sentence])))
