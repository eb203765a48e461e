import { DebriefError, fieldError, notFoundError } from '../http/problem.ts'
import { type CheckCode, errorCheckCodes, type WaiverInput, warningCheckCodes } from './schema.ts'

const codes: readonly string[] = [...errorCheckCodes, ...warningCheckCodes]
const never: Record<string, string> = {
  REVIEW_MISSING: 'hold a review, and record it',
  ACTION_OWNER: 'give each open action item to somebody who is there',
}

/**
 * The check that a waiver is for.
 * @throws 404 when no check has this code, 409 when it is one that cannot be waived
 */
export function requireWaivable(code: string): CheckCode {
  if (!codes.includes(code)) throw notFoundError(`A check ${code}`)
  const way = (warningCheckCodes as readonly string[]).includes(code)
    ? 'it is a warning, and holds nothing back'
    : never[code]
  if (way !== undefined) throw new DebriefError('not_waivable', `${code} cannot be waived: ${way}.`)
  return code as CheckCode
}

/**
 * The findings of a waiver as they are stored: a language finding is waived one by one, and no other check has any.
 * @throws 422 when they are missing, or there is nothing that they could be about
 */
export function waivedFindings(code: CheckCode, { findings }: WaiverInput): string {
  const isLanguage = code === 'BLAME_LANGUAGE'
  if (isLanguage && findings === undefined) {
    const detail = '/findings is required for BLAME_LANGUAGE: name each text that may stand as it is.'
    throw fieldError('/findings', 'required', detail)
  }
  if (!isLanguage && findings !== undefined) {
    const detail = `/findings belongs to BLAME_LANGUAGE alone: a waiver of ${code} is about all that it finds.`
    throw fieldError('/findings', 'unexpected', detail)
  }
  // The checks name a text once for each of its sentences.
  const named = new Map(findings?.map(finding => [`${finding.pointer} ${finding.text_sha256}`, finding]))
  return JSON.stringify([...named.values()])
}
