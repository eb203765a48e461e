import type { Db } from '../../db/open.ts'
import type { LinkCache, StoredLink } from '../../http/caller.ts'
import { createCredentialCache, isInForce } from '../../http/credentials/cache.ts'

/** Caches lookups of links for a second, as those of tokens. */
export const createLinkCache = (db: Db, now: () => Date): LinkCache =>
  createCredentialCache(db, now, { prefix: 'dbl', table: 'links', select: selectLink, isValid: isInForce })

const selectLink = (db: Db, id: string, secret_sha256: string): Promise<StoredLink | undefined> =>
  db
    .selectFrom('links')
    .select(['id', 'name', 'expires_at', 'revoked_at', 'last_used_at', 'requests_per_minute'])
    .select(['source', 'incident_id', 'unknown', 'draft_severity', 'signing_secret', 'mapping'])
    .where('id', '=', id)
    .where('secret_sha256', '=', secret_sha256)
    .$castTo<StoredLink>()
    .executeTakeFirst()
