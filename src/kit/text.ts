const invisible = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}]*$/u

/** True for a string without a visible character: empty, or only white space and zero-width characters. */
export const isBlank = (value: string): boolean => invisible.test(value)

/** False for what PostgreSQL cannot store: NUL and lone surrogates. */
export const isStorable = (value: string): boolean => !value.includes('\0') && value.isWellFormed()

/** Replaces what PostgreSQL cannot store by U+FFFD. */
export const toStorable = (value: string): string =>
  isStorable(value) ? value : value.toWellFormed().replaceAll('\0', '\ufffd')

/** True without line breaks and other control characters. */
export const isOneLine = (value: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(value)

/** Lower-case words joined by hyphens, at most `max` characters; empty when no letter or digit is left. */
export const slug = (value: string, max: number): string =>
  value
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, max)
    .replace(/^-|-$/g, '')

/** Cuts a text to so many code points, of which the last is then an ellipsis. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const points = Array.from(text.slice(0, 2 * most + 2))
  const kept = points.slice(0, most - 1).join('')
  return points.length <= most ? text : `${kept.trimEnd()}…`
}

/** Cuts a text as `cut` does, behind the last whole word where there is one in the last tenth. */
export function cutAtWord(text: string, most: number): string {
  const short = cut(text, most)
  if (short === text) return text
  const kept = short.slice(0, -1)
  if (/^\s/.test(text.slice(kept.length))) return short
  const end = kept.search(/\s+\S*$/)
  return end >= 0.9 * kept.length ? `${kept.slice(0, end)}…` : short
}

/** True for an absolute http or https address without user info, white space or control characters. */
export function isHttpUrl(value: string): boolean {
  if (!/^https?:\/\/[^\s\p{Cc}/\\?#@]+([/?#][^\s\p{Cc}]*)?$/iu.test(value) || !isStorable(value)) return false
  return URL.canParse(value)
}
