import { badStates, losing, merelyDone, turning } from './cause-words.ts'
import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import {
  clauseMatch,
  groupOf,
  headOf,
  indicesOf,
  isDenied,
  isPassive,
  isPerson,
  lowerAt,
  type Match,
  type Sentence,
  subject,
} from './sentence.ts'
import type { Token } from './tokens.ts'

/** What went wrong, and people whose act is told as what led to it. */

const bringing = words('bring take knock tear drag')
const away = words('down offline out')
const collapsing = words('come grind fall run blow melt keel seize time cut drop')
const halts = words('halt standstill stop over apart out up down off')
const halting = words('stop drop start begin happen occur')
/** When these stop or fail to come, all is well. */
const relieved = words('errors error alerts pages failures latency lag load noise timeouts retries')

/** “failed”, “went dark”, “caused errors”; not “went back to normal”. */
export function isLoss(tokens: Token[], i: number): boolean {
  const { tag, lemma = '' } = tokens[i]!
  if (tag !== 'verb') return false
  if (lemma === 'fail' && ['over', 'back'].includes(tokens[i + 1]?.lower ?? '')) return false
  if (losing.has(lemma)) return true
  const near = tokens.slice(i + 1, i + 6)
  if (turning.has(lemma)) return near.some(({ lower }) => badStates.has(lower))
  if (collapsing.has(lemma) && near.slice(0, 4).some(({ lower }) => halts.has(lower))) return true
  return bringing.has(lemma) && near.some(({ lower }) => away.has(lower))
}

/** Whether something, and not somebody, came to harm before `at`; “errors stopped” is none. */
export const isHarmBefore = (sentence: Sentence, at: number): boolean =>
  indicesOf(
    sentence,
    (_, i) => i < at && (isLoss(sentence.tokens, i) || halting.has(sentence.tokens[i]!.lemma ?? '')),
  ).some(i => {
    const what = subject(sentence, i)
    return what?.kind === 'thing' && !relieved.has(headOf(sentence, what))
  })

const turns = words('because when after since as while until before if but though although unless whereas')
const links = words('and so which that ,')

/** “disabled the alert, so the disk filled up”, “after Sam changed it, half of Asia lost …”, “restarted it and lost the queue”. */
export function actAndHarm(sentence: Sentence): Match | undefined {
  for (const harm of indicesOf(sentence, (_, i) => isLoss(sentence.tokens, i))) {
    if (
      isSame(sentence, harm) ||
      isDenied(sentence, harm) ||
      groupOf(sentence, harm).some(({ tag }) => tag === 'modal')
    )
      continue
    const act = actBefore(sentence, harm)
    if (act !== undefined) return clauseMatch(sentence, act, subject(sentence, act))
  }
  return undefined
}

/** What failed at the same place, or again, had failed before. */
export const isSame = ({ tokens }: Sentence, at: number) =>
  tokens.slice(at, at + 6).some(({ lower }) => lower === 'same' || lower === 'again')

/** The act of a person that the harm at `harm` follows from, with nothing between that turns the story around. */
function actBefore(sentence: Sentence, harm: number): number | undefined {
  let isLinked = false
  for (let i = groupStart(sentence.tokens, harm) - 1; i >= 0; i -= 1) {
    const { tag, lower } = sentence.tokens[i]!
    if (turns.has(lower) || lower === ';' || tag === 'modal') return undefined
    isLinked ||= links.has(lower)
    if (isLinked && tag === 'verb' && isAct(sentence, i)) return i
  }
  return undefined
}

/** An active verb of doing in the past, of a person; what “we” did is an account of our own. */
export function isAct(sentence: Sentence, verb: number): boolean {
  const { lemma = '', form } = sentence.tokens[verb]!
  if (form === 'base' || form === 's' || merelyDone.has(lemma) || isPassive(sentence, verb)) return false
  const by = subject(sentence, verb)
  return isPerson(by) && lowerAt(sentence, by.end - 1) !== 'we' && !isDenied(sentence, verb)
}
