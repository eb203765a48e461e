import { canonicalJson, sha256Hex } from '../../kit/json.ts'
import { postmortemDocument } from '../document/document.ts'
import { rendererVersion, toMarkdown } from '../document/markdown/markdown.ts'
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
 * its JSON, all of which are stored beside it.
 */
export function serializeDocument(
  data: Postmortem,
  revision: Pick<Standing, 'number' | 'sealed_at'>,
): SealedDocument {
  const json = canonicalJson(data)
  const json_sha256 = sha256Hex(json)
  const markdown = toMarkdown(postmortemDocument(data, { standing: { ...revision, json_sha256 } }))
  return {
    json,
    json_sha256,
    markdown,
    markdown_sha256: sha256Hex(markdown),
    renderer: rendererVersion,
  }
}

/** Parses a sealed document, upcast to the current form. */
export const parseSealed = (json: string): Postmortem => upcastForm(JSON.parse(json)) as Postmortem
