import { randomBytes, randomInt } from 'node:crypto'
import { sha256Hex } from '../../kit/json/json.ts'

/** What a secret begins with: that of a token, or of a capability link. */
export type SecretPrefix = 'dbf' | 'dbl'

/** Creates a secret of the form `<prefix>_<id><secret><checksum>`, of which only the hash is to be stored. */
export function createSecret(prefix: SecretPrefix): { id: string; secret: string; secret_sha256: string } {
  const id = Array.from({ length: 12 }, () => randomInt(36).toString(36)).join('')
  const idAndSecret = id + randomBytes(32).toString('base64url')
  const secret = `${prefix}_${idAndSecret}${checksum(prefix, idAndSecret)}`
  return { id, secret, secret_sha256: sha256Hex(secret) }
}

/** The public id in a secret; undefined when its form is wrong, or its checksum, which is of the prefix, too. */
export function secretId(prefix: SecretPrefix, secret: string): string | undefined {
  const parts = /^db[fl]_([0-9a-z]{12})([0-9A-Za-z_-]{43})([0-9a-f]{8})$/.exec(secret)
  return parts !== null && parts[3] === checksum(prefix, parts[1]! + parts[2]!) ? parts[1] : undefined
}

const checksum = (prefix: SecretPrefix, idAndSecret: string): string =>
  sha256Hex(`${prefix}_${idAndSecret}`).slice(0, 8)
