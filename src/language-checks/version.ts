import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * The version of the language check, and of the form in which its judgements are kept: a hash of their source files, so that
 * nobody has to remember to raise a number, and of the Unicode tables that the patterns read.
 */
export const checkVersion: string = versionOf(
  new URL('../language/', import.meta.url),
  new URL('./', import.meta.url),
)

/** @param folders each ends in a slash */
export function versionOf(...folders: URL[]): string {
  const files = folders.map(folder => {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isSource).sort()
    return names.map(name => [name, readFileSync(new URL(name, folder), 'utf8')])
  })
  return hash('sha256', JSON.stringify([process.versions.unicode, files]))
}

/** Also in `dist/`, where they are JavaScript. */
function isSource(name: string): boolean {
  return /\.[jt]s$/.test(name)
}
