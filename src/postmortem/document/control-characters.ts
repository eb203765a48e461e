/** Makes control and bidirectional characters of stored text visible: they could hide or reorder what a reader sees. */

const unseen = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?!\t|\n)\p{Cc}/gu
const lineBreak = /\r\n|[\r\u2028\u2029]/g
const mayNeedIt = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

/**
 * Normalizes line breaks to `\n`, and writes every other control or bidirectional character but the tab as
 * `[U+202E]`.
 */
export function showControls(text: string): string {
  if (!mayNeedIt.test(text)) return text
  return text.replace(lineBreak, '\n').replace(unseen, nameOfCharacter)
}

/** The same for texts whose lines must not change: every line break but `\n` is written out, too. */
export const showControlsInLines = (text: string): string =>
  text.replace(/[\r\u2028\u2029]/g, nameOfCharacter).replace(unseen, nameOfCharacter)

const nameOfCharacter = (character: string): string =>
  `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`

/** Percent-encodes the control and bidirectional characters of an address, which does not change where it leads. */
export const encodeControls = (url: string): string =>
  mayNeedIt.test(url) ? url.replace(/\p{Cc}/gu, encodeURIComponent).replace(unseen, encodeURIComponent) : url
