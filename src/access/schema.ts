import Type, { type Static, type TSchema } from 'typebox'
import { scopes } from '../http/api-tokens.ts'
import {
  component,
  exact,
  handle,
  integer,
  line,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  pattern,
  timestamp,
} from '../http/fields.ts'

const scope = oneOf('TokenScope', scopes, {
  description:
    '`admin` includes `review`, which includes `write`, which includes `read` and `events:write`. Give each token the least it needs.',
})
const moment = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description })

const id = Type.String({
  ...pattern('^[0-9a-z]{12}$', 'twelve lower case letters and digits', '3k9x0q7mz1ab'),
  description: 'The public part of the token: the twelve characters after `dbf_`.',
})

/** The highest limit that a token or a link may have. */
export const maxRequestsPerMinute = 1_000_000

/** How long and how often a token or a link may be used. */
export const limits = {
  expires_at: optional(timestamp({ description: 'When it stops working; never, unless given.' })),
  requests_per_minute: optional(
    integer(1, maxRequestsPerMinute, {
      description: 'How many requests it may make in a minute, to one process; no limit, unless given.',
    }),
  ),
}

/** The life of a token or a link, and who made and revoked it. */
export const life = <Maker extends TSchema, Revoker extends TSchema>(maker: Maker, revoker: Revoker) => ({
  created_at: timestamp(),
  created_by: maker,
  expires_at: moment('When it stops working; null for never.'),
  requests_per_minute: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'How many requests it may make in a minute; null for no limit.',
  }),
  last_used_at: moment('When it was last used, to the minute; null when it never was.'),
  revoked_at: moment('When it was revoked; null while it is not.'),
  revoked_by: revoker,
})

const alerts = { name: 'checkout-alerts', scope: 'events:write', person: null }

export const TokenInput = component(
  'TokenInput',
  {
    name: line(200, {
      description:
        'What it is for. Without a person it signs the changes that are made with it, as `token:<name>`. Not a handle of the directory, but that of its person.',
    }),
    scope,
    person: optional(
      handle({
        description:
          'Whom it acts for: changes are signed with this handle, and it works while they are active.',
      }),
    ),
    ...limits,
  },
  { examples: [{ ...alerts, expires_at: '2027-06-17T00:00:00Z', requests_per_minute: 6000 }] },
)

const nameOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description })

const stored = {
  id,
  version: Type.Integer({ minimum: 1, description: '1, and 2 from its revocation on.' }),
  name: Type.String(),
  scope,
  person: nameOrNull('Whom it acts for.'),
  ...life(
    nameOrNull('Who made it; null when it was made without the API.'),
    nameOrNull('Who revoked it; null when it was revoked without the API.'),
  ),
}
const example = {
  id: '3k9x0q7mz1ab',
  version: 1,
  ...alerts,
  created_at: '2026-06-17T13:00:00.000Z',
  created_by: 'token:admin',
  expires_at: '2027-06-17T00:00:00.000Z',
  requests_per_minute: 6000,
  last_used_at: '2026-06-17T14:08:00.000Z',
  revoked_at: null,
  revoked_by: null,
}

export const Token = component('Token', stored, {
  description: 'A token without its secret, of which only a hash is stored.',
  examples: [example],
})
export const IssuedToken = component(
  'IssuedToken',
  {
    ...stored,
    token: Type.String({ description: 'The whole token. This is the one time that it can be seen.' }),
  },
  {
    description: 'A new token, with its secret.',
    examples: [
      {
        ...example,
        last_used_at: null,
        token: 'dbf_3k9x0q7mz1abAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA00000000',
      },
    ],
  },
)
export const TokenPage = pageOf('TokenPage', Token)

export const Whoami = component(
  'Whoami',
  {
    token_id: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description:
        'The public part of the token; null for that of `DEBRIEF_ADMIN_TOKEN`, which is not stored.',
    }),
    name: stored.name,
    scope,
    person: stored.person,
    expires_at: stored.expires_at,
    requests_per_minute: stored.requests_per_minute,
  },
  {
    description: 'The token of the call itself.',
    examples: [
      { token_id: example.id, ...alerts, expires_at: example.expires_at, requests_per_minute: 6000 },
    ],
  },
)

export const tokenParams = exact({ token_id: id })
export const tokensQuery = exact({ ...pageQuery })

export type Token = Static<typeof Token>
export type TokenInput = Static<typeof TokenInput>

export const accessSchemas = [TokenInput, Token, IssuedToken, TokenPage, Whoami]
