import { headlineOf } from '../../incidents/natures.ts'
import { finish, mapSteps, type Steps } from '../../kit/time/steps.ts'
import type { Postmortem } from '../schema.ts'
import type { ShownPostmortem } from '../shown.ts'
import { personName } from '../words.ts'
import { type Block, bulletList, heading, label, paragraph, type Text, withId } from './blocks.ts'
import { proseBlocks, proseItem } from './prose.ts'
import { actionItemsSection } from './sections/action-items.ts'
import { analysisSection } from './sections/analysis.ts'
import { changesSection } from './sections/changes.ts'
import { nothing } from './sections/missing.ts'
import { reviewSection } from './sections/review.ts'
import { summarySection } from './sections/summary.ts'
import { timelineSection } from './sections/timeline.ts'
import { type Reading, revisionLine } from './standing.ts'
import { type View, viewOf } from './view.ts'

/**
 * The postmortem as blocks, headings and columns in the template's order. A pure function of what is stored:
 * no clock or locale is read, and no time zone but the one asked for, so the same data gives the same document everywhere.
 */
export const postmortemDocument = (data: Postmortem | ShownPostmortem, reading?: Reading): Block[] =>
  finish(documentSteps(data, reading))

export function* documentSteps(
  data: Postmortem | ShownPostmortem,
  { zone, standing }: Reading = {},
): Steps<Block[]> {
  const view = viewOf(data, zone)
  const sections = yield* sectionSteps(view)
  return [
    ...titleBlocks(headOf(data)),
    ...(standing ? [revisionLine(view.timeFormat, standing)] : []),
    ...sections.flat(),
  ]
}

/** The sections below the title, each beginning with its heading. */
export function* sectionSteps(view: View): Steps<Block[][]> {
  const { data } = view
  const sections = [summarySection(view), yield* timelineSection(view), yield* analysisSection(view)]
  sections.push(yield* lessonsSection(view))
  for (const [index, { heading: title, body }] of data.incident.sections.entries()) {
    sections.push([withId(`section-${index + 1}`, heading(2, title)), ...proseBlocks([], body)])
    yield
  }
  sections.push(actionItemsSection(view), yield* changesSection(view))
  return [...sections, reviewSection(view, headOf(data).status)]
}

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

function* lessonsSection(view: View): Steps<Block[]> {
  const { went_well, went_poorly, got_lucky } = view.data.incident
  return [
    withId('what-went-well', heading(2, 'What went well')),
    went_well.length > 0 ? yield* entries(went_well) : nothing(view, 'nothing written', 'WENT_WELL_EMPTY'),
    ...(yield* lessons('what-went-poorly', 'What went poorly', went_poorly)),
    ...(yield* lessons('where-we-got-lucky', 'Where we got lucky', got_lucky)),
  ]
}

function* lessons(id: string, title: string, stored: readonly string[]): Steps<Block[]> {
  return stored.length === 0 ? [] : [withId(id, heading(3, title)), yield* entries(stored)]
}

function* entries(stored: readonly string[]): Steps<Block> {
  return bulletList(yield* mapSteps(stored, entry => proseItem([], entry)))
}
