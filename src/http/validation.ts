import type { FastifyInstance } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { applyMergePatch } from '../kit/json.ts'
import { DebriefError, type FieldError } from './problem.ts'

export type Check = <T extends TSchema>(schema: T, value: unknown) => FieldError[]

declare module 'fastify' {
  interface FastifyInstance {
    check: Check
  }
}

/** Throws the 422 of a body that has errors; for rules that go beyond a schema. */
export function refuseIfAny(errors: FieldError[]): void {
  if (errors.length > 0) throw new DebriefError('invalid_body', errors[0]!.detail, errors)
}

/** Checks a value that the framework has not checked: an entry of a batch, or what a merge patch results in. */
export function requireValid(app: FastifyInstance, schema: TSchema, value: unknown): void {
  refuseIfAny(app.check(schema, value))
}

/** A function that applies a merge patch to stored fields; the result has to satisfy `schema`. */
export const mergeWith =
  <T extends TSchema>(app: FastifyInstance, schema: T, patch: unknown) =>
  (fields: Static<T>): Static<T> => {
    const merged = applyMergePatch(fields, patch)
    requireValid(app, schema, merged)
    return merged as Static<T>
  }

/** Something that a body names, and whether it is there. */
export interface Named {
  /** JSON pointer of the field that names it. */
  pointer: string
  isKnown: boolean
  /** What is named, and why it is not there: `factor 3, and PM-… has no such factor`. */
  what: string
}

/** Throws the 422 of a body that names what is not there. */
export function requireKnown(named: Named[]): void {
  const errors = named
    .filter(({ isKnown }) => !isKnown)
    .map(({ pointer, what }) => ({ pointer, code: 'unknown', detail: `${pointer} names ${what}.` }))
  if (errors.length > 0) throw new DebriefError('unknown_reference', errors[0]!.detail, errors)
}
