import type { UnjudgedReason } from './codes.ts'
import { setOf, type Word } from './words.ts'

const english =
  setOf(`the a an of to and in on at by for with from is are was were be been it its this that not no as we our
  they their which when while after before because but or if had has have did do does could should would will can than then
  there who what why how all any some more most into out up over during until since about between i you`)
/** The commonest short words of other languages, without those that English has, too. */
const foreign =
  setOf(`der das und ist nicht ein eine einen dem den des mit für auf von zu wurde wurden wir sich bei nach
  auch le les des et est une dans pour pas que qui sur de hat un en per avec nous été du au aux sont ce cette el los las y es por para con una
  del se fue lo su como não o os uma da foi no na em il che è di per sono non della nel het een van niet voor zijn werd
  och att det som på är inte ikke og jeg af til ble var ja ei oli se että nie jest się w z na do był že byl bir ve için bu`)

/** Why nothing in these words can be told; null where it can. */
export function whyUnjudged(all: readonly Word[]): UnjudgedReason | null {
  const read = all.filter(({ lower, isBreak }) => !isBreak && /\p{L}/u.test(lower))
  if (read.length === 0) return all.some(({ isBreak, text }) => isBreak || text === '') ? 'code' : 'too_short'
  if (isForeign(read)) return 'another_language'
  return read.length < 3 ? 'too_short' : null
}

/**
 * Whether a text is in another language: by the script of its letters, or by the short words that no sentence of a language
 * does without. A detector that is trained on letters is wrong too often on lines as short and as full of names as these.
 */
function isForeign(read: readonly Word[]): boolean {
  const share = (is: (word: Word) => boolean) => read.filter(is).length
  if (share(({ lower }) => !/\p{Script=Latin}/u.test(lower)) > read.length / 2) return true
  const ours = share(({ lower }) => english.has(lower))
  const theirs = share(({ lower }) => foreign.has(lower) && !english.has(lower))
  const accented = share(({ text }) => /^\p{Ll}.*[^\p{ASCII}’]|^[^\p{ASCII}\p{Lu}’]/u.test(text))
  return theirs + accented >= 2 && theirs + accented > 2 * ours
}
