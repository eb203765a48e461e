import { problemExamples } from '../http/contract/problem-responses.ts'
import { type ProblemCode, problemCodes } from '../http/problem-codes.ts'
import { heading, paragraph, preformatted, row, table } from '../postmortem/document/blocks.ts'
import { blocksPage } from '../postmortem/document/html/blocks-page.ts'
import type { Page } from '../postmortem/document/html/page.ts'
import { prose } from '../postmortem/document/prose.ts'

/** The pages that explain errors to people. */

export function problemIndexPage(): Page {
  const rows = Object.entries(problemCodes).map(([code, { status, title }]) =>
    row([[{ text: code, url: `/problems/${code}` }], [title], [String(status)]]),
  )
  return blocksPage({ kicker: 'Debrief', title: 'Error codes', lang: 'en', footer: 'Error codes' }, [
    paragraph(
      ...prose(
        'Each answer to an error is `application/problem+json`: its `code` is one of these, and its `detail` says what to do in that case.',
      ),
    ),
    heading(2, 'All codes'),
    table(['Code', 'What happened', 'Status'], rows),
  ])
}

export function problemPage(code: ProblemCode): Page {
  const { status, title, meaning } = problemCodes[code]
  const example = JSON.stringify(problemExamples()[code]!.value, null, 2)
  return blocksPage({ kicker: `Error ${status} ${code}`, title, lang: 'en', footer: code }, [
    paragraph(...prose(meaning)),
    heading(2, 'An example'),
    preformatted(example, 'json'),
    paragraph({ text: 'All error codes', url: '/problems' }, ' · ', {
      text: 'The API reference',
      url: '/docs',
    }),
  ])
}
