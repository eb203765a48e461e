import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import t from 'tap'
import { transact } from '../../../src/db/transact.ts'
import type { VersionedBlameCheck } from '../../../src/http/context.ts'
import { sha256Hex } from '../../../src/kit/json/json.ts'
import { cacheBlameCheck } from '../../../src/language-checks/checker.ts'
import { readJudgements } from '../../../src/language-checks/store.ts'
import type { ChecksRun } from '../../../src/postmortem/checks/check-input.ts'
import { runChecks } from '../../../src/postmortem/checks/run-checks.ts'
import { shareRuns } from '../../../src/postmortem/checks/shared-runs.ts'
import { seal as sealWithin } from '../../../src/postmortem/sealing/lifecycle.ts'
import { observed, openIncident } from '../../help/cast.ts'
import { scaled } from '../../help/measuring/scale.ts'
import { openService } from '../../help/service.ts'
import { givenReady, seal } from '../ready.ts'

/** The checks have a text judged once, and what was said of it goes with the text. */

const service = await openService(t)
const { call, db, connection } = service
const currentCheck = cacheBlameCheck(service.database)
const now = '2026-06-18T09:00:00.000Z'
const idOf = (incident: string) => incident.replace('/v1/incidents/', '')

/** The service's own check, with the texts that reach it. */
async function counted(): Promise<{ check: VersionedBlameCheck; asked: string[] }> {
  const asked: string[] = []
  const check = await currentCheck()
  const judge: VersionedBlameCheck['judge'] = (text, options) => {
    asked.push(text)
    return check.judge(text, options)
  }
  return { check: { ...check, judge }, asked }
}

/** The texts that a run of the checks has judged anew. */
async function judgedAnew(incident: string): Promise<string[]> {
  const { check, asked } = await counted()
  await runChecks(db, idOf(incident), check, now)
  return asked
}

const isKept = async (incident: string, text: string) =>
  [...(await readJudgements(db, idOf(incident))).keys()].some(key => key.startsWith(sha256Hex(text)))
const countKept = async (incident: string) => (await readJudgements(db, idOf(incident))).size
const checks = (incident: string) => call('GET', `${incident}/checks`)
async function addEvent(incident: string, description: string): Promise<string> {
  const body = observed({ dedupe_key: description, description })
  const answer = await call('POST', `${incident}/events`, { body })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body.id
}

/** Adds many events that are like one, with descriptions of their own. */
async function addEvents(incident: string, count: number): Promise<void> {
  const { rows } = await sql<{ columns: string }>`
    SELECT string_agg(quote_ident(attname), ', ') AS columns FROM pg_attribute
    WHERE attrelid = 'events'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`.execute(db)
  const { columns } = rows[0]!
  const id = await addEvent(incident, 'Node 0 was drained by the on-call engineer.')
  await sql`
    INSERT INTO events (${sql.raw(columns)})
    SELECT ${sql.raw(columns)} FROM (SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'dedupe_key', 'node ' || n,
      'description', 'Node ' || n || ' was drained by the on-call engineer.', 'sequence', e.sequence + n))).*
      FROM events e, generate_series(1, ${count - 1}::int) n WHERE e.id = ${id}) more`.execute(db)
}

const lastEvent = async (incident: string) => (await call('GET', `${incident}/events`)).body.items.at(-1)

t.test('a second run judges nothing anew, also after a restart', async t => {
  const incident = await givenReady(service)
  await call('PATCH', `${incident}/factors/2`, { body: { statement: 'Sam should have seen the page.' } })
  const first = await checks(incident)
  t.ok(first.body.language.judged > 10)
  t.same(await judgedAnew(incident), [])
  t.same((await checks(incident)).body, first.body)
  const restarted = await openService(t, { on: connection })
  const again = await restarted.call('GET', `${incident}/checks`)
  t.same([again.body, again.headers.etag], [first.body, first.headers.etag])
  t.same(await judgedAnew(incident), [])
})

t.test('a person whose name occurs in texts makes exactly these be judged anew', async t => {
  const incident = await givenReady(service)
  const named = 'Xiulan missed the warning.'
  await call('PATCH', incident, { body: { went_poorly: [named, 'The warning came late.'] } })
  t.notMatch((await checks(incident)).body.items, [{ code: 'BLAME_LANGUAGE' }])
  await call('PUT', '/v1/people/lee', { body: { name: 'Lee Larsen' } })
  t.same(await judgedAnew(incident), [])
  await call('PUT', '/v1/people/xma', { body: { name: 'Xiulan Ma' } })
  t.same(await judgedAnew(incident), [named])
  t.match((await checks(incident)).body.items, [{ code: 'BLAME_LANGUAGE', pointer: '/went_poorly/0' }])
})

t.test('a text that was changed is judged anew, and what was said of the old one goes', async t => {
  const incident = await givenReady(service)
  const [before, after] = ['The cache masked the errors.', 'The cache hid the errors.']
  await checks(incident)
  t.ok(await isKept(incident, before))
  const count = await countKept(incident)
  await call('PATCH', `${incident}/factors/2`, { body: { statement: after } })
  t.same(await judgedAnew(incident), [after])
  t.notOk(await isKept(incident, before))
  t.equal(await countKept(incident), count)
})

t.test('of a long timeline nothing is judged twice', async t => {
  const incident = await openIncident(service)
  const count = scaled(2000, 20_000)
  await addEvents(incident, count)
  t.equal((await judgedAnew(incident)).length, count + 1, 'the title, too')
  t.same(await judgedAnew(incident), [])
  t.equal(await countKept(incident), count + 1)
})

t.test('who asks again after the time was over goes on where it ended', async t => {
  const incident = await openIncident(service)
  await addEvents(incident, 9)
  const caller = new AbortController()
  const { check, asked } = await counted()
  const judge: VersionedBlameCheck['judge'] = (text, options) => {
    if (asked.length === 3) caller.abort(new Error('gone'))
    return check.judge(text, options)
  }
  const ended = runChecks(db, idOf(incident), { ...check, judge, gone: caller.signal }, now)
  await t.rejects(ended, { message: 'gone' })
  t.equal(asked.length, 4)
  t.equal((await judgedAnew(incident)).length, 10 - 4)
  const gone = AbortSignal.abort(new Error('gone'))
  const unread = runChecks(db, 'PM-2026-06-17-no-such', { ...check, gone }, now)
  await t.rejects(unread, { message: 'gone' }, 'and who has gone before has nothing read')
})

t.test('who asks while the checks of an incident run share the next run', async t => {
  const begun: { incident: string; gone: AbortSignal; end: (run?: Error) => void }[] = []
  const runs = shareRuns(
    (incident, gone) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve({ etag: `${n}` } as ChecksRun))
        const n = begun.push({ incident, gone, end })
      }),
  )
  const callers: AbortController[] = []
  const ask = async (incident: string) => {
    const caller = new AbortController()
    callers.push(caller)
    return runs(incident, caller.signal).then(
      ({ etag }) => etag,
      ({ message }) => message,
    )
  }
  const first = [ask('a'), ask('a')]
  await nextTurn()
  t.equal(begun.length, 1)
  const second = [ask('a'), ask('a')]
  const other = ask('b')
  await nextTurn()
  t.same(
    begun.map(({ incident }) => incident),
    ['a', 'b'],
    'other incidents do not wait',
  )
  callers[0]!.abort()
  t.notOk(begun[0]!.gone.aborted, 'one still waits')
  callers[1]!.abort(new Error('gone'))
  t.ok(begun[0]!.gone.aborted, 'and now nobody does')
  begun[0]!.end(new Error('ended'))
  await nextTurn()
  begun[1]!.end()
  begun[2]!.end()
  t.same(await Promise.all([...first, other, ...second]), ['ended', 'ended', '2', '3', '3'])

  const last = [ask('a'), ask('a')]
  for (const caller of callers.slice(-2)) caller.abort(new Error('gone'))
  last.push(ask('a'))
  await nextTurn()
  t.equal(begun.length, 4, 'who has gone has nothing run')
  begun[3]!.end()
  t.same(await Promise.all(last), ['gone', 'gone', '4'])
  callers[0]!.abort()
  await t.rejects(async () => runs('a', callers[0]!.signal), 'nor who had gone before')
})

t.test('of all who ask for the checks of an incident at once, one connection is taken', async t => {
  const incident = await openIncident(service)
  await checks(incident)
  const other = new pg.Client(connection)
  await other.connect()
  t.teardown(() => other.end())
  await other.query('BEGIN; LOCK TABLE waivers IN ACCESS EXCLUSIVE MODE')
  const waiting = `SELECT 1 FROM pg_locks WHERE relation = 'waivers'::regclass AND NOT granted`
  const answers = Array.from({ length: 12 }, (_, i) =>
    i % 2 ? checks(incident) : call('GET', `${incident}/review/agenda`),
  )
  while ((await other.query(waiting)).rowCount === 0) await nextTurn()
  const { open, free, waiting: queue } = service.database.pool()
  t.same([open - free, queue], [1, 0])
  await other.query('ROLLBACK')
  for (const { status } of await Promise.all(answers)) t.equal(status, 200)
})

t.test('sealing finds every judgement kept', async t => {
  const incident = await givenReady(service)
  await runChecks(db, idOf(incident), await currentCheck(), now)
  const { check, asked } = await counted()
  const facts = { changed_by: 'token:admin', changed_at: now, request_id: 'sealed here' }
  const write = { facts, scope: 'review' as const, expected: null }
  await transact(db, trx => sealWithin(trx, idOf(incident), check, write, () => {}))
  t.same(asked, [])
})

t.test('checks that run at once do not fail, nor do writers beside them', async t => {
  const incident = await givenReady(service)
  await addEvents(incident, 200)
  for (let round = 0; round < scaled(5, 100); round += 1) {
    const body = { went_well: [`It was up again after ${round} minutes.`] }
    const event = await addEvent(incident, `Node r${round} was drained.`)
    await db.deleteFrom('language_judgements').where('incident_id', '=', idOf(incident)).execute()
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => checks(incident)),
      call('PATCH', incident, { body }),
      call('DELETE', `${incident}/events/${event}`),
      call('GET', `${incident}/postmortem.html`),
      call('PUT', `${incident}/redaction`, {
        body: { pointers: ['/went_well/0'], reason: 'It had a token.' },
      }),
    ])
    t.same(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200, 204, 200, 200],
    )
  }
  await judgedAnew(incident)
  t.same(await judgedAnew(incident), [])
})

t.test('a redaction takes what was said of the texts with it', async t => {
  const incident = await givenReady(service)
  await checks(incident)
  t.ok((await countKept(incident)) > 0)
  const { id } = await lastEvent(incident)
  const body = { pointers: ['/sources/0/excerpt'], reason: 'It had a token.' }
  t.equal((await call('PUT', `${incident}/events/${id}/redaction`, { body })).status, 200)
  t.equal(await countKept(incident), 0)
})

t.test('an event that is deleted takes what was said of the texts with it', async t => {
  const incident = await openIncident(service)
  const description = 'Node “ä” 📟 was drained.'
  const id = await addEvent(incident, description)
  await addEvent(incident, 'Node b was drained.')
  await checks(incident)
  t.ok(await isKept(incident, description))
  t.equal((await call('DELETE', `${incident}/events/${id}`)).status, 204)
  t.equal(await countKept(incident), 0)
})

t.test('so does a factor, with its counterfactual', async t => {
  const incident = await givenReady(service)
  const statement = 'The page went to one phone.'
  const counterfactual = { if: 'the page', had: 'gone to two phones', would_have: 'ended sooner' }
  const { body } = await call('POST', `${incident}/factors`, {
    body: { category: 'detection', statement, counterfactual, events: [(await lastEvent(incident)).id] },
  })
  await checks(incident)
  const said = 'If the page had gone to two phones, the incident would have ended sooner.'
  for (const text of [statement, said]) t.ok(await isKept(incident, text))
  t.equal((await call('DELETE', `${incident}/factors/${body.number}`)).status, 204)
  for (const text of [statement, said]) t.notOk(await isKept(incident, text))
})

t.test('an amendment that is taken back, and an incident that is deleted, leave nothing', async t => {
  const incident = await givenReady(service)
  t.equal((await seal(service, incident)).status, 201)
  const body = { author: 'ana', reason: 'A source was missing.' }
  t.equal((await call('POST', `${incident}/amendments`, { body })).status, 201)
  await addEvent(incident, 'Node c was drained.')
  await checks(incident)
  t.ok(await isKept(incident, 'Node c was drained.'))
  t.equal((await call('DELETE', `${incident}/amendments/current`)).status, 204)
  t.equal(await countKept(incident), 0)

  const draft = await openIncident(service)
  await checks(draft)
  t.ok((await countKept(draft)) > 0)
  t.equal((await call('DELETE', draft)).status, 204)
  t.equal(await countKept(draft), 0)
})
