import { fieldError } from '../../http/problem.ts'
import { isTimeZone } from '../../kit/time/time.ts'
import { ofSource } from './feed-schema.ts'
import { signingSources } from './mapping-schema.ts'
import type { LinkInput, LinkPatch } from './schema.ts'

/** Returns the patch, which removes the severity of drafts where it ends these and names none. */
export const clearIdleSeverity = (patch: LinkPatch): LinkPatch =>
  patch.unknown === undefined || patch.unknown === 'draft' ? patch : { draft_severity: null, ...patch }

/** @throws 422 naming the field that the others of a link do not go with */
export function requireSensibleLink(input: LinkInput): void {
  if (input.feed) {
    requireFeedAlone(input)
    return
  }
  requireSource(input)
  requireMappingWhereRead(input)
  requireSigner(input)
  requireOnePlace(input)
}

function requireFeedAlone(input: LinkInput): void {
  if (input.source) throw exclusiveError('/source', 'takes what a tool posts, and /feed is read')
  const other = ofSource.find(name => input[name])
  if (other) throw exclusiveError(`/${other}`, 'is of what a tool posts, and /feed is read')
  requireSensibleFilter(input.filter ?? {})
}

/** What no item can match would be an empty list for ever. */
function requireSensibleFilter({
  tz,
  owner = [],
  overdue,
  due_within,
}: NonNullable<LinkInput['filter']>): void {
  if (tz !== undefined && !isTimeZone(tz)) {
    const detail = '/filter/tz must be the IANA name of a time zone, such as Europe/Berlin.'
    throw fieldError('/filter/tz', 'unknown', detail)
  }
  if (overdue && due_within !== undefined) {
    const detail = '/filter/due_within leaves out what is overdue: leave out /filter/overdue, or this.'
    throw fieldError('/filter/due_within', 'contradiction', detail)
  }
  if (!owner.includes('me')) return
  const detail = '/filter/owner is me, and a link acts for nobody: name the person by their handle.'
  throw fieldError('/filter/owner', 'nobody', detail)
}

function requireSource({ source, filter }: LinkInput): void {
  if (!source) {
    const detail = '/source is required, or /feed: the tool that posts, or the list that is read.'
    throw fieldError('/source', 'required', detail)
  }
  if (filter) throw exclusiveError('/filter', `is of a feed, and ${source} posts`)
}

function requireMappingWhereRead({ source, mapping }: LinkInput): void {
  if ((source === 'generic') === Boolean(mapping)) return
  if (mapping) throw exclusiveError('/mapping', `is for generic, and ${source} has a form of its own`)
  const detail =
    '/mapping is required for generic: it says where in the JSON the text of an event is, and the rest.'
  throw fieldError('/mapping', 'required', detail)
}

function requireSigner({ source, signing_secret }: LinkInput): void {
  if (!signing_secret || signingSources.some(name => name === source)) return
  throw exclusiveError('/signing_secret', `is for ${signingSources.join(', ')}, and ${source} signs nothing`)
}

function requireOnePlace({ incident_id, unknown, draft_severity }: LinkInput): void {
  if (draft_severity && unknown !== 'draft')
    throw exclusiveError('/draft_severity', 'is of a new draft, which /unknown: draft would make')
  if (!incident_id || unknown !== 'draft') return
  const detail = `/unknown is draft, and all of it goes to ${incident_id}: leave out one of both.`
  throw fieldError('/unknown', 'contradiction', detail)
}

const exclusiveError = (pointer: string, why: string) =>
  fieldError(pointer, 'exclusive', `${pointer} ${why}: leave it out.`)
