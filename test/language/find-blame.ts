import { type BlameOptions, type Finding, prepareBlameCheck } from '../../src/language/check.ts'

const check = prepareBlameCheck([])

/** What blames in one text, with no names known but those given. */
export const findBlame = (text: string, options?: BlameOptions): Finding[] =>
  check.judge(text, options).findings
