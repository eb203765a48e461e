import type { UnjudgedReason } from './codes.ts'
import { setOf, type Word } from './words.ts'

const english =
  setOf(`the a an of to and in on at by for with from is are was were be been it its this that not no as we our
  they their which when while after before because but or if had has have did do does could should would will can than then
  there who what why how all any some more most into out up over during until since about between i you`)
/** The commonest short words of other languages, which no line of English has. */
const foreign =
  setOf(`der das und ist nicht ein eine einen dem den des mit für auf von zu wurde wurden wir sich bei nach auch hat
  le les des et est une dans pour pas que qui sur de un en avec nous été du au aux sont ce cette
  el los las por para con una del fue lo su como não os uma da foi na em il che di sono non della nel
  het een niet voor zijn werd och att det som på är inte ikke og jeg af til ble ja ei oli että nie w z był že byl bir ve için bu`)

/**
 * Why nothing in these words can be told; null where it can.
 * @param lang what the text is said to be in: a BCP 47 tag
 */
export function whyUnjudged(all: readonly Word[], lang?: string | null): UnjudgedReason | null {
  const read = all.filter(({ lower, isBreak }) => !isBreak && /\p{L}/u.test(lower))
  if (read.length === 0) return all.some(isUnread) ? 'code' : 'too_short'
  if (isForeign(read, lang)) return 'another_language'
  return read.length < 3 ? 'too_short' : null
}

/** A stretch that is not read, or a block of code or quotation; not the mark of a list. */
const isUnread = ({ text, isBreak }: Word) => text === '' || (isBreak && /\p{L}/u.test(text))

/**
 * Whether a text is in another language: by the script of its letters, or by the short words that no sentence of a language
 * does without. A detector that is trained on letters is wrong too often on lines as short and as full of names as these.
 * Where it is said to be in another language, it has to look like English to be judged.
 */
function isForeign(read: readonly Word[], lang: string | null | undefined): boolean {
  const share = (is: (word: Word) => boolean) => read.filter(is).length
  if (share(({ lower }) => !/\p{Script=Latin}/u.test(lower)) > read.length / 2) return true
  const ours = share(({ lower }) => english.has(lower))
  const theirs = share(({ lower }) => foreign.has(lower)) + share(isAccented)
  const isSaidToBe = typeof lang === 'string' && !/^en\b/i.test(lang)
  return isSaidToBe ? ours < 2 || ours <= theirs : theirs >= 2 && theirs > 2 * ours
}

/** “für”, but neither a name nor “µs”. */
const isAccented = ({ text }: Word): boolean =>
  text.length > 2 && /^\p{Ll}/u.test(text) && /(?!\p{ASCII})\p{Script=Latin}/u.test(text.normalize('NFC'))
