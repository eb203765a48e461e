/** Stored text made fit to be shown: what cannot be seen, or turns the line around, is named instead. */

const unseen = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?!\t|\n)\p{Cc}/gu
const lineBreak = /\r\n|[\r\u2028\u2029]/g
const mayNeedIt = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

/**
 * The text with `\n` as its only line break, and with every bidirectional or other control character (but the
 * tab) written as `[U+202E]`.
 */
export function inert(text: string): string {
  if (!mayNeedIt.test(text)) return text
  return text.replace(lineBreak, '\n').replace(unseen, nameOfCharacter)
}

/** The same for lines that are what they are: every line break but `\n` is named, too. */
export const inertLines = (text: string): string =>
  text.replace(/[\r\u2028\u2029]/g, nameOfCharacter).replace(unseen, nameOfCharacter)

const nameOfCharacter = (character: string): string =>
  `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`

/** The address with its control and bidirectional characters percent-encoded, which does not change where it leads. */
export const inertUrl = (url: string): string =>
  mayNeedIt.test(url) ? url.replace(/\p{Cc}/gu, encodeURIComponent).replace(unseen, encodeURIComponent) : url
