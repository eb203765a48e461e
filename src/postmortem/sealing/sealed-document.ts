import { canonicalJson, sha256Hex } from '../../kit/json.ts'
import { postmortemDocument } from '../document/document.ts'
import { rendererVersion, toMarkdown } from '../document/markdown/markdown.ts'
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

/** Serializes and hashes a document for sealing. */
export function serializeDocument(data: Postmortem): SealedDocument {
  const json = canonicalJson(data)
  const markdown = toMarkdown(postmortemDocument(data))
  return {
    json,
    json_sha256: sha256Hex(json),
    markdown,
    markdown_sha256: sha256Hex(markdown),
    renderer: rendererVersion,
  }
}

/** Parses a sealed document, upcast to the current form. */
export const parseSealed = (json: string): Postmortem => upcastForm(JSON.parse(json)) as Postmortem
