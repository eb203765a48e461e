import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { Db } from '../../src/db/open.ts'
import { sha256Hex } from '../../src/kit/json/json.ts'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { amend, finalIds, givenFinal, idOf, storeFinals } from '../export/given.ts'
import { command, startService } from '../help/command.ts'
import { openService } from '../help/service.ts'
import { seal } from '../postmortem/ready.ts'

const verified = (t: Test, settings: Record<string, string>) => command(t, ['verify'], settings).ended

/** Changes a sealed row with its trigger disabled, as somebody with the database's password could. */
async function tamper(db: Db, change: ReturnType<typeof sql>): Promise<void> {
  await sql`ALTER TABLE revisions DISABLE TRIGGER revisions_stay`.execute(db)
  await change.execute(db)
  await sql`ALTER TABLE revisions ENABLE TRIGGER revisions_stay`.execute(db)
}

t.test('each revision whose bytes are not those that were sealed is named, with both hashes', async t => {
  const service = await openService(t)
  const { db, call, connection } = service
  const settings = { DATABASE_URL: connection.connectionString! }
  const incident = await givenFinal(service, 'Payments drill')
  await amend(service, incident, { title: 'Payments outage' })
  await seal(service, incident)
  await storeFinals(db, finalIds(1001), 10)
  const whole = await verified(t, settings)
  t.match(whole, { code: 0, stdout: '1003 revisions verified, 0 do not match\n' })
  t.match(whole.stderr, /^1000 revisions verified so far\n$/)

  const { body } = await call('GET', `${incident}/revisions/1`)
  await tamper(db, sql`UPDATE revisions SET markdown = markdown || ' ' WHERE sequence = ${body.sequence}`)
  const other = '0'.repeat(64)
  await tamper(db, sql`UPDATE revisions SET json_sha256 = ${other} WHERE incident_id LIKE '%-bulk-7'`)
  const { rows } = await sql<{ incident_id: string; json: string }>`
    SELECT incident_id, json FROM revisions WHERE incident_id LIKE '%-bulk-7'`.execute(db)
  const { code, stdout } = await verified(t, settings)
  t.equal(code, 1)
  t.same(stdout.trimEnd().split('\n'), [
    `${idOf(incident)} revision 1: markdown_sha256 is stored as ${body.markdown_sha256}, its bytes give ${sha256Hex(`${body.markdown} `)}`,
    `${rows[0]!.incident_id} revision 1: json_sha256 is stored as ${other}, its bytes give ${sha256Hex(rows[0]!.json)}`,
    '1003 revisions verified, 2 do not match',
  ])
})

t.test('a folder without a database is a mistake, and stays as it is', async t => {
  const data = `${tempFolder(t)}/typo`
  const { code, stdout, stderr } = await verified(t, { DEBRIEF_DATA: data })
  t.match({ code, stdout }, { code: 1, stdout: '' })
  t.match(stderr, /^There is no database in .*typo: set DEBRIEF_DATA .*\.\n$/)
  t.notOk(existsSync(data))
})

t.test('it runs beside the service, and without it', async t => {
  const data = tempFolder(t)
  const service = await startService(t, { DEBRIEF_DATA: data })
  const nothing = { code: 0, stdout: '0 revisions verified, 0 do not match\n' }
  t.match(await verified(t, { DEBRIEF_DATA: data }), nothing)
  t.equal(service.child.exitCode, null, 'the service goes on')
  service.child.kill('SIGTERM')
  await service.ended
  t.match(await verified(t, { DEBRIEF_DATA: data }), nothing)
})
