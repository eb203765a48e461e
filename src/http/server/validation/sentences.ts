import type { ErrorObject } from 'ajv/dist/2020.js'
import { closest, closestPart } from '../../../kit/closest.ts'
import { exampleOf, formatRule } from './format-rules.ts'
import { unknownNameRule } from './known-names.ts'

/** By Ajv's keyword: the code of an error, and the rule in words, which goes on after the name of the field. */
export const rules: Record<string, (error: ErrorObject) => [code: string, rule: string]> = {
  required: e => ['required', explained(e, 'is required', schemaOfMissing(e))],
  additionalProperties: e => ['unknown', unknownNameRule(e)],
  type: e => ['type', explained(e, typeRule(e))],
  format: e => ['format', formatRule(e.params.format, String(e.data))],
  pattern: e => [
    'pattern',
    schemaOf(e)['x-in-words']?.enough ? patternRule(e) : explained(e, patternRule(e)),
  ],
  enum: e => ['enum', explained(e, enumRule(e))],
  minLength: e => [
    'too_short',
    e.params.limit === 1 ? 'must not be blank' : `must have at least ${plural(e.params.limit, 'character')}`,
  ],
  maxLength: e => [
    'too_long',
    `must have at most ${plural(e.params.limit, 'character')}, and has ${Array.from(e.data as string).length}`,
  ],
  minItems: e => ['too_few', explained(e, `must have at least ${entries(e.params.limit)}`)],
  maxItems: e => [
    'too_many',
    `must have at most ${entries(e.params.limit)}, and has ${(e.data as []).length}`,
  ],
  uniqueItems: e => [
    'repeated',
    `must not repeat an entry: those at ${e.params.j} and ${e.params.i} are alike`,
  ],
  minProperties: e => ['empty', `must change at least one field, of ${namesOf(e).join(', ')}`],
  maxProperties: e => [
    'too_many',
    `must have at most ${entries(e.params.limit)}, and has ${Object.keys(e.data as object).length}`,
  ],
  minimum: e => ['too_small', `must be at least ${e.params.limit}`],
  maximum: e => ['too_large', `must be at most ${e.params.limit}`],
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
const entries = (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'}`

/** What an error shows of a schema. */
interface Schema {
  type?: string | string[]
  format?: string
  enum?: unknown[]
  items?: Schema
  properties?: Record<string, Schema>
  description?: string
  'x-in-words'?: { words: string; example: string; enough: boolean }
}

const schemaOf = ({ parentSchema }: ErrorObject): Schema => (parentSchema ?? {}) as Schema
const namesOf = (e: ErrorObject): string[] => Object.keys(schemaOf(e).properties ?? {})

const schemaOfMissing = (e: ErrorObject): Schema => schemaOf(e).properties?.[e.params.missingProperty] ?? {}

/** A rule, followed by the field's description in the contract, which explains it. */
function explained(e: ErrorObject, rule: string, { description, enum: words } = schemaOf(e)): string {
  const choice = e.keyword === 'required' && words ? `: one of ${listed(words)}` : ''
  const end = rule.endsWith('?') ? '' : '.'
  return rule + choice + (description ? `${end} ${description.replace(/\.$/, '')}` : '')
}

const listed = (words: unknown[]): string =>
  words.filter(word => word !== null).join(', ') + (words.includes(null) ? ', or null' : '')

function enumRule(e: ErrorObject): string {
  const { data } = e
  const words = schemaOf(e).enum ?? []
  const known = words.filter(word => typeof word === 'string')
  const given = typeof data === 'string' || typeof data === 'number' ? String(data) : ''
  const meant = closest(given, known) ?? closestPart(given, known)
  return `must be one of ${listed(words)}${meant === undefined ? '' : `: did you mean ${meant}?`}`
}

/** The words that stand beside the pattern, and the given value as it would match, or else an example. */
function patternRule(e: ErrorObject): string {
  const { words = 'of another form', example = '' } = schemaOf(e)['x-in-words'] ?? {}
  const pattern = new RegExp(e.params.pattern, 'u')
  const value = String(e.propertyName ?? e.data).trim()
  const lower = value.toLowerCase()
  const spellings = [value, lower, value.toUpperCase(), lower.replace(/\s+/g, '-')]
  const meant = spellings.find(spelling => pattern.test(spelling))
  const must = e.propertyName === undefined ? 'must be' : 'has a name that must be'
  return `${must} ${words}${words.includes(',') ? ';' : ','} such as ${meant ?? example}`
}

const typeWords: Record<string, string> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

function typeRule(e: ErrorObject): string {
  if (schemaOf(e).enum) return enumRule(e)
  const wanted = [e.params.type].flat() as string[]
  const type = typeOf(e.data)
  const given = type === 'integer' ? 'a number' : type === 'boolean' ? String(e.data) : typeWords[type]
  const known = wanted.map(name => typeWords[name]).join(' or ')
  // Fastify gives null where there is no body.
  if (e.instancePath === '' && e.data === null) return `must be ${known}, and there is none`
  return `must be ${known}${exampleFor(e)}, and is ${given}${typeAdvice(e, wanted)}`
}

const exampleFor = (e: ErrorObject): string => {
  const example = exampleOf(schemaOf(e).format ?? '')
  return example === undefined ? '' : ` such as "${example}"`
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** How to write what was given as the type that is wanted, where that is a matter of a few characters. */
function typeAdvice(e: ErrorObject, wanted: string[]): string {
  const { format = '', items } = schemaOf(e)
  const text = String(e.data)
  if (typeof e.data === 'object') return ''
  if (wanted.includes('array')) return items?.type === typeOf(e.data) ? ': put it in [ ]' : ''
  if (wanted.includes('string')) return exampleOf(format) ? '' : ': put it in quotation marks'
  const isNumber = wanted.includes('integer') && /^-?(0|[1-9]\d*)$/.test(text)
  const isFlag = wanted.includes('boolean') && /^(true|false)$/.test(text)
  return isNumber || isFlag ? `: leave out the quotation marks` : ''
}
