import type { Entry } from '../../db/forms.ts'
import { type FieldError, fieldError } from '../../http/problem.ts'
import { refuseIfAny } from '../../http/validation.ts'
import { freeTexts, isRedactedText, textPaths } from './free-texts.ts'
import type { RedactableResource } from './resources.ts'
import type { Version } from './rows.ts'

/** The versions that are asked for, of all that there are. @throws 422 naming one that never was */
export function versionsOf({ noun }: RedactableResource, all: Version[], wanted: number[]): Version[] {
  const last = all[0]!.version
  const unknown = wanted.flatMap((version, i) =>
    version <= last ? [] : unknownVersionError(noun, i, version, last),
  )
  refuseIfAny(unknown)
  return all.filter(({ version }) => wanted.includes(version))
}

function unknownVersionError(noun: string, i: number, version: number, last: number): FieldError {
  const detail = `There is no version ${version} of this ${noun}, which has been changed to version ${last}.`
  return { pointer: `/versions/${i}`, code: 'unknown', detail }
}

/**
 * The texts at some pointers in any of the versions. A pointer at which everything is redacted already is known, too.
 * @param before the pointers of earlier redactions
 * @throws 422 naming a pointer to no free text, or one at which there never was any
 */
export function textsAtPointers(
  resource: RedactableResource,
  pointers: string[],
  versions: Entry[],
  before: string[],
): Set<string> {
  const found = versions.flatMap(version => freeTexts(resource, version))
  const shortened = versions
    .flatMap(({ original }) => Object.keys(original ?? {}))
    .filter(pointer => !Object.hasOwn(resource.kept, pointer))
  const known = new Set([...found.map(([pointer]) => pointer), ...shortened, ...before])
  const unknown = pointers.flatMap((pointer, i) =>
    known.has(pointer) ? [] : unknownPointerError(resource, i, pointer, known),
  )
  refuseIfAny(unknown)
  const named = found.flatMap(([pointer, text]) =>
    pointers.includes(pointer) && !isRedactedText(text) ? text : [],
  )
  const whole = [...named, ...versions.flatMap(version => originalsOf(version, pointers, new Set(named)))]
  const beginnings = found.map(([, text]) => text).filter(text => whole.some(one => isBeginningOf(text, one)))
  return new Set([...whole, ...beginnings])
}

/** The texts of an event as they were sent, of which a part is named, wherever that part stands. */
function originalsOf({ original }: Entry, pointers: string[], named: ReadonlySet<string>): string[] {
  return Object.entries((original ?? {}) as Record<string, string>).flatMap(([pointer, text]) => {
    const isNamed = pointers.includes(pointer) || [...named].some(part => isBeginningOf(part, text))
    return isNamed && !isRedactedText(text) ? text : []
  })
}

/** Whether a text is what was kept of a longer one. */
const isBeginningOf = (text: string, whole: string): boolean =>
  text.length > 1 && text.endsWith('…') && whole.startsWith(text.slice(0, -1))

function unknownPointerError(
  resource: RedactableResource,
  i: number,
  pointer: string,
  known: ReadonlySet<string>,
): FieldError {
  const paths = textPaths(resource)
  if (!paths.some(path => isAt(path, pointer))) {
    const examples = paths.map(path => path.replaceAll('*', '0')).join(', ')
    const detail = `/pointers/${i} must match a field of this ${resource.noun} that has free text. Only free text can be taken out: ${examples}.`
    return { pointer: `/pointers/${i}`, code: 'pattern', detail }
  }
  const detail = `Nothing stands at ${pointer} in a version of this ${resource.noun} that is asked for. What can be taken out: ${[...known].sort().join(', ')}.`
  return { pointer: `/pointers/${i}`, code: 'unknown', detail }
}

/** Whether a pointer may stand at a path, which has `*` for an index and `<name>` for a key. */
function isAt(path: string, pointer: string): boolean {
  const pattern = path.replaceAll('*', '(0|[1-9][0-9]*)').replaceAll('<name>', '[^/]+')
  return new RegExp(`^${pattern}$`).test(pointer)
}

/** In characters: a shorter text may be an ordinary word of the reason. */
const tellingLength = 8

/** Refuses a reason that quotes a redacted text: the document prints it. */
export function requireReasonWithoutTexts(reason: string, texts: ReadonlySet<string>): void {
  if (![...texts].some(text => text.length >= tellingLength && reason.includes(text))) return
  throw fieldError('/reason', 'quotes', '/reason quotes what is to be taken out: say why without it.')
}
