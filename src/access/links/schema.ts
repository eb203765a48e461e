import Type, { type Static } from 'typebox'
import {
  component,
  exact,
  line,
  mergePatch,
  nullable,
  nullableObject,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  pattern,
  rowFields,
  text,
  url,
} from '../../http/fields.ts'
import { incidentId, severities } from '../../incidents/schema.ts'
import { life, limits } from '../schema.ts'
import { feed, linkFilter } from './feed-schema.ts'
import { ingestSources, mapping, signingSources } from './mapping-schema.ts'

const source = oneOf('IngestSource', ingestSources, {
  description:
    'The tool whose payloads it takes, unless it is of a feed; `generic` takes any JSON, and reads it by the mapping.',
})
const severity = oneOf('Severity', severities)
/** Where events go whose incident is not known. */
const unknown = oneOf('UnknownIncident', ['inbox', 'draft'])

/** Of a new draft, unless the link names another. */
export const usualDraftSeverity: (typeof severities)[number] = 'SEV3'

const id = Type.String({
  ...pattern('^[0-9a-z]{12}$', 'twelve lower case letters and digits', '3k9x0q7mz1ab'),
  description: 'The public part of the link: the twelve characters after `dbl_`.',
})

const alerts = { name: 'checkout alerts', source: 'alertmanager', unknown: 'draft', draft_severity: 'SEV2' }

const fields = {
  name: line(200, { description: 'What it is for. It signs what it stores as `link:<name>`.' }),
  unknown: optional(unknown),
  draft_severity: optional({
    ...severity,
    description: `Of a new draft; ${usualDraftSeverity}, unless given.`,
  }),
  signing_secret: optional(
    text(500, {
      description: `With which the tool signs: ${signingSources.join(', ')}. It is never answered.`,
    }),
  ),
  mapping: optional({ ...mapping, description: 'Of `generic` alone, which needs it.' }),
  filter: optional({ ...linkFilter, description: 'Of a feed alone; all action items, unless given.' }),
  ...limits,
}

export const LinkInput = component(
  'LinkInput',
  {
    source: optional(source),
    feed: optional(feed),
    incident_id: optional(incidentId({ description: 'Where all of it goes, and nothing elsewhere.' })),
    ...fields,
  },
  {
    description:
      'Of a `source`, to which a tool posts, or of a `feed`, which a spreadsheet or a calendar reads.',
    examples: [{ ...alerts, requests_per_minute: 6000 }],
  },
)

const another = 'it never changes: POST /v1/links makes another link.'

export const LinkPatch = mergePatch('LinkPatch', exact(fields), {
  'x-elsewhere': { source: another, feed: another, incident_id: another },
  examples: [{ signing_secret: 'whsec-4f9a' }],
})

const stored = {
  id,
  version: rowFields.version,
  name: Type.String(),
  source: nullable(source),
  feed: nullable(feed),
  filter: nullableObject(linkFilter),
  incident_id: nullable(
    Type.String({ description: 'Where all of it goes; null where the payload says it.' }),
  ),
  unknown: nullable(unknown),
  draft_severity: nullable(severity),
  is_signed: Type.Boolean({ description: 'Whether it has the secret with which the tool signs.' }),
  mapping: nullableObject(mapping),
  ...life(Type.String(), nullable(Type.String())),
}
const example = {
  id: '3k9x0q7mz1ab',
  version: 1,
  ...{ ...alerts, feed: null, filter: null, incident_id: null, is_signed: false, mapping: null },
  created_at: '2026-06-17T13:00:00.000Z',
  created_by: 'token:admin',
  expires_at: null,
  requests_per_minute: 6000,
  last_used_at: '2026-06-17T14:08:00.000Z',
  revoked_at: null,
  revoked_by: null,
}
const secret = 'dbl_3k9x0q7mz1abAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA00000000'

export const Link = component('CapabilityLink', stored, {
  description: 'A capability link without its secret, of which only a hash is stored.',
  examples: [example],
})
export const IssuedLink = component(
  'IssuedLink',
  {
    ...stored,
    url: url({ description: 'The URL to paste into the tool. This is the one time that it can be seen.' }),
    link: Type.String({ description: 'The secret in it.' }),
  },
  {
    description: 'A new link, with its secret.',
    examples: [
      {
        ...{ ...example, last_used_at: null },
        url: `https://debrief.example/v1/ingest/alertmanager?link=${secret}`,
        link: secret,
      },
    ],
  },
)
export const LinkPage = pageOf('LinkPage', Link)

export const linkParams = exact({ link_id: id })
export const linksQuery = exact({ ...pageQuery })

export type Link = Static<typeof Link>
export type LinkInput = Static<typeof LinkInput>
export type LinkPatch = Static<typeof LinkPatch>

export const linkSchemas = [LinkInput, LinkPatch, Link, IssuedLink, LinkPage]
