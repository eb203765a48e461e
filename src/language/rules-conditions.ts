import { harming, omitting, plainActs } from './cause-words.ts'
import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import type { NounPhrase } from './noun-phrases.ts'
import { phraseAt } from './phrases.ts'
import { regrets } from './rules-norms.ts'
import {
  groupOf,
  indicesOf,
  isDenied,
  isPassive,
  isPerson,
  lowerAt,
  type Match,
  type Sentence,
  subject,
} from './sentence.ts'

/** Rules about people as the condition of a counterfactual. */

/** What befalls people is a condition: “had we known”, “if she had had access”. */
const receiving = words('have know get receive need want be hear')
const noticing = words('see notice spot catch realise realize act react step intervene help')

/** “if the on-call engineer had noticed”, “had Sam checked”: a counterfactual whose condition is a person. */
export function personalCondition(sentence: Sentence): Match | undefined {
  for (const verb of indicesOf(
    sentence,
    ({ tag, form }) => tag === 'verb' && form !== 'base' && form !== 's',
  )) {
    if (isPassive(sentence, verb) || receiving.has(sentence.tokens[verb]!.lemma ?? '')) continue
    const by = subject(sentence, verb)
    const opener =
      isPerson(by) && lowerAt(sentence, by.start) !== 'you' ? openerOf(sentence, verb, by) : undefined
    if (opener !== undefined && !isGoodLuck(sentence, verb)) return { from: opener, to: verb + 1 }
  }
  return personalQuality(sentence)
}

/** “if Sam had been more careful”, “had the team had more experience”: what people are is no condition of the system. */
function personalQuality(sentence: Sentence): Match | undefined {
  const { tokens } = sentence
  for (const at of indicesOf(sentence, ({ lower }) => lower === 'been' || lower === 'had')) {
    if (!groupOf(sentence, at).some(({ tag }) => tag === 'have') && lowerAt(sentence, at) === 'been') continue
    const quality = tokens.findIndex(({ tag, lower }, i) => i > at && tag !== 'adv' && !degrees.has(lower))
    const isQuality =
      lowerAt(sentence, at) === 'been'
        ? (tokens[quality]?.tag === 'adj' || states.has(lowerAt(sentence, quality))) &&
          tokens[quality]!.lemma === undefined &&
          !circumstances.has(lowerAt(sentence, quality))
        : qualities.has(lowerAt(sentence, quality))
    const by = isQuality ? subject(sentence, at) : undefined
    const isPlain =
      isPerson(by) && lowerAt(sentence, by.start - 1) === 'if' && lowerAt(sentence, by.start - 2) !== 'even'
    const opener = isPlain ? by.start - 1 : isPerson(by) ? openerOf(sentence, at, by) : undefined
    if (opener !== undefined && !isDenied(sentence, quality)) return { from: opener, to: quality + 1 }
  }
  return undefined
}

const states = words('awake present faster quicker alert sober')
const degrees = words('more less a bit little better greater')
const circumstances = words('able aware unaware available unable free')
const qualities = words('experience care discipline attention diligence skill patience sense')

/** Where the condition begins: at its “if” or its “had”; in a counterfactual’s own field, at its subject. */
function openerOf(sentence: Sentence, verb: number, by: NounPhrase): number | undefined {
  const group = groupStart(sentence.tokens, verb)
  const hasHad = groupOf(sentence, verb).some(({ lower }) => lower === 'had' || lower === "'d")
  const [before, opener] = [lowerAt(sentence, by.start - 2), lowerAt(sentence, by.start - 1)]
  if (opener === 'had' && group === by.end)
    return isInverted(sentence, by.start - 1) ? by.start - 1 : undefined
  if (!hasHad) return undefined
  const start = opener === 'only' && before === 'if' ? by.start - 2 : by.start - 1
  if (lowerAt(sentence, start) === 'if') return lowerAt(sentence, start - 1) === 'even' ? undefined : start
  return sentence.field === 'counterfactual' && by.start === 0 ? 0 : undefined
}

/** “Had they read it, …”, “… would have caught it had they read it”. */
const isInverted = ({ tokens }: Sentence, i: number) =>
  i === 0 ||
  tokens[i - 1]!.tag === 'punct' ||
  tokens[i - 1]!.tag === 'conj' ||
  tokens.some((_, at) => at < i && phraseAt(tokens, at, regrets) > 0)

/** “if Priya had not noticed” is thanks; “had Sam not pushed it” is not. */
function isGoodLuck(sentence: Sentence, verb: number): boolean {
  const isNot = sentence.tokens.slice(Math.max(0, verb - 4), verb).some(({ tag }) => tag === 'neg')
  const { lemma = '' } = sentence.tokens[verb]!
  return (
    isNot &&
    !omitting.has(lemma) &&
    !harming.has(lemma) &&
    (noticing.has(lemma) ||
      !plainActs.has(lemma) ||
      sentence.field === 'went_well' ||
      sentence.field === 'got_lucky')
  )
}
