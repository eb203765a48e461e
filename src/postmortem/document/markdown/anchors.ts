import type { Block, Inline } from '../blocks.ts'

/** The anchors that code hosts give to headings, by the headings' ids in the document. */
export type Anchors = ReadonlyMap<string, string>

export function anchorsOf(blocks: readonly Block[]): Anchors {
  const anchors = new Map<string, string>()
  const taken = new Map<string, number>()
  for (const block of blocks) {
    if (block.type !== 'heading') continue
    const slug = slugOf(block.text.map(wordsOf).join(''))
    const before = taken.get(slug) ?? 0
    taken.set(slug, before + 1)
    if (block.id !== undefined) anchors.set(block.id, before === 0 ? slug : `${slug}-${before}`)
  }
  return anchors
}

/** Lower case, without punctuation, and hyphens for spaces: as GitHub and GitLab make it. */
const slugOf = (words: string): string =>
  words
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')

function wordsOf(inline: Inline): string {
  if (typeof inline === 'string') return inline
  return Object.values(inline)[0]
}
