import type { UnjudgedReason } from './codes.ts'
import type { Word } from './words.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/))

const english = words(`the a an of to and in on at by for with from is are was were be been it its this that not no as we our
  they their which when while after before because but or if had has have did do does could should would will can than then
  there who what why how all any some more most into out up over during until since about between i you`)
/** The commonest short words of other languages, without those that English has, too. */
const foreign = words(`der das und ist nicht ein eine einen dem den des mit für auf von zu wurde wurden wir sich bei nach
  auch le les des et est une dans pour pas que qui sur avec nous été du au aux sont ce cette el los las y es por para con una
  del se fue lo su como não o os uma da foi no na em il che è di per sono non della nel het een van niet voor zijn werd
  och att det som på är inte ikke og jeg af til ble var ja ei oli se että nie jest się w z na do był že byl bir ve için bu`)

/** Why nothing in these words can be told; null where it can. */
export function whyUnjudged(all: readonly Word[]): UnjudgedReason | null {
  const read = all.filter(({ lower }) => /\p{L}/u.test(lower))
  if (read.length === 0) return all.some(({ isBreak, text }) => text === '' || isBreak) ? 'code' : 'too_short'
  if (isForeign(read.filter(isNoName).map(({ lower }) => lower))) return 'another_language'
  return read.length < 3 ? 'too_short' : null
}

/**
 * Whether a text is in another language: by the script of its letters, or by the share of the short words that each
 * language cannot do without.
 */
function isForeign(read: readonly string[]): boolean {
  const isOtherScript = (word: string) => /\p{L}/u.test(word) && !/\p{Script=Latin}/u.test(word)
  if (read.filter(isOtherScript).length > read.length / 2) return true
  const ours = read.filter(word => english.has(word)).length
  const theirs = read.filter(word => foreign.has(word) && !english.has(word)).length
  const accented = read.filter(word => /[^\p{ASCII}’]/u.test(word)).length
  return theirs + accented >= 2 && theirs + accented > 2 * ours
}
