import type { IngestSourceName, SigningSourceName } from '../access/links/mapping-schema.ts'
import { alertmanager } from './sources/alertmanager.ts'
import { cloudevents } from './sources/cloudevents.ts'
import { generic } from './sources/generic.ts'
import { github } from './sources/github.ts'
import { grafana } from './sources/grafana.ts'
import { pagerduty } from './sources/pagerduty.ts'
import type { IngestSource, SigningSource } from './sources/source.ts'

type UnsignedSourceName = Exclude<IngestSourceName, SigningSourceName>

/** The format of each tool. */
export const sources: Record<SigningSourceName, SigningSource> & Record<UnsignedSourceName, IngestSource> = {
  alertmanager,
  grafana,
  pagerduty,
  github,
  cloudevents,
  generic,
}
