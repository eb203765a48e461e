import { setOf, type Word } from './words.ts'

const abbreviations = setOf('e.g i.e etc vs approx mr mrs ms dr no fig incl dept est jr sr inc ltd st cf')

/** A run of words that never ends is cut here, so that no pattern looks further. */
const mostWords = 250

/** Groups words into sentences. */
export function sentencesOf(words: readonly Word[]): Word[][] {
  const sentences: Word[][] = [[]]
  words.forEach((word, i) => {
    const current = sentences.at(-1)!
    if (!word.isBreak) current.push(word)
    const isOver = word.isBreak || current.length === mostWords
    if (isOver || endsSentence(word, words[i - 1], words[i + 1])) sentences.push([])
  })
  return sentences.filter(sentence => sentence.length > 0)
}

function endsSentence(word: Word, before: Word | undefined, next: Word | undefined): boolean {
  if (!/^[.!?…]$/.test(word.text)) return false
  if (next === undefined || next.start === word.end) return false
  if (word.text !== '.') return true
  const isShort = before !== undefined && (abbreviations.has(before.lower) || /^\p{Lu}$/u.test(before.text))
  return !(isShort && before.end === word.start)
}
