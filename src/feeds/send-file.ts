import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { listActionItems, sortKey } from '../action-items/list-json.ts'
import { type ActionItemFilter, sortTerms } from '../action-items/list-query.ts'
import type { ActionItemsQuery } from '../action-items/list-schema.ts'
import { type CachedAnswer, cachedAnswer, createAnswerCache, sendCached } from '../http/answer-cache.ts'
import { etagOf } from '../http/conditions.ts'
import type { Context } from '../http/context.ts'
import type { Key } from '../http/cursor.ts'
import type { About, FileFormat } from './file-format.ts'
import { requireKnownNames } from './filter-names.ts'

/** What a file is asked for: all that matches, in an order. */
export interface Asked {
  filter: ActionItemFilter
  sort?: ActionItemsQuery['sort']
  about: Pick<About, 'day' | 'title'>
  /** Whether the names in the filter were checked before, so that none is mistyped. */
  isChecked?: boolean
}

export type SendFile = (reply: FastifyReply, format: FileFormat, asked: Asked) => Promise<FastifyReply>

const rowsAtOnce = 200

/** So many characters are sent whole and kept for others; more are sent as they are read, as fast as they are taken. */
const mostWhole = 1024 * 1024
const tooLong = cachedAnswer('')

/** Returns a function that sends all action items that match a filter as a file. */
export function createFileSender({ db, database, publicUrl }: Context): SendFile {
  const share = createAnswerCache(database.snapshot)
  // A database that was restored may begin with the same snapshots.
  const opened = randomUUID()

  return async (reply, format, asked) => {
    const key = `${format.media} ${JSON.stringify(asked)}`
    const answer = await share(key, () => wholeOf(pieces(format, asked)))
    const type = `${format.media}; ${format.parameters}`
    reply.header('content-disposition', `attachment; filename="${format.fileName}"`)
    reply.header('x-content-type-options', 'nosniff')
    if (answer !== tooLong) return sendCached(reply, answer, type)
    // A snapshot never comes back in one database, so whoever names this tag has what would be sent again.
    reply.header('etag', etagOf(`${opened} ${key} ${await database.snapshot()}`, null)).type(type)
    return reply.send(Readable.from(reply.request.method === 'HEAD' ? [] : pieces(format, asked)))
  }

  async function* pieces(format: FileFormat, asked: Asked): AsyncGenerator<string> {
    const about = { ...asked.about, publicUrl }
    const filter = format.filtered(asked.filter)
    const sort = sortTerms(asked.sort)
    let after: Key[] | null = null
    let piece = format.head(about)
    do {
      const page = { limit: rowsAtOnce, after }
      const found = await listActionItems(database, filter, sort, page, about.day)
      if (found.length === 0 && after === null && !asked.isChecked) await requireKnownNames(db, filter)
      const rows = found.slice(0, rowsAtOnce)
      after = found.length > rowsAtOnce ? sortKey(sort)(rows.at(-1)!) : null
      yield piece + format.rows(rows, about) + (after === null ? format.end : '')
      piece = ''
    } while (after !== null)
  }
}

/** The text of all pieces; `tooLong` where that is more than is sent whole. */
async function wholeOf(pieces: AsyncIterable<string>): Promise<CachedAnswer> {
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length > mostWhole) return tooLong
  }
  return cachedAnswer(text)
}
