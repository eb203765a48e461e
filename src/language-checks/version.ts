import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * The version of the language check: a hash of its source files, so that nobody has to remember to raise a number, and of
 * the Unicode tables that its patterns read.
 */
export const checkVersion: string = versionOf(new URL('../language/', import.meta.url))

/** @param folder ends in a slash */
export function versionOf(folder: URL): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isSource).sort()
  const files = names.map(name => [name, readFileSync(new URL(name, folder), 'utf8')])
  return hash('sha256', JSON.stringify([process.versions.unicode, files]))
}

/** Also in `dist/`, where they are JavaScript. */
function isSource(name: string): boolean {
  return /\.[jt]s$/.test(name)
}
