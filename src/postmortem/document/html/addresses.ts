import { isHttpUrl } from '../../../kit/text.ts'

/** Bare http and https addresses in plain text. */

/** A part of a text; `isAddress` where it is an address that may be a link to itself. */
export interface Part {
  text: string
  isAddress: boolean
}

/** It ends at white space, quotation marks, what has no width, and the punctuation of other scripts. */
const candidate = /(?<![a-z0-9])https?:\/\/[^\s<>"“”«»「」『』（）【】、。，！？\p{Cc}\p{Cf}]+/giu

/** Cuts a text into addresses and what stands between them. Linear in its length. */
export function splitAtAddresses(text: string): Part[] {
  if (!text.includes('://')) return [{ text, isAddress: false }]
  const parts: Part[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(candidate)) {
    const address = withoutTrailing(found)
    if (!isHttpUrl(address)) continue
    parts.push({ text: text.slice(end, index), isAddress: false }, { text: address, isAddress: true })
    end = index + address.length
  }
  return [...parts, { text: text.slice(end), isAddress: false }].filter(({ text }) => text !== '')
}

const openings: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** As GFM does: without the sentence’s punctuation, and without brackets that were opened before the address. */
function withoutTrailing(found: string): string {
  const surplus = surplusBrackets(found)
  let end = found.length
  for (; end > 0; end--) {
    const last = found[end - 1]!
    const isSurplus = (surplus[last] ?? 0) > 0
    if (isSurplus) surplus[last]!--
    else if (!/[?!.,:;*_~'’‘`|…]/.test(last)) break
  }
  return found.slice(0, end)
}

/** How many more closing than opening brackets it has, of each kind. */
function surplusBrackets(found: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const character of found) counts[character] = (counts[character] ?? 0) + 1
  return Object.fromEntries(
    Object.entries(openings).map(([close, open]) => [close, (counts[close] ?? 0) - (counts[open] ?? 0)]),
  )
}
