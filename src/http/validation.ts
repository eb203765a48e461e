import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { applyMergePatch } from '../kit/json/json.ts'
import { isTimeZone } from '../kit/time/time.ts'
import { DebriefError, type FieldError, notAcceptableError } from './problem.ts'

export type SchemaCheck = <T extends TSchema>(schema: T, value: unknown) => FieldError[]

declare module 'fastify' {
  interface FastifyInstance {
    check: SchemaCheck
  }
}

/** @throws 422 when there are errors; for rules that a schema cannot express */
export function refuseIfAny(errors: FieldError[]): void {
  if (errors.length > 0) throw new DebriefError('invalid_body', errors[0]!.detail, errors)
}

/** @throws 406 when `Accept` excludes the one media type as which this answer comes, which only the route knows */
export function requireAcceptable(request: FastifyRequest, media: string): void {
  if (request.accepts().type([media])) return
  throw notAcceptableError(
    `Accept excludes ${media}, as which this answer comes: send Accept: ${media}, or none.`,
  )
}

/** The media type of `offered` that `Accept` prefers; the first one where it prefers none. @throws 406 when it accepts none */
export function negotiateMedia<T extends string>(request: FastifyRequest, offered: readonly T[]): T {
  const accepted = request.accepts().type([...offered])
  const media = offered.find(one => one === accepted)
  if (media !== undefined) return media
  throw notAcceptableError(`Accept excludes what this comes as: send one of ${offered.join(', ')}, or none.`)
}

/** @throws 400 naming `tz` when it is no IANA time zone */
export function requireTimeZone(tz: string): void {
  if (isTimeZone(tz)) return
  const detail = 'tz must be the IANA name of a time zone, such as Europe/Berlin.'
  throw new DebriefError('invalid_query', detail, [{ parameter: 'tz', code: 'unknown', detail }])
}

/** Checks a value that Fastify has not validated: an entry of a batch, or the result of a merge patch. */
export function requireValid(app: FastifyInstance, schema: TSchema, value: unknown): void {
  refuseIfAny(app.check(schema, value))
}

/** Returns a function that applies a merge patch to stored fields. @throws 422 when the result breaks `schema` */
export const mergeWith =
  <T extends TSchema>(app: FastifyInstance, schema: T, patch: unknown) =>
  (fields: Static<T>): Static<T> => {
    const merged = applyMergePatch(fields, patch)
    requireValid(app, schema, merged)
    return merged as Static<T>
  }

/** Something that a body refers to, and whether it exists. */
export interface Reference {
  /** JSON pointer of the field that refers to it. */
  pointer: string
  isKnown: boolean
  /** What it refers to, and why that does not exist: `factor 3, and PM-… has no such factor`. */
  what: string
}

/** @throws 422 when a reference is unknown */
export function requireKnown(references: Reference[]): void {
  const errors = references
    .filter(({ isKnown }) => !isKnown)
    .map(({ pointer, what }) => ({ pointer, code: 'unknown', detail: `${pointer} names ${what}.` }))
  if (errors.length > 0) throw new DebriefError('unknown_reference', errors[0]!.detail, errors)
}
