import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Delivery } from './source.ts'

/** The HMAC-SHA-256 of what several parts make together, in hexadecimal digits. */
export function hmacOf(secret: string, ...parts: (string | Buffer)[]): string {
  const hmac = createHmac('sha256', secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest('hex')
}

/** A header by the name that its documentation writes; empty where it was not sent. */
export const headerIn = (headers: Delivery['headers'], name: string): string =>
  headers[name.toLowerCase()]?.trim() ?? ''

/** Whether a signature is the right one, in a time that does not say how much of it is. */
export function isSignature(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
