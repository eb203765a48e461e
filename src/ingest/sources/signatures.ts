import { createHmac, timingSafeEqual } from 'node:crypto'

/** The HMAC-SHA-256 of what several parts make together, in hexadecimal digits. */
export function hmacOf(secret: string, ...parts: (string | Buffer)[]): string {
  const hmac = createHmac('sha256', secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest('hex')
}

/** Whether a signature is the right one, in a time that does not say how much of it is. */
export function isSignature(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
