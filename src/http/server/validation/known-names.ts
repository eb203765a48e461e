import type { ErrorObject } from 'ajv/dist/2020.js'
import { closest, lettersOf } from '../../../kit/closest.ts'

/** What other tools call a field: the first of these names that the body knows is meant. */
const aliases: Record<string, readonly string[]> = {
  assignee: ['owner'],
  assignedto: ['owner'],
  body: ['description', 'statement', 'text', 'title'],
  date: ['occurred_on', 'occurred_at', 'held_at', 'done_on', 'due_on', 'to'],
  deadline: ['due_on'],
  due: ['due_on'],
  duedate: ['due_on'],
  evidence: ['sources', 'evidence_urls'],
  link: ['url', 'evidence_urls'],
  message: ['description', 'statement', 'text', 'reason'],
  moderator: ['facilitator'],
  name: ['title', 'target'],
  participants: ['attendees'],
  sev: ['severity'],
  summary: ['description', 'statement', 'title'],
  tags: ['labels'],
  text: ['description', 'statement', 'reason', 'title'],
  time: ['occurred_at', 'held_at'],
  timestamp: ['occurred_at', 'held_at'],
  type: ['kind', 'category', 'target_kind'],
}

/** Why a name is not taken: what sets it instead (`x-elsewhere`), or which name is meant, and all that are known. */
export function unknownNameRule({ params, parentSchema }: ErrorObject): string {
  const { properties = {}, 'x-elsewhere': elsewhere = {} } = (parentSchema ?? {}) as NamedSchema
  const name = String(params.additionalProperty)
  if (Object.hasOwn(elsewhere, name)) return `is not set here: ${elsewhere[name]!.replace(/\.$/, '')}`
  const known = Object.keys(properties)
  const meant = meantName(name, known)
  const question = meant === undefined ? '' : `: did you mean ${meant}?`
  return `is not known here${question}${known.length > 0 ? `${question ? '' : '.'} Known: ${known.join(', ')}` : ''}`
}

interface NamedSchema {
  properties?: Record<string, object>
  /** What sets a name that looks as if it belonged here, by that name. */
  'x-elsewhere'?: Record<string, string>
}

function meantName(name: string, known: string[]): string | undefined {
  const letters = lettersOf(name)
  const usual = Object.hasOwn(aliases, letters) ? aliases[letters]! : []
  return usual.find(one => known.includes(one)) ?? closest(name, known)
}
