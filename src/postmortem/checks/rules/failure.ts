import type { CheckInput, Failure } from '../check-input.ts'

/** A check: what fails of it, each failure saying what to do. Pointers are from the incident, by ids: `/factors/2/counterfactual`. */
export type Rule = (input: CheckInput) => Failure[]

export const failure = (
  pointer: string,
  message: string,
  ids: (string | number)[] = [],
  finding?: Failure['finding'],
): Failure => ({ pointer, ids: ids.map(String), message, ...(finding && { finding }) })

const maxQuote = 160

/** The beginning of a text, on one line, for a sentence that quotes it. */
export function shorten(text: string): string {
  const points = Array.from(text.slice(0, 2 * maxQuote + 2).replaceAll(/\s+/gu, ' '))
  return points.length > maxQuote ? `${points.slice(0, maxQuote - 1).join('')}…` : points.join('')
}

/** `2026-06-17 14:08:31 UTC` */
export const formatUtc = (utc: string): string => `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`
