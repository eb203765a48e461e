const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const quoted = '"(?:[^"\\\\]|\\\\.)*"'
const assignment = `(${token})(?:[ \\t]*=(?:[ \\t]*(${token}|${quoted}))?)?`
const preference = new RegExp(`^${assignment}(?:[ \\t]*;(?:[ \\t]*${assignment})?)*[ \\t]*$`)
/** What stands between commas, which a quoted text may have, too. */
const parts = /(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g

/**
 * The value of a preference in a `Prefer` header (RFC 7240), in lower case; empty where it has none. The first one of a name
 * counts, and what is malformed is passed over.
 * @param name in lower case
 */
export function preferenceOf(name: string, header: string | undefined): string | undefined {
  for (const [part] of header?.matchAll(parts) ?? []) {
    const [, given = '', value = ''] = preference.exec(part.trim()) ?? []
    if (given.toLowerCase() !== name) continue
    return (value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value).toLowerCase()
  }
  return undefined
}
