import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import type { Test } from 'tap'
import { backUp } from '../../../src/db/backup/backup.ts'
import { openBackup } from '../../../src/db/backup/file.ts'
import type { Manifest } from '../../../src/db/backup/format.ts'
import { restoreInto } from '../../../src/db/backup/restore.ts'
import { seedWorld } from '../../contract/generate/world.ts'
import { amend, finalIds, givenFinal, storeFinals } from '../../export/given.ts'
import { openService, type Service } from '../../help/service.ts'
import { alert, alertGroup, makeLink } from '../../ingest/payloads.ts'
import { seal } from '../../postmortem/ready.ts'

/** Opens a service that has stored something in every table, and more than one piece of some. */
export async function givenEverything(t: Test): Promise<Service> {
  const service = await openService(t)
  const { call, db } = service
  await seedWorld(service)
  const link = await makeLink(service, 'alertmanager', { unknown: 'draft', draft_severity: 'SEV2' })
  const odd = alert({ annotations: { summary: 'A tab\t, a \\., a \\N, a "quote" and a é\u2028 in it.' } })
  await call('POST', link, { body: alertGroup([odd, alert()]), token: null })
  const drill = await givenFinal(service, 'Payments drill')
  await amend(service, drill, { title: 'Payments outage' })
  await seal(service, drill)
  await amend(service, drill, { summary: { what_broke: 'It was down for an hour.' } })
  await storeFinals(db, finalIds(3), 700_000)
  return service
}

/** A path for a file, in a folder that the test's end removes. */
export function tempFile(t: Test, name = 'debrief.tar'): string {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-backup-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}

const silent = { log: () => {}, onProgress: () => {} }

/** Backs a database up, and calls `midway` when the first bytes have come. */
export const backUpTo = (
  file: string,
  connection: pg.ClientConfig,
  midway: () => Promise<unknown> = async () => {},
): Promise<Manifest> =>
  backUp(connection, bytes => pipeline(thenCall(bytes, midway), createWriteStream(file)), {
    ...silent,
    signal: new AbortController().signal,
  })

async function* thenCall(bytes: AsyncIterable<Buffer>, midway: () => Promise<unknown>) {
  let isFirst = true
  for await (const part of bytes) {
    if (isFirst) await midway()
    isFirst = false
    yield part
  }
}

type Opened = Awaited<ReturnType<typeof openBackup>>

/** Restores a file, or what `changed` makes of it. Returns what was said. */
export async function restoreFrom(
  file: string,
  connection: pg.ClientConfig,
  changed = (backup: Opened) => backup,
): Promise<string[]> {
  const said: string[] = []
  const backup = await openBackup(file, () => {})
  try {
    await restoreInto(connection, changed(backup), { ...silent, log: message => said.push(message) })
    return said
  } finally {
    await backup.close()
  }
}

/** The rows of one query, on a connection of its own. */
export async function query(connection: pg.ClientConfig, sql: string): Promise<any[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** What is in a database, but for what every new one has. */
export const contentOf = (connection: pg.ClientConfig) =>
  query(
    connection,
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
     UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
  )
