import { durations } from '../../timeline/milestones/schema.ts'
import {
  type Block,
  bulletList,
  heading,
  type Inline,
  item,
  joined,
  label,
  numberedList,
  paragraph,
  placeholder,
  row,
  type Text,
  tag,
} from './blocks.ts'
import { actionItemsTable } from './sections/action-items.ts'
import { analysisOpening } from './sections/analysis.ts'
import { timelineTable } from './sections/timeline.ts'

/** The empty postmortem: the headings and columns of a document, with hints and questions instead of what is stored. */
export const templateDocument = (): Block[] => [
  heading(1, 'Postmortem: ', placeholder('<title>')),
  ...templateBody('   '),
]

/** All below the title, with `gap` between what may stand on one line. */
export const templateBody = (gap: string): Block[] => [
  paragraph(...joined([id, status, severity, authors], gap)),
  heading(2, 'Summary'),
  paragraph(placeholder('One paragraph: what broke, who was affected, how long.')),
  heading(2, 'Timeline (UTC)'),
  timelineTable([row(asked('<time>', '<what happened>', '<log line, metric or chat link>'))]),
  paragraph(...joined(durationHints, gap)),
  ...analysisOpening(),
  numberedList(1, [item(factor, [counterfactual])]),
  heading(2, 'What went well'),
  bulletList([item([placeholder('<what helped, and should be kept?>')])]),
  heading(2, 'Action items'),
  actionItemsTable([
    row([['AI-1'], ...asked('<what will be different?>', '<one person>', '<date>', 'P<n>', '<factor>')]),
  ]),
  heading(2, 'Changes'),
  paragraph(placeholder('<which SLO, alert rule or runbook is different now?>')),
  heading(2, 'Review record'),
  bulletList([
    item(named('Date', '<when was it held?>')),
    item(named('Attendees', '<who was there?>')),
    item(named('Decisions', '<what was decided?>')),
    item(status),
  ]),
]

const named = (name: string, hint: string): Text => [label(name), ' ', placeholder(hint)]
const asked = (...hints: string[]): Text[] => hints.map((hint): Inline[] => [placeholder(hint)])

const id = named('ID', 'PM-<date>-<slug>')
const status: Text = [label('Status'), ' Draft']
const severity = named('Severity', 'SEV<n>')
const authors = named('Authors', '<you>')

const durationHints = durations
  .filter(({ always }) => always)
  .map(({ title }) => [...named(`${title} time`, '__'), ' min'])

const factor: Text = [tag('technical|process|detection'), ' ', placeholder('<factor>')]
const counterfactual: Text = [
  ...[label('counterfactual'), ' if ', placeholder('<X>'), ' had ', placeholder('<Y>')],
  ...[', the incident would have ', placeholder('<Z>'), '.'],
]
