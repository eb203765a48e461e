import { hash } from 'node:crypto'

/** JSON with sorted keys (the order of RFC 8785), so that equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  let members = ''
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`
  }
  return `{${members}}`
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
