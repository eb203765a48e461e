import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type pg from 'pg'
import { version } from '../../config.ts'
import { appliedIn, connectAlone, lockMigrations, nameOf } from '../migrate.ts'
import { sequencesOf, tablesOf } from './catalog.ts'
import { firstMember, format, type Manifest, manifestName, type OnProgress, pieceName } from './format.ts'
import { begin, TableReader } from './rows.ts'
import { endOfTar, type Member, tarMember } from './tar.ts'

const compress = promisify(gzip)

/** Bytes of rows in one piece: about what is held in memory. */
const pieceSize = 1024 * 1024

interface Hooks {
  /** Called with one sentence at a time. */
  log: (message: string) => void
  onProgress: OnProgress
  /** Ends it where it is, by its reason. */
  signal: AbortSignal
}

/**
 * Backs up all tables of a database, in one snapshot of it. The service may run meanwhile; a start that would migrate the
 * database waits for the end.
 * @param write takes the bytes of the file, and resolves once they are stored
 * @throws Error with one sentence where there is nothing of Debrief in the database
 */
export async function backUp(
  connection: pg.ClientConfig,
  write: (bytes: AsyncIterable<Buffer>) => Promise<void>,
  { log, onProgress, signal }: Hooks,
): Promise<Manifest> {
  const client = await connectAlone(connection, log)
  const cut = () => void client.end()
  signal.addEventListener('abort', cut)
  try {
    signal.throwIfAborted()
    await lockMigrations(client, log, 'shared')
    await begin(client, 'ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const migrations = await appliedIn(client)
    if (migrations.length === 0) throw new Error(`There is nothing of Debrief in ${nameOf(connection)}.`)
    const sequences = await sequencesOf(client)
    const manifest: Manifest = { format, debrief: version, migrations, sequences, tables: [] }
    await write(withHash(tarOf(membersOf(client, manifest, onProgress))))
    return manifest
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', cut)
    await client.end()
  }
}

/** The tables piece by piece, each of which is entered into the manifest, and then that. */
async function* membersOf(
  client: pg.Client,
  manifest: Manifest,
  onProgress: OnProgress,
): AsyncGenerator<Member> {
  yield firstMember
  let bytes = 0
  for (const table of await tablesOf(client)) {
    const reader = new TableReader(client, table)
    let pieces = 0
    for await (const piece of inPieces(reader.read())) {
      yield { name: pieceName(table.name, pieces), content: await compress(piece) }
      pieces += 1
      bytes += piece.length
      onProgress(`backing up ${table.name}`, bytes)
    }
    manifest.tables.push({ name: table.name, columns: table.columns, ...reader.digest(), pieces })
  }
  yield { name: manifestName, content: Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`) }
}

/** Cuts at the same places, however the bytes have come. */
async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let [collected, size]: [Buffer[], number] = [[], 0]
  for await (const chunk of chunks) {
    collected.push(chunk)
    size += chunk.length
    if (size < pieceSize) continue
    const all = Buffer.concat(collected)
    for (; size >= pieceSize; size -= pieceSize)
      yield all.subarray(all.length - size, all.length - size + pieceSize)
    collected = [all.subarray(all.length - size)]
  }
  if (size > 0) yield Buffer.concat(collected)
}

async function* tarOf(members: AsyncIterable<Member>): AsyncGenerator<Buffer> {
  for await (const member of members) yield* tarMember(member)
  yield endOfTar
}

async function* withHash(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const part of bytes) {
    hash.update(part)
    yield part
  }
  yield Buffer.from(`${hash.digest('hex')}\n`)
}
