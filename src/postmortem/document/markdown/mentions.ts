/**
 * Disarms what would call people, link issues or give orders where the Markdown is pasted: `@name`, `#12`, `GH-3`, `!4`, a
 * line `/close`. A word joiner has no width, so the text reads the same. Escaping would not do: code hosts look for these in
 * the rendered text. To them a word is of ASCII letters, so that one in another script does not hide a name: not even the
 * Kelvin sign, which counts as a `k` where case is ignored.
 */
export function disarmMentions(text: string): string {
  return mayMention.test(text) ? text.replace(addressOrMention, disarm) : text
}

export const wordJoiner = '\u2060'

const mayMention = /[@#!]|[Gg][Hh]-|^[ \t]*\//m
const addressOrMention =
  /(?:[Hh][Tt][Tt][Pp][Ss]?:\/\/|[Ww]{3}\.)[\p{L}\p{N}][^\s<]*|(?<!\w)@(?=[\p{L}\p{N}_&!])|#(?=\d)|(?<!\w)!(?=\d)|(?<!\w)[Gg][Hh]-(?=\d)|(?<=^[ \t]*)\/(?=[A-Za-z_]+(?:\s|$))/gmu

/** An address stays what it is. */
const disarm = (found: string): string => (found.length <= 'GH-'.length ? found + wordJoiner : found)
