import { words } from './closed-words.ts'
import { isCapitalised } from './names.ts'
import {
  agentHints,
  ambiguousRoles,
  bareCompounds,
  bareGroups,
  crowdHints,
  crowds,
  groups,
  mostlySoftware,
  nobodyWords,
  ownedBySoftware,
  personPronouns,
  roles,
  softwareHints,
} from './person-words.ts'
import { isPersonWord, nounLike } from './tag.ts'
import type { Token } from './tokens.ts'

/** Noun phrases, and whether they speak of people. */

export interface NounPhrase {
  /** Token indices, half-open. */
  start: number
  end: number
  kind: 'person' | 'thing'
  /** “nobody”, “no engineer”. */
  isNobody: boolean
}

const inPhrase = new Set(['det', 'poss', 'adj', 'noun', 'name', 'num', 'opaque', 'pron'])

/** The noun phrase that ends just before `end`. */
export function phraseBefore(tokens: Token[], end: number): NounPhrase | undefined {
  const head = tokens[end - 1]
  if (head === undefined || !(nounLike.has(head.tag) || head.tag === 'ing')) return undefined
  // “anyone looking at the graph”: what somebody is doing describes them.
  if (head.tag === 'ing' && end > 1 && isPersonWord(tokens[end - 2]!)) return phraseBefore(tokens, end - 1)
  let start = end - 1
  while (start > 0 && tokens[start]!.tag !== 'pron' && reachesLeft(tokens, start)) start -= 1
  return { start, end, kind: kindOf(tokens, start, end), isNobody: isNobody(tokens, start, end) }
}

const titles = words('engineer developer manager colleague operator sre dr mr ms mrs dba intern contractor')

function reachesLeft(tokens: Token[], start: number): boolean {
  const own = tokens[start]!.tag
  const left = tokens[start - 1]!
  if (own === 'det') return left.lower === 'all' || left.lower === 'both'
  if (own === 'poss' && tokens[start]!.lower.length > 2) return false
  if (own === 'poss') return nounLike.has(left.tag)
  if (left.tag === 'pron') return false
  if (own === 'name') return left.tag === 'name' || titles.has(left.lower)
  if (left.tag === 'num' && left.lower.includes(':')) return false
  return inPhrase.has(left.tag) || left.tag === 'ing'
}

const isNobody = (tokens: Token[], start: number, end: number) =>
  tokens[start]!.lower === 'no' ||
  (tokens[start]!.lower === 'one' && tokens[start - 1]?.tag === 'neg') ||
  tokens[start]!.lower === 'neither' ||
  nobodyWords.has(tokens[end - 1]!.lower) ||
  isNeitherNor(tokens, start)

/** “neither the author nor the reviewer” */
const isNeitherNor = (tokens: Token[], start: number) =>
  tokens[start - 1]?.lower === 'nor' &&
  tokens.slice(Math.max(0, start - 8), start).some(({ lower }) => lower === 'neither')

const singular = (word: string) => (word.endsWith('s') && word.length > 3 ? word.slice(0, -1) : word)

function kindOf(tokens: Token[], start: number, end: number): NounPhrase['kind'] {
  const { tag, lower, text } = tokens[end - 1]!
  if (tag === 'name' || lower === 'no-one' || personPronouns.has(lower)) return 'person'
  const last = lower.slice(lower.lastIndexOf('-') + 1)
  const head =
    roles.has(lower) || groups.has(lower) ? lower : roles.has(singular(lower)) ? singular(lower) : last
  if (head === 'owner' && ownedBySoftware.has(tokens[end - 2]?.lower ?? '')) return 'thing'
  if (
    customerFacing.has(lower) &&
    /^(customer|client|patient|public|guest)$/.test(tokens[end - 2]?.lower ?? '')
  )
    return 'person'
  if (mostlySoftware.has(head))
    return tokens.slice(start, end).some(token => agentHints.has(token.lower)) ? 'person' : 'thing'
  if (head === 'shift' && shiftTimes.has(tokens[end]?.lemma ?? '')) return 'thing'
  if (crowds.has(head))
    return tokens.slice(start, end - 1).some(token => crowdHints.has(token.lower)) ? 'thing' : 'person'
  if (ambiguousRoles.has(head)) return isSoftwareRole(tokens, start, end) ? 'thing' : 'person'
  if (roles.has(head) || roles.has(singular(head)) || groups.has(head)) return 'person'
  if ((bareGroups.has(lower) || text === 'IT') && isBare(tokens, start, end)) return 'person'
  if (bareCompounds.has(`${tokens[end - 2]?.lower} ${lower}`) && isBare(tokens, end - 2, end - 1))
    return 'person'
  return isCapitalised(text) && tokens[end - 2]?.tag === 'name' && end - start > 1 ? 'person' : 'thing'
}

/** “the Airflow operator” */
const isProduct = (tokens: Token[], start: number, end: number) =>
  tokens[end - 1]!.lower.startsWith('operator') &&
  end - start > 1 &&
  end > 2 &&
  tokens[end - 2]!.tag === 'noun' &&
  isCapitalised(tokens[end - 2]!.text)

const shiftTimes = words('end start begin last finish overlap')

const isSoftwareRole = (tokens: Token[], start: number, end: number) =>
  tokens.slice(start, end - 1).some(({ lower, tag }) => softwareHints.has(lower) || tag === 'opaque') ||
  tokens[end - 1]!.lower.includes('-operator') ||
  softwareHints.has(tokens[end - 1]!.lower.split('-', 1)[0]!) ||
  isProduct(tokens, start, end) ||
  isSoftwareAside(tokens, end) ||
  tokens.slice(end, end + 5).some(({ lower }) => lower === 'reconcile')

/** “the operator (our Kubernetes controller)” says itself what it is. */
const isSoftwareAside = (tokens: Token[], end: number) =>
  tokens[end]?.text === '(' && tokens.slice(end + 1, end + 6).some(({ lower }) => softwareHints.has(lower))

/** “Support”, “QA”, “the platform”: a group only where nothing but the name stands there. */
function isBare(tokens: Token[], start: number, end: number): boolean {
  if (tokens[end - 2]?.tag === 'poss' && end - start > 1) return true
  if (end - start === 1)
    return (
      isCapitalised(tokens[start]!.text) ||
      start === 0 ||
      tokens[start - 1]!.lower === 'by' ||
      (start === 1 && opensCondition.has(tokens[0]!.lower)) ||
      (tokens[start - 1]!.text === ',' && ['verb', 'neg'].includes(tokens[end]?.tag ?? ''))
    )
  return tokens.slice(start, end).every(({ text }) => isCapitalised(text))
}

const opensCondition = words('had if because when')
const customerFacing = words('care success relations affairs')
