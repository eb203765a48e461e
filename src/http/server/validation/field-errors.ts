import type { ErrorObject } from 'ajv/dist/2020.js'
import { pointerToken } from '../../../kit/json/json.ts'
import type { FieldError } from '../../problem.ts'
import { rules } from './sentences.ts'

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
  const [code, rule] = rules[error.keyword]?.(error) ?? [error.keyword, error.message ?? 'breaks a rule']
  return {
    pointer,
    code,
    detail: `${pointer === '' ? 'The body' : pointer} ${rule}${rule.endsWith('?') ? '' : '.'}`,
  }
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
