import type { IngestSourceName } from '../access/links/mapping-schema.ts'
import type { IngestSource } from './sources/source.ts'

/** The format of each tool. */
export const sources: Record<IngestSourceName, IngestSource> = {
}
