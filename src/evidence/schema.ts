import Type, { type Static } from 'typebox'
import {
  component,
  exact,
  inside,
  nullableObject,
  oneOfGrowing,
  part,
  sentence,
  sha256,
  timestamp,
} from '../http/fields.ts'
import { anyBytes, mediaTypes } from './media.ts'

const hash = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'
const reason = { reason: 'The screenshot showed a customer’s card number.' }

export const EvidenceRedaction = component(
  'EvidenceRedaction',
  { reason: sentence(), by: Type.String(), at: timestamp() },
  {
    description: 'Who took the bytes out for good, when and why.',
    examples: [{ ...reason, by: 'mara', at: '2026-06-18T09:00:00.000Z' }],
  },
)

export const EvidenceRedactionInput = component(
  'EvidenceRedactionInput',
  { reason: sentence() },
  { examples: [reason] },
)

export const Evidence = component(
  'Evidence',
  {
    sha256: sha256({ description: 'Of the bytes: by it a source cites them.' }),
    version: Type.Integer({ minimum: 1, description: '1, and 2 from its redaction on.' }),
    media_type: oneOfGrowing([...mediaTypes, anyBytes], { description: 'As which the bytes first came.' }),
    size: Type.Integer({ description: 'Bytes.' }),
    created_at: timestamp({ description: 'When they came; the last time, while nothing cites them.' }),
    created_by: Type.String({ description: 'Who sent them first.' }),
    redaction: nullableObject(inside(EvidenceRedaction)),
  },
  {
    description: 'What is known of stored bytes.',
    examples: [
      {
        sha256: hash,
        version: 1,
        media_type: 'image/png',
        size: 48_213,
        created_at: '2026-06-17T14:09:00.000Z',
        created_by: 'token:checkout-alerts',
        redaction: null,
      },
    ],
  },
)

/** Of evidence, what does not change. */
export const EvidenceFacts = part('EvidenceFacts', {
  sha256: Evidence.properties.sha256,
  media_type: Evidence.properties.media_type,
  size: Evidence.properties.size,
})

export const evidenceParams = exact({ sha256: sha256() })

export type Evidence = Static<typeof Evidence>
export type EvidenceFacts = Static<typeof EvidenceFacts>
export type EvidenceRedaction = Static<typeof EvidenceRedaction>

export const evidenceSchemas = [Evidence, EvidenceRedaction, EvidenceRedactionInput]
