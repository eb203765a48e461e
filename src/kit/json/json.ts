import { hash } from 'node:crypto'

/** JSON with sorted keys (the order of RFC 8785), so that equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  if (isSorted(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** Whether all names in a value stand in order, so that JSON.stringify, which is much faster, writes its canonical form. */
function isSorted(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return true
  if (Array.isArray(value)) return value.every(isSorted)
  let before = ''
  for (const name in value) {
    if (name < before || !isSorted((value as Record<string, unknown>)[name])) return false
    before = name
  }
  return true
}

export const sha256Hex = (bytes: string | Uint8Array): string => hash('sha256', bytes, 'hex')

/** Applies a JSON Merge Patch (RFC 7396): null removes, objects merge, everything else replaces. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, member] of Object.entries(patch)) {
    if (member === null) result.delete(name)
    else result.set(name, applyMergePatch(result.get(name), member))
  }
  return Object.fromEntries(result)
}

/** One token of a JSON pointer (RFC 6901), escaped. */
export const pointerToken = (name: string | number): string =>
  String(name).replaceAll('~', '~0').replaceAll('/', '~1')

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
