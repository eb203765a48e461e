import type { FastifyReply, FastifyRequest } from 'fastify'
import { ref } from '../../http/fields.ts'
import { notAcceptableError } from '../../http/problem.ts'
import { requireTimeZone } from '../../http/validation.ts'
import { timeZoneName } from '../../kit/time.ts'
import { Postmortem } from '../schema.ts'
import type { ShownPostmortem } from '../shown.ts'
import { postmortemDocument } from './document.ts'
import { postmortemPage } from './html/html.ts'
import { type Page, pageHtml, pagePolicy } from './html/page.ts'
import { toMarkdown } from './markdown/markdown.ts'
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
  const offered = formats.map(format => media[format])
  const accepted = request.accepts().type(offered)
  const format = formats.find(name => media[name] === accepted)
  if (format === undefined)
    throw notAcceptableError(
      `Accept excludes what this comes as: send one of ${offered.join(', ')}, or none.`,
    )
  return format
}

export const sendText = (reply: FastifyReply, format: Format, text: string): FastifyReply =>
  reply.type(`${media[format]}; charset=utf-8`).send(text)

export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  reply.header('content-security-policy', pagePolicy(page))
  reply.header('x-content-type-options', 'nosniff')
  return sendText(reply, 'html', pageHtml(page))
}

export function sendRendered(
  reply: FastifyReply,
  format: 'md' | 'html',
  data: Postmortem | ShownPostmortem,
  reading: Reading,
): FastifyReply {
  if (format === 'html') return sendPage(reply, postmortemPage(data, reading))
  return sendText(reply, format, toMarkdown(postmortemDocument(data, reading)))
}
