import { DebriefError, fieldError } from '../http/problem.ts'
import { closest } from '../kit/closest.ts'
import { type CheckCode, errorCheckCodes, type WaiverInput, warningCheckCodes } from './schema.ts'

const codes: readonly string[] = [...errorCheckCodes, ...warningCheckCodes]
const unwaivable: Record<string, string> = {
  TIMELINE_TOO_LARGE: 'what is stored for good has a limit, so delete events that nothing rests on',
  REVIEW_MISSING: 'hold a review, and record it',
  ACTION_OWNER: 'give each open action item to somebody who is there',
}

/** Why a check cannot be waived; undefined where it can. */
const whyUnwaivable = (code: string): string | undefined =>
  (warningCheckCodes as readonly string[]).includes(code)
    ? 'it holds nothing back, so there is nothing to waive'
    : unwaivable[code]

export const isWaivable = (code: CheckCode): boolean => whyUnwaivable(code) === undefined

/** @throws 404 when no check has this code, 409 when the check cannot be waived */
export function requireWaivable(code: string): void {
  if (!codes.includes(code)) throw unknownCheckError(code)
  const whyNot = whyUnwaivable(code)
  if (whyNot !== undefined) throw new DebriefError('not_waivable', `${code} cannot be waived: ${whyNot}.`)
}

/** What stands for the reason in the waiver that the checks propose. It is none, so that nobody sends it as it is. */
export const noReason = '…'

/** @throws 422 when it has no words */
export function requireReason({ reason }: WaiverInput): void {
  if (!/\p{L}/u.test(reason))
    throw fieldError('/reason', 'blank', '/reason must say in words why it may stay so.')
}

function unknownCheckError(code: string): DebriefError {
  const meant = closest(code, codes)
  const advice = meant === undefined ? 'GET …/checks names those that fail.' : `did you mean ${meant}?`
  return new DebriefError('not_found', `There is no check ${code}: ${advice}`)
}
