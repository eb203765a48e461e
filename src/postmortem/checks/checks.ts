import { sha256Hex } from '../../kit/json.ts'
import { type CheckCode, errorCheckCodes, type Waiver, warningCheckCodes } from '../../waivers/schema.ts'
import type { Postmortem } from '../schema.ts'
import type { Examined, LanguageFinding } from './examined.ts'
import { checkRules } from './rules.ts'
import type { Check, Checks } from './schema.ts'

/** Everything that stands between this postmortem and its being final, errors first. */
export const checksOf = (examined: Examined): Check[] => [
  ...errorCheckCodes.flatMap(code => checked(examined, code, 'error')),
  ...warningCheckCodes.flatMap(code => checked(examined, code, 'warning')),
]

function checked(examined: Examined, code: CheckCode, level: Check['level']): Check[] {
  const waiver = examined.data.waivers.find(one => one.code === code)
  return checkRules[code](examined).map(({ pointer, ids, message, finding }) => ({
    code,
    level,
    pointer,
    ids,
    message,
    finding: finding
      ? {
          text_sha256: finding.text_sha256,
          sentence: finding.sentence,
          why: finding.why,
          question: finding.question,
        }
      : null,
    waiver: waiver && excuses(waiver, finding) ? waiverOf(waiver) : null,
  }))
}

/** A waiver of a code is about all that it finds, but for language it names each text, and is void where one changed. */
const excuses = ({ findings }: Waiver, finding: LanguageFinding | undefined): boolean =>
  finding === undefined ||
  findings.some(
    ({ pointer, text_sha256 }) => pointer === finding.pointer && text_sha256 === finding.text_sha256,
  )

/** The waivers that excuse something, of the language as far as they do: a void one has no place in a final document. */
export function waiversInForce({ data: { waivers } }: Examined, checks: readonly Check[]): Waiver[] {
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

/** The checks that hold the document back: errors that nobody has waived. */
export const holdingBack = (checks: readonly Check[]): Check[] =>
  checks.filter(({ level, waiver }) => level === 'error' && waiver === null)

/** Whether the document is where it can be sealed from: in review, or being corrected. */
export const isSealable = ({
  status,
  amending,
}: Pick<Postmortem['incident'], 'status' | 'amending'>): boolean => status === 'in_review' || amending

export const answerOf = ({ data: { incident } }: Examined, items: Check[]): Checks => ({
  items,
  can_seal: isSealable(incident) && holdingBack(items).length === 0,
})

/** Names all that would be sealed, and what the checks say of it: the `ETag` with which it is sealed. */
export const digestOf = ({ data }: Examined, items: Check[]): string =>
  `"${sha256Hex(JSON.stringify({ data, items }))}"`
