import type { FastifyReply, FastifyRequest } from 'fastify'
import { ref } from '../../http/fields.ts'
import { negotiateMedia, requireTimeZone } from '../../http/validation.ts'
import { encodeSteps } from '../../kit/json/json-steps.ts'
import { finishInTurns, type Steps } from '../../kit/time/steps.ts'
import { timeZoneName } from '../../kit/time/time.ts'
import { Postmortem } from '../schema.ts'
import type { ShownPostmortem } from '../shown.ts'
import { documentSteps } from './document.ts'
import { pageSteps } from './html/html.ts'
import { type Page, pagePieces, pagePolicy } from './html/page.ts'
import { markdownSteps } from './markdown/markdown.ts'
import type { Reading } from './standing.ts'

export const markdownContent = {
  schema: { type: 'string' as const },
  example: '# Postmortem: Payments drill\n',
}
export const htmlContent = { schema: { type: 'string' as const }, example: '<!doctype html>' }
export const jsonContent = { schema: ref(Postmortem) }
export const documentResponses = (content: object, description = 'The document.') => ({
  200: { description, content },
})

/** The formats of the document, with their media types. */
const media = { md: 'text/markdown', html: 'text/html', json: 'application/json' } as const
export type Format = keyof typeof media

/** The zone that a query asks for; undefined where it asks for none. @throws 400 naming `tz` when there is no such zone */
export function zoneOf({ tz }: { tz?: string }): string | undefined {
  if (tz === undefined) return undefined
  requireTimeZone(tz)
  return timeZoneName(tz)
}

/** The format that `Accept` prefers; the first one where it prefers none. @throws 406 when it accepts none */
export function negotiateFormat(request: FastifyRequest, formats: readonly Format[]): Format {
  const accepted = negotiateMedia(
    request,
    formats.map(format => media[format]),
  )
  return formats.find(format => media[format] === accepted)!
}

export const sendText = (reply: FastifyReply, format: Format, text: string | Buffer): FastifyReply =>
  reply.type(`${media[format]}; charset=utf-8`).send(text)

export const sendPage = (reply: FastifyReply, page: Page): FastifyReply =>
  sendText(reply, 'html', piecesOf(reply, page).join(''))

/** Sets the headers that a page needs. */
function piecesOf(reply: FastifyReply, page: Page): string[] {
  reply.header('content-security-policy', pagePolicy(page))
  reply.header('x-content-type-options', 'nosniff')
  return pagePieces(page)
}

/** Renders in turns, so that others are answered in between. */
export async function sendRendered(
  reply: FastifyReply,
  format: 'md' | 'html',
  data: Postmortem | ShownPostmortem,
  reading: Reading,
): Promise<FastifyReply> {
  const text = await finishInTurns(renderSteps(reply, format, data, reading), reply.gone)
  return sendText(reply, format, text)
}

function* renderSteps(
  reply: FastifyReply,
  format: 'md' | 'html',
  data: Postmortem | ShownPostmortem,
  reading: Reading,
): Steps<string | Buffer> {
  const pieces =
    format === 'html'
      ? piecesOf(reply, yield* pageSteps(data, reading))
      : [yield* markdownSteps(yield* documentSteps(data, reading))]
  if (pieces.reduce((length, piece) => length + piece.length, 0) < longText) return pieces.join('')
  const { bytes, sha256 } = yield* encodeSteps(pieces)
  reply.header('etag', `"${sha256.slice(0, 16)}"`)
  return bytes
}

/** What is longer is encoded and hashed in steps, too. */
const longText = 1024 * 1024
