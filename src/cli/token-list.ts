import type { Token } from '../access/schema.ts'
import { listTokens } from '../access/store.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db/open.ts'
import { connectBeside, requireDatabase } from './database.ts'
import { say } from './say.ts'

const header = ['id', 'name', 'scope', 'person', 'per minute', 'created', 'last used', 'ends', '']
const pageSize = 200
/** The most characters of a name; more would break the lines of a terminal. */
const widestName = 40

/** `debrief token list`: prints a table of all tokens, newest first, without their secrets. */
export async function listTokensCommand(config: Config): Promise<void> {
  requireDatabase(config)
  const { db, close } = await connectBeside(config, say)
  try {
    const now = new Date().toISOString()
    const tokens = await allTokens(db)
    process.stdout.write(tableOf([header, ...tokens.map(token => cellsOf(token, now))]))
  } finally {
    await close()
  }
}

async function allTokens(db: Db): Promise<Token[]> {
  const tokens: Token[] = []
  for (;;) {
    const last = tokens.at(-1)
    const after = last === undefined ? null : [last.created_at, last.id]
    const rows = await listTokens(db, { limit: pageSize, after })
    tokens.push(...rows.slice(0, pageSize))
    if (rows.length <= pageSize) return tokens
  }
}

function cellsOf(token: Token, now: string): string[] {
  const { id, name, scope, person, requests_per_minute, created_at, last_used_at, expires_at, revoked_at } =
    token
  const isOver = expires_at !== null && expires_at <= now
  return [
    id,
    printable(name),
    scope,
    person ?? '-',
    String(requests_per_minute ?? '-'),
    created_at.slice(0, 10),
    last_used_at === null ? 'never' : toMinute(last_used_at),
    expires_at === null ? 'never' : toMinute(expires_at),
    revoked_at !== null ? `revoked ${toMinute(revoked_at)}` : isOver ? 'expired' : '',
  ]
}

const toMinute = (utc: string) => `${utc.slice(0, 16).replace('T', ' ')}Z`

/** A name in one cell: without characters that a terminal would obey. */
function printable(name: string): string {
  const characters = [...name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}')]
  return characters.length <= widestName
    ? characters.join('')
    : `${characters.slice(0, widestName - 1).join('')}…`
}

function tableOf(rows: string[][]): string {
  const widths = header.map((_, column) => Math.max(...rows.map(cells => [...cells[column]!].length)))
  const padded = (cell: string, width: number) => cell + ' '.repeat(width - [...cell].length)
  return rows
    .map(
      cells =>
        `${cells
          .map((cell, i) => padded(cell, widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
