import { canonicalSteps, encodeSteps, parseSteps } from '../../kit/json/json-steps.ts'
import { finishInTurns, mapSteps, type Steps } from '../../kit/time/steps.ts'
import { documentSteps } from '../document/document.ts'
import { markdownSteps, rendererVersion } from '../document/markdown/markdown.ts'
import type { Standing } from '../document/standing.ts'
import type { Postmortem } from '../schema.ts'
import { upcastForm } from './upcasts.ts'

/** The texts of a final document, with the hashes of their bytes in UTF-8. */
export interface SealedDocument {
  json: string
  json_sha256: string
  markdown: string
  markdown_sha256: string
  renderer: number
}

/**
 * Serializes and hashes a document for sealing. Its Markdown says which revision it is, when it was sealed, and the hash of
 * its JSON, all of which are stored beside it. In turns, since there may be very many events.
 */
export const serializeDocument = (
  data: Postmortem,
  revision: Pick<Standing, 'number' | 'sealed_at'>,
): Promise<SealedDocument> => finishInTurns(serializeSteps(data, revision))

function* serializeSteps(
  data: Postmortem,
  revision: Pick<Standing, 'number' | 'sealed_at'>,
): Steps<SealedDocument> {
  const json = yield* canonicalSteps(data)
  const json_sha256 = (yield* encodeSteps([json])).sha256
  const blocks = yield* documentSteps(data, { standing: { ...revision, json_sha256 } })
  const markdown = yield* markdownSteps(blocks)
  const markdown_sha256 = (yield* encodeSteps([markdown])).sha256
  return { json, json_sha256, markdown, markdown_sha256, renderer: rendererVersion }
}

/** Parses a sealed document, upcast to the current form. */
export const parseSealed = (json: string): Promise<Postmortem> => finishInTurns(parseSealedSteps(json))

const longJson = 1024 * 1024

function* parseSealedSteps(json: string): Steps<Postmortem> {
  if (json.length < longJson) return upcastForm(JSON.parse(json)) as Postmortem
  const { events = [], ...form } = yield* parseSteps(json)
  const upcast = yield* mapSteps(
    events as object[],
    event => upcastForm({ events: [event] }).events as object[],
  )
  return { ...upcastForm(form), events: upcast.flat() } as unknown as Postmortem
}
