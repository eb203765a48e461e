import { words } from './closed-words.ts'
import { phraseAt, phrases } from './phrases.ts'
import { headOf, lowerAt, phraseFrom, type Sentence } from './sentence.ts'

/** What a sentence says itself that turns what somebody left out to the system. */

const book = phrases(`
  as|which|because|since|per|as the|our|its|their runbook|policy|plan|procedure|playbook|process|checklist|docs|documentation|vendor
  as|which|because|since the|our * runbook|policy|procedure|playbook|checklist|documentation
  in line|accordance|keeping with
  so as to
  in order to
  as agreed|planned|documented|usual|described|instructed|directed|advised|recommended
  on the advice
  per runbook|policy
  following|under the runbook|policy|procedure|playbook|process|documented`)

/** What a runbook, a policy or a plan says is the system’s doing. */
export const isByTheBook = ({ tokens }: Sentence, verb: number): boolean =>
  tokens.some((_, i) => i > verb && phraseAt(tokens, i, book) > 0)

const explaining = words('because since as')

/** “did not notice it because the dashboard showed an average” asks about the system already. */
export const isExplained = ({ tokens }: Sentence, verb: number) =>
  tokens.slice(verb).some(({ lower }) => explaining.has(lower))

const deciding = words('skip ignore bypass disregard')
const deferring = words('escalate page call restart announce')

/** “skipped the load test, as the change touched only the help pages”: a decision, with its reason in the system. */
export function isReasoned(sentence: Sentence, verb: number): boolean {
  const { lemma = '' } = sentence.tokens[verb]!
  if (!deciding.has(lemma)) return false
  const object = phraseFrom(sentence, verb + 1)
  return (object && headOf(sentence, object) === 'noise') || hasReason(sentence, verb)
}

/** Whether a reason follows that is no person’s: after a colon, or a comma and “as”; for some verbs after “because”. */
export function hasReason(sentence: Sentence, verb: number): boolean {
  const { lemma = '' } = sentence.tokens[verb]!
  const at = sentence.tokens.findIndex(
    ({ text, lower }, i) =>
      i > verb &&
      (text === ':' ||
        (text === ',' && explaining.has(lowerAt(sentence, i + 1))) ||
        (lower === 'because' && deferring.has(lemma))),
  )
  const reason = lowerAt(sentence, at) === ',' ? at + 2 : at + 1
  return at > 0 && (lowerAt(sentence, reason) === 'there' || phraseFrom(sentence, reason)?.kind === 'thing')
}
