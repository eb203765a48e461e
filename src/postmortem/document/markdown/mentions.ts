/**
 * Disarms what would call people or link issues where the Markdown is pasted: `@name`, `#12`, `GH-3`, `!4`. A word joiner
 * has no width, so the text reads the same. Escaping would not do: code hosts look for mentions in the rendered text.
 */
export function disarmMentions(text: string): string {
  return mayMention.test(text) ? text.replace(addressOrMention, disarm) : text
}

export const wordJoiner = '\u2060'

const mayMention = /[@#!]|[Gg][Hh]-/
const addressOrMention =
  /(?:https?:\/\/|www\.)[^ \t\n]*|(?<![\p{L}\p{N}_])@(?=[\p{L}\p{N}_&!])|#(?=\d)|(?<![\p{L}\p{N}_])!(?=\d)|(?<![\p{L}\p{N}_])GH-(?=\d)/giu

/** An address stays what it is. */
const disarm = (found: string): string => (/^(?:[@#!]|GH-)$/i.test(found) ? found + wordJoiner : found)
