import type { Finding } from '../../../language/check.ts'
import { failure, type Rule, shorten } from './failure.ts'

/** How it is written: what is found is asked about, and nobody is told what to write. */
export const languageRules = {
  BLAME_LANGUAGE: ({ findings }) =>
    findings.map(({ pointer, ids, ...finding }) => failure(pointer, askedAbout(finding), ids, finding)),
} satisfies Record<string, Rule>

const askedAbout = ({ sentence, level, why, question }: Finding): string =>
  `“${shorten(sentence)}” ${level === 'sure' ? why : `Perhaps ${lowerFirst(why)}`} ${question}`

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
