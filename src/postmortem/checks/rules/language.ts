import { failure, type Rule, shorten } from './failure.ts'

/** How it is written. */
export const languageRules = {
  BLAME_LANGUAGE: ({ findings }) =>
    findings.map(finding =>
      failure(
        finding.pointer,
        `“${shorten(finding.sentence)}” ${finding.why} Turn it back to the system: ${finding.question}`,
        finding.ids,
        finding,
      ),
    ),
} satisfies Record<string, Rule>
