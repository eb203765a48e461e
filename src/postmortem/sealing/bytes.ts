import { canonicalJson, sha256Hex } from '../../kit/json.ts'
import { postmortemDocument } from '../document/document.ts'
import { rendererVersion, toMarkdown } from '../document/markdown.ts'
import type { Postmortem } from '../schema.ts'
import { upcastForm } from './upcasts.ts'

/** The bytes of a final document, as text, with their hashes. */
export interface Sealed {
  json: string
  json_sha256: string
  markdown: string
  markdown_sha256: string
  renderer: number
}

export function sealedBytes(data: Postmortem): Sealed {
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

/** The data of a sealed document, in today's form. */
export const sealedData = (json: string): Postmortem => upcastForm(JSON.parse(json)) as Postmortem
