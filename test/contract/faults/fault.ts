import fc from 'fast-check'
import { type Operation, parametersIn } from '../generate/operations.ts'
import { print, type Request, validRequests } from '../generate/request.ts'
import type { World } from '../generate/world.ts'
import { type Place, placesIn, pointerTo, replaced } from './json-pointers.ts'

/** A request with exactly one fault, and the expected answer. */
export interface Broken {
  request: Request
  status: number[]
  code?: string
  /** The field that the problem must name. */
  pointer?: string
  /** The parameter or header that the problem must name. */
  parameter?: string
}

export interface Fault {
  name: string
  /** Broken requests of an operation; null where it cannot have this fault. */
  of: (operation: Operation, world: World) => fc.Arbitrary<Broken> | null
}

/** A fault of the whole request, for operations that `applies` selects. */
export const ofRequest = (
  name: string,
  applies: (operation: Operation) => boolean,
  make: (request: Request, world: World) => fc.Arbitrary<Broken>,
): Fault => ({
  name,
  of: (operation, world) =>
    applies(operation)
      ? validRequests(operation, world, { full: true }).chain(one => make(one, world))
      : null,
})

export const hasBody = (operation: Operation) => operation.body !== undefined
export const needsToken = ({ statuses }: Operation) => statuses.includes(401)
export const takesHeader = (name: string) => (operation: Operation) =>
  parametersIn(operation, 'header').some(header => header.name === name)

/** A fault of one value in a body: replaces a value that `suits` by one of `wrong`. */
export const ofPlace = (
  name: string,
  suits: (place: Place) => boolean,
  wrong: (place: Place) => fc.Arbitrary<unknown>,
  {
    named = ({ tokens }) => pointerTo(tokens),
    breaks,
  }: { named?: (place: Place) => string; breaks?: (operation: Operation) => boolean } = {},
): Fault =>
  ofChange(name, suits, place => wrong(place).map(value => ({ value, pointer: named(place) })), breaks)

/** The same, where the pointer of the expected error depends on the wrong value. */
export const ofChange = (
  name: string,
  suits: (place: Place) => boolean,
  change: (place: Place) => fc.Arbitrary<{ value: unknown; pointer: string }>,
  breaks: (operation: Operation) => boolean = () => true,
): Fault => ({
  name,
  of: (operation, world) => {
    if (!operation.body || !breaks(operation)) return null
    const suitable = ({ body }: Request) => placesIn(operation.body!, body).filter(suits)
    const requests = validRequests(operation, world, { full: true })
    if (fc.sample(requests, { numRuns: 3, seed: 1 }).every(request => suitable(request).length === 0))
      return null
    return requests
      .filter(request => suitable(request).length > 0)
      .chain(request =>
        fc.constantFrom(...suitable(request)).chain(place =>
          change(place).map(({ value, pointer }) => ({
            request: { ...refusedWhole(request), body: replaced(request.body, place.tokens, value) },
            status: [422],
            pointer,
          })),
        ),
      )
  },
})

export const isBatch = (operation: Operation): boolean =>
  parametersIn(operation, 'query').some(({ name }) => name === 'atomic')

/** Makes a batch atomic, since it would answer 200 with a refusal of the entry otherwise. */
const refusedWhole = (request: Request): Request =>
  isBatch(request.operation) ? { ...request, query: [['atomic', 'true']] } : request

/** Prints a broken request and the expected answer, for the report of a failure. */
export const printBroken = ({ request, status, code = '', pointer, parameter }: Broken): string =>
  `${print(request)} → ${status.join(' or ')} ${code} ${pointer ?? parameter ?? ''}`
