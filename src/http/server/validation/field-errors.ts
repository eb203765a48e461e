import type { ErrorObject } from 'ajv/dist/2020.js'
import { pointerToken } from '../../../kit/json.ts'
import type { FieldError } from '../../problem.ts'

/**
 * Converts Ajv's errors to pointers and sentences, the first for each field. Drops those of `anyOf` itself and of its null
 * branch, which say nothing.
 */
export function fieldErrors(errors: ErrorObject[]): FieldError[] {
  const meaningful = errors.filter(
    e =>
      !['anyOf', 'if', 'propertyNames'].includes(e.keyword) &&
      !(e.keyword === 'type' && e.params.type === 'null' && errors.length > 1),
  )
  const found = (meaningful.length > 0 ? meaningful : errors).map(toFieldError)
  return found.filter(({ pointer }, i) => found.findIndex(other => other.pointer === pointer) === i)
}

function toFieldError(error: ErrorObject): FieldError {
  const pointer = error.instancePath + missingPart(error)
  const rule = rules[error.keyword]
  const [code, sentence] = rule ? rule(error) : [error.keyword, error.message ?? 'breaks a rule']
  return { pointer, code, detail: `${pointer === '' ? 'The body' : pointer} ${sentence}.` }
}

function missingPart({ keyword, params, propertyName }: ErrorObject): string {
  const name =
    keyword === 'required'
      ? params.missingProperty
      : keyword === 'additionalProperties'
        ? params.additionalProperty
        : propertyName
  return name === undefined ? '' : `/${pointerToken(name)}`
}

/** The field's description in the contract, which explains the rule. */
const explained = ({ parentSchema }: ErrorObject): string => {
  const description = parentSchema?.description as string | undefined
  return description ? `. ${description.replace(/\.$/, '')}` : ''
}

/** The known property names, to help with a typo. */
const knownNames = ({ parentSchema }: ErrorObject): string => {
  const names = Object.keys((parentSchema?.properties as object | undefined) ?? {})
  return names.length > 0 ? `. Known: ${names.join(', ')}` : ''
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

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

const rules: Record<string, (error: ErrorObject) => [code: string, sentence: string]> = {
  required: () => ['required', 'is required'],
  additionalProperties: e => ['unknown', `is not known here${knownNames(e)}`],
  type: e => [
    'type',
    `must be ${[e.params.type]
      .flat()
      .map(name => typeWords[name])
      .join(' or ')}${explained(e)}`,
  ],
  format: e => ['format', formatRules[e.params.format] ?? `must have the form ${e.params.format}`],
  pattern: e => ['pattern', `must match ${e.params.pattern}${explained(e)}`],
  enum: e => [
    'enum',
    `must be one of ${e.params.allowedValues.map((v: unknown) => v ?? 'null').join(', ')}${explained(e)}`,
  ],
  minLength: e => [
    'too_short',
    e.params.limit === 1 ? 'must not be blank' : `must have at least ${plural(e.params.limit, 'character')}`,
  ],
  maxLength: e => ['too_long', `must have at most ${plural(e.params.limit, 'character')}`],
  minItems: e => [
    'too_few',
    `must have at least ${e.params.limit} ${e.params.limit === 1 ? 'entry' : 'entries'}${explained(e)}`,
  ],
  maxItems: e => ['too_many', `must have at most ${e.params.limit} entries`],
  uniqueItems: e => [
    'repeated',
    `must not repeat an entry: those at ${e.params.j} and ${e.params.i} are alike`,
  ],
  minProperties: () => ['empty', 'must change at least one field'],
  maxProperties: e => ['too_many', `must have at most ${e.params.limit} entries`],
  minimum: e => ['too_small', `must be at least ${e.params.limit}`],
  maximum: e => ['too_large', `must be at most ${e.params.limit}`],
}

const formatRules: Record<string, string> = {
  line: 'must be one line of visible text',
  text: 'must not be blank, and must be valid Unicode without NUL',
  'http-url': 'must be an http or https address without user name and password',
  date: 'must be a day of the calendar, YYYY-MM-DD, from 1970 to 9998',
  'date-time':
    'must be a time from 1970 to 9998 with seconds and an offset, e.g. 2026-06-17T14:08:00Z (in a query, + is written %2B)',
  'partial-time':
    'must be a time from 1970 to 9998 with an offset, e.g. 2026-06-17T14:08:00Z, or as much as is known of it: 2026-06-17T14:08Z, 2026-06-17T14Z, or the day, 2026-06-17',
  uuid: 'must be a UUID',
  email: 'must be an e-mail address',
}
