import { sha256Hex } from '../../kit/json.ts'
import { isWaivable, noReason } from '../../waivers/rules.ts'
import { type CheckCode, errorCheckCodes, type Waiver, warningCheckCodes } from '../../waivers/schema.ts'
import type { Postmortem } from '../schema.ts'
import type { CheckInput, Failure, LanguageFinding } from './check-input.ts'
import { checkRules } from './rules.ts'
import type { Checks, FailedCheck } from './schema.ts'

/** Runs all check rules and returns what fails, errors first, each with its waiver. */
export const checksOf = (input: CheckInput): FailedCheck[] => [
  ...errorCheckCodes.flatMap(code => runRule(input, code, 'error')),
  ...warningCheckCodes.flatMap(code => runRule(input, code, 'warning')),
]

function runRule(input: CheckInput, code: CheckCode, level: FailedCheck['level']): FailedCheck[] {
  const waiver = input.data.waivers.find(one => one.code === code)
  const failures = checkRules[code](input)
  const isExcused = ({ finding }: Failure) => waiver !== undefined && hasWaived(waiver, finding)
  const excused = failures.filter(isExcused).flatMap(({ finding }) => finding ?? [])
  return failures.map(failure => {
    const { pointer, ids, message, finding } = failure
    return {
      code,
      level,
      pointer,
      ids,
      message,
      finding: finding ? shownFinding(finding) : null,
      waiver: isExcused(failure) ? waiverOf(waiver!) : null,
      waive_with:
        isExcused(failure) || !isWaivable(code)
          ? null
          : waiverCall(input, code, finding && [...excused, finding]),
    }
  })
}

const shownFinding = ({ text_sha256, sentence, why, question }: LanguageFinding) => ({
  text_sha256,
  sentence,
  why,
  question,
})

/** The call that waives a check. A waiver is replaced as a whole, so it names the texts that are waived already, too. */
const waiverCall = (
  { data: { incident } }: CheckInput,
  code: CheckCode,
  findings: LanguageFinding[] | undefined,
): FailedCheck['waive_with'] => ({
  method: 'PUT',
  path: `/v1/incidents/${incident.id}/checks/${code}/waiver`,
  body: { reason: noReason, ...(findings && { findings: distinctTexts(findings) }) },
})

/** A text has one entry, however many of its sentences were found. */
const distinctTexts = (findings: LanguageFinding[]) => [
  ...new Map(findings.map(({ pointer, text_sha256 }) => [pointer, { pointer, text_sha256 }])).values(),
]

/** Whether a waiver of a check covers one of its failures: a language finding must be listed, with the text's hash. */
const hasWaived = ({ findings }: Waiver, finding: LanguageFinding | undefined): boolean =>
  finding === undefined ||
  findings.some(
    ({ pointer, text_sha256 }) => pointer === finding.pointer && text_sha256 === finding.text_sha256,
  )

/**
 * The waivers to seal: those that waive something, with the findings that still apply. A final document shows no
 * other.
 */
export function waiversInForce({ data: { waivers } }: CheckInput, checks: readonly FailedCheck[]): Waiver[] {
  const excused = checks.filter(({ waiver }) => waiver !== null)
  return waivers.flatMap(waiver => {
    const own = excused.filter(({ code }) => code === waiver.code)
    const findings = waiver.findings.filter(({ pointer, text_sha256 }) =>
      own.some(check => check.pointer === pointer && check.finding?.text_sha256 === text_sha256),
    )
    return own.length === 0 ? [] : [{ ...waiver, findings }]
  })
}

const waiverOf = ({ reason, changed_by, changed_at }: Waiver) => ({ reason, by: changed_by, at: changed_at })

/** The checks that block sealing: errors without a waiver. */
export const blockingChecks = (checks: readonly FailedCheck[]): FailedCheck[] =>
  checks.filter(({ level, waiver }) => level === 'error' && waiver === null)

/** Whether the document's state allows sealing: it is in review, or being corrected. */
export const isSealable = ({
  status,
  amending,
}: Pick<Postmortem['incident'], 'status' | 'amending'>): boolean => status === 'in_review' || amending

export const toChecks = ({ data: { incident }, language }: CheckInput, items: FailedCheck[]): Checks => ({
  items,
  language,
  can_seal: isSealable(incident) && blockingChecks(items).length === 0,
})

/** The `ETag` of everything that would be sealed, with the failed checks: sealing requires it as `If-Match`. */
export const checksEtag = ({ data }: CheckInput, items: FailedCheck[]): string =>
  `"${sha256Hex(JSON.stringify({ data, items }))}"`
