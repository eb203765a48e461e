import type { FastifyReply, FastifyRequest } from 'fastify'
import { ref } from '../../http/fields.ts'
import { DebriefError } from '../../http/problem.ts'
import { Postmortem } from '../schema.ts'
import { postmortemDocument } from './document.ts'
import { toHtml } from './html/html.ts'
import { styleHash } from './html/style.ts'
import { toMarkdown } from './markdown.ts'

export const markdown = {
  schema: { type: 'string' as const },
  example: '# Postmortem: Payments drill\n',
}
export const html = { schema: { type: 'string' as const }, example: '<!doctype html>' }
export const json = { schema: ref(Postmortem) }
export const rendered = (content: object) => ({ 200: { description: 'The document.', content } })

/** The forms that the document comes in, and their media types. */
const media = { md: 'text/markdown', html: 'text/html', json: 'application/json' } as const
export type Form = keyof typeof media

/** The form that `Accept` prefers; the first one where it does not care. @throws 406 when it takes none */
export function acceptedForm(request: FastifyRequest, forms: readonly Form[]): Form {
  const offered = forms.map(form => media[form])
  const accepted = request.accepts().type(offered)
  const form = forms.find(name => media[name] === accepted)
  if (form === undefined)
    throw new DebriefError('not_acceptable', `The postmortem comes as ${offered.join(', ')}.`)
  return form
}

export const sendText = (reply: FastifyReply, form: Form, text: string): FastifyReply =>
  reply.type(`${media[form]}; charset=utf-8`).send(text)

/** One self-contained page, which runs nothing. */
export const sendHtml = (reply: FastifyReply, data: Postmortem): FastifyReply => {
  reply.header(
    'content-security-policy',
    `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`,
  )
  reply.header('x-content-type-options', 'nosniff')
  return sendText(reply, 'html', toHtml(data))
}

/** The document rendered from its data. */
export function sendRendered(reply: FastifyReply, form: Form, data: Postmortem): FastifyReply {
  if (form === 'html') return sendHtml(reply, data)
  if (form === 'md') return sendText(reply, form, toMarkdown(postmortemDocument(data)))
  return reply.type('application/json; charset=utf-8').send(data)
}
