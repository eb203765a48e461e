import { createHash, type Hash } from 'node:crypto'
import { DebriefError } from '../http/problem.ts'

/** `Content-Digest` (RFC 9530): a dictionary of hashes of the body, each base64 between colons. */

const algorithms = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const
type Algorithm = keyof typeof algorithms

const entry = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:;.*)?$/

/** The `Content-Digest` of bytes whose SHA-256 is known. */
export const contentDigest = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`

export interface DigestCheck {
  update: (bytes: Buffer) => void
  /** @returns the SHA-256 in hex. @throws 400 naming a digest that is another */
  end: () => string
}

/**
 * Hashes a body while it comes, and compares the hash with those that its header says.
 * @throws 400 when the header cannot be read, or has neither sha-256 nor sha-512
 */
export function checkDigest(header: string | undefined): DigestCheck {
  const expected = header === undefined ? [] : parseDigests(header)
  const hashes = new Map<Algorithm, Hash>([['sha-256', createHash('sha256')]])
  for (const [name] of expected) if (!hashes.has(name)) hashes.set(name, createHash(algorithms[name]))
  return {
    update(bytes) {
      for (const hash of hashes.values()) hash.update(bytes)
    },
    end() {
      const digests = new Map([...hashes].map(([name, hash]) => [name, hash.digest()]))
      for (const [name, digest] of expected)
        if (!digests.get(name)!.equals(digest)) throw mismatchError(name, digests.get(name)!)
      return digests.get('sha-256')!.toString('hex')
    },
  }
}

function parseDigests(header: string): [Algorithm, Buffer][] {
  const entries = header.split(',').map(text => entry.exec(text.trim()))
  if (entries.includes(null))
    throw headerError('format', 'must be such as sha-256=:…:, with the base64 of the hash')
  const known = entries.flatMap((match): [Algorithm, Buffer][] => {
    const [, name, base64] = match!
    return Object.hasOwn(algorithms, name!) ? [[name as Algorithm, Buffer.from(base64!, 'base64')]] : []
  })
  if (known.length === 0)
    throw headerError('unknown', 'must have sha-256 or sha-512, which are those that are checked')
  return known
}

function mismatchError(name: Algorithm, digest: Buffer): DebriefError {
  const found = `${name}=:${digest.toString('base64')}:`
  return headerError('mismatch', `is not that of the bytes that came: send them again. They have ${found}`)
}

function headerError(code: string, rule: string): DebriefError {
  const detail = `Content-Digest ${rule}.`
  return new DebriefError('invalid_header', detail, [{ parameter: 'Content-Digest', code, detail }])
}
