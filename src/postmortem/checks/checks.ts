import { createHash } from 'node:crypto'
import type { Turns } from '../../kit/time/turns.ts'
import { isWaivable, noReason } from '../../waivers/rules.ts'
import { type CheckCode, errorCheckCodes, type Waiver, warningCheckCodes } from '../../waivers/schema.ts'
import type { Postmortem } from '../schema.ts'
import type { CheckInput, ChecksRun } from './check-input.ts'
import { checkRules } from './rules.ts'
import { type Checks, type FailedCheck, mostOfOneCheck } from './schema.ts'

/** Runs all check rules and returns what fails, errors first, each with its waiver. */
export const checksOf = (input: CheckInput): FailedCheck[] => [
  ...errorCheckCodes.flatMap(code => runRule(input, code, 'error')),
  ...warningCheckCodes.flatMap(code => runRule(input, code, 'warning')),
]

function runRule(input: CheckInput, code: CheckCode, level: FailedCheck['level']): FailedCheck[] {
  const { incident, waivers } = input.data
  const waiver = waivers.find(one => one.code === code)
  return checkRules[code](input).map(({ pointer, ids, message, finding }) => ({
    ...{ code, level, pointer, ids, message },
    finding: finding ?? null,
    waiver: waiver ? waiverOf(waiver) : null,
    waive_with: waiver || !isWaivable(code) ? null : waiverCall(incident.id, code),
  }))
}

/** The call that waives a check. */
const waiverCall = (incident_id: string, code: CheckCode): FailedCheck['waive_with'] => ({
  method: 'PUT',
  path: `/v1/incidents/${incident_id}/checks/${code}/waiver`,
  body: { reason: noReason },
})

/** The waivers to seal: those that waive something. A final document shows no other. */
export function waiversInForce({ data: { waivers } }: CheckInput, checks: readonly FailedCheck[]): Waiver[] {
  const waived = new Set(checks.filter(({ waiver }) => waiver !== null).map(({ code }) => code))
  return waivers.filter(({ code }) => waived.has(code as CheckCode))
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

export const toChecks = ({ input: { data, language }, checks }: ChecksRun): Checks => ({
  ...listedOf(checks, language.found),
  language,
  can_seal: isSealable(data.incident) && blockingChecks(checks).length === 0,
})

/**
 * The first failures of each check, and how many more each has: of thousands, nobody reads all at once.
 * @param found how many sentences blame, of which the failures have the first ones alone
 */
function listedOf(failed: readonly FailedCheck[], found: number): Pick<Checks, 'items' | 'not_listed'> {
  const byCode = Object.entries(Object.groupBy(failed, ({ code }) => code)) as [CheckCode, FailedCheck[]][]
  const not_listed = byCode.map(([code, { length }]) => {
    const all = code === 'BLAME_LANGUAGE' ? found : length
    return { code, count: all - Math.min(length, mostOfOneCheck) }
  })
  return {
    items: byCode.flatMap(([, ofCode]) => ofCode.slice(0, mostOfOneCheck)),
    not_listed: not_listed.filter(({ count }) => count > 0),
  }
}

/**
 * The `ETag` of everything that would be sealed, with the failed checks: sealing requires it as `If-Match`.
 * @param digest of all events, in place of the events: there may be very many
 */
export async function checksEtag(
  { data }: CheckInput,
  items: FailedCheck[],
  digest: string,
  turns: Turns,
): Promise<string> {
  const hash = createHash('sha256')
  for (const [name, value] of Object.entries({ ...data, events: digest, items })) {
    hash.update(`\n${name}`)
    for (const part of [value].flat()) {
      if (turns.areOver()) await turns.next()
      hash.update(`\n${JSON.stringify(part)}`)
    }
  }
  return `"${hash.digest('hex')}"`
}
