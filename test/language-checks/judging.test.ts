import { sql } from 'kysely'
import t from 'tap'
import type { VersionedBlameCheck } from '../../src/http/context.ts'
import { lockDocument, lockJudgements } from '../../src/incidents/locks.ts'
import { type BlameCheck, entries, prepareBlameCheck } from '../../src/language/check.ts'
import { judgeTexts, type TextInField } from '../../src/language-checks/judging.ts'
import { keepJudgements, readJudgements, textsVersion } from '../../src/language-checks/store.ts'
import { checkVersion } from '../../src/language-checks/version.ts'
import { openIncident } from '../help/cast.ts'
import { openService } from '../help/service.ts'

/** The judgements that are kept of an incident's texts, and when they count. */

const { db, ...service } = await openService(t)
const newIncident = async () => (await openIncident({ ...service, db })).replace('/v1/incidents/', '')

const plain = 'Checkout fails.'
const blaming = '📟 Errors rose. At 14:08 the on-call engineer forgot to check the replica. It recovered.'

/** A check, with the texts that reached it. */
function counted(check: BlameCheck = prepareBlameCheck([]), version = 'one') {
  const asked: string[] = []
  const judge: BlameCheck['judge'] = (text, options) => {
    asked.push(text)
    return check.judge(text, options)
  }
  return { ...check, judge, version, asked }
}

async function run(incident: string, texts: TextInField[], check: VersionedBlameCheck) {
  const { judgements, changes } = await judgeTexts(db, { id: incident, lang: null }, texts, check)
  await keepJudgements(db, incident, changes, await textsVersion(db, incident))
  return judgements
}

const event = (text: string): TextInField => ({ field: 'event', text })
const keptKeys = async (incident: string) => [...(await readJudgements(db, incident)).keys()].sort()

t.test('a text is judged once, in each field in which it stands', async t => {
  const incident = await newIncident()
  const check = counted()
  const texts = [event(blaming), event(plain), event(plain), { field: 'factor' as const, text: plain }]
  const first = await run(incident, texts, check)
  t.same(check.asked, [blaming, plain, plain])
  t.same(await run(incident, texts, check), first)
  t.equal(check.asked.length, 3)
})

t.test('what is kept says what the check said, of every kind of sentence', async t => {
  const incident = await newIncident()
  const sentences = entries.flatMap(({ finds, leaves }) => [finds, leaves])
  const texts = sentences.flatMap(text =>
    [text, `📟 **Then** — ${text} ${text}`, `- ${text}\n\n> 👩🏽‍🚒 ${text}\n\n${text}`].map(event),
  )
  texts.push(event('She *forgot* it. 👩‍🚒 She *forgot* it.'), event('**[Sam](https://example.org)** lied.'))
  const check = prepareBlameCheck(['Sam Okoro'])
  await run(incident, texts, { ...check, version: 'one' })
  const judgements = await run(incident, texts, { ...check, version: 'one' })
  t.ok(judgements.filter(({ findings }) => findings.length > 1).length > 100)
  for (const { text, field, unjudged, findings } of judgements)
    t.same({ unjudged, findings }, check.judge(text, { field }), text)
})

t.test('of a text nothing is stored but its hash', async t => {
  const incident = await newIncident()
  await run(incident, [event(blaming)], counted(prepareBlameCheck(['replica'])))
  const [row, ...others] = await db
    .selectFrom('language_judgements')
    .selectAll()
    .where('incident_id', '=', incident)
    .execute()
  t.same(others, [])
  t.same(row!.findings, [{ code: 'omission', level: 'sure', span: [24, 51], sentence: [16, 74] }])
  t.notMatch(JSON.stringify(row), /engineer|replica/)
})

t.test('a new name makes exactly the texts be judged anew that have it', async t => {
  const incident = await newIncident()
  const texts = ['Xiulan missed the warning.', 'The warning came to Kim and xma in time.', plain].map(event)
  await run(incident, texts, counted())
  const more = counted(prepareBlameCheck(['Xiulan Ma', 'xma', 'Lee Larsen']))
  const [first] = await run(incident, texts, more)
  t.same(
    more.asked,
    texts.slice(0, 2).map(({ text }) => text),
  )
  t.match(first, { findings: [{ code: 'omission' }] })
  const without = counted()
  t.match(await run(incident, texts, without), [{ findings: { length: 0 } }])
  t.equal(without.asked.length, 2, 'and again when the person has another name')
  await run(incident, texts, without)
  t.equal(without.asked.length, 2)
})

t.test('what another version of the check said does not count', async t => {
  const incident = await newIncident()
  await run(incident, [event(plain), event(blaming)], counted())
  const next = counted(undefined, 'two')
  await run(incident, [event(plain), event(blaming)], next)
  t.equal(next.asked.length, 2)
  await run(incident, [event(plain), event(blaming)], next)
  t.equal(next.asked.length, 2)
  t.match(checkVersion, /^[0-9a-f]{64}$/)
})

t.test('why a text was not judged is kept, too', async t => {
  const incident = await newIncident()
  const check = counted({ ...prepareBlameCheck([]), judge: () => ({ unjudged: 'code', findings: [] }) })
  await run(incident, [event(plain)], check)
  t.match(await run(incident, [event(plain)], check), [{ unjudged: 'code', findings: [] }])
  t.equal(check.asked.length, 1)
})

t.test('what was said of a text that is gone goes', async t => {
  const incident = await newIncident()
  await run(incident, [event(plain), event(blaming)], counted())
  const two = await keptKeys(incident)
  await run(incident, [event(plain)], counted())
  t.match(await keptKeys(incident), { length: 1 })
  await run(incident, [event(plain), event(blaming)], counted())
  t.same(await keptKeys(incident), two)
  await run(incident, [], counted())
  t.same(await keptKeys(incident), [])
})

t.test(
  'nothing is kept of texts that were read before a change, a redaction or the end of the incident',
  async t => {
    const incident = await newIncident()
    const path = `/v1/incidents/${incident}`
    const { changes } = await judgeTexts(db, { id: incident, lang: null }, [event(blaming)], counted())
    const keep = async (version: string) => {
      await keepJudgements(db, incident, changes, version)
      return (await keptKeys(incident)).length
    }
    const redaction = { pointers: ['/title'], reason: 'It had a token.' }
    for (const [method, where, body] of [
      ['PATCH', path, { title: 'Another' }],
      ['PUT', `${path}/redaction`, redaction],
    ] as const) {
      const before = await textsVersion(db, incident)
      t.equal((await service.call(method, where, { body })).status, 200)
      t.equal(await keep(before), 0, method)
    }
    const last = await textsVersion(db, incident)
    t.equal(await keep(last), 1)
    t.equal((await service.call('DELETE', path)).status, 204)
    t.equal(await keep(last), 0)
  },
)

t.test('where nothing can be kept, the texts are judged all the same', async t => {
  const incident = await newIncident()
  const { changes } = await judgeTexts(db, { id: incident, lang: null }, [event(blaming)], counted())
  await sql`ALTER TABLE language_judgements ADD CONSTRAINT none CHECK (false) NOT VALID`.execute(db)
  t.teardown(() => sql`ALTER TABLE language_judgements DROP CONSTRAINT IF EXISTS none`.execute(db))
  await keepJudgements(db, incident, changes, await textsVersion(db, incident))
  const { status, body } = await service.call('GET', `/v1/incidents/${incident}/checks`)
  t.equal(status, 200)
  t.ok(body.language.judged + body.language.not_judged.length > 0)
  t.same(await keptKeys(incident), [])
  await sql`ALTER TABLE language_judgements DROP CONSTRAINT none`.execute(db)
})

t.test('others have their turn while many texts are judged, for however many callers', async t => {
  const incident = await newIncident()
  let turns = 0
  const turnsAtEach: number[] = []
  const slow: BlameCheck = {
    ...prepareBlameCheck([]),
    judge: () => {
      turnsAtEach.push(turns)
      for (const end = performance.now() + 25; performance.now() < end; );
      return { unjudged: null, findings: [] }
    },
  }
  const turn = () => {
    turns += 1
    next = setImmediate(turn)
  }
  let next = setImmediate(turn)
  const texts = Array.from({ length: 6 }, (_, i) => event(`Node ${i} was drained.`))
  const judge = () => judgeTexts(db, { id: incident, lang: null }, texts, { ...slow, version: 'slow' })
  await Promise.all([judge(), judge(), judge()])
  clearImmediate(next)
  t.equal(turnsAtEach.length, 3 * texts.length)
  t.equal(new Set(turnsAtEach).size, 3 * texts.length)
})

t.test('no text is judged for a caller who has gone, and what was judged before can be kept', async t => {
  const incident = await newIncident()
  const caller = new AbortController()
  const check = counted()
  const judge: BlameCheck['judge'] = (text, options) => {
    if (check.asked.length === 1) caller.abort()
    return check.judge(text, options)
  }
  await run(incident, [event('The old text.')], counted())
  const texts = [event(plain), event(blaming), event('It recovered at 14:20.')]
  const judgements = await run(incident, texts, { ...check, judge, gone: caller.signal })
  t.same(check.asked, [plain, blaming])
  t.equal(judgements.length, 2)
  t.match(await keptKeys(incident), { length: 3 }, 'and nothing is taken for stale that was not reached')
})

t.test('of a text the first twenty sentences are kept', async t => {
  const incident = await newIncident()
  const texts = [event('She forgot it. '.repeat(25))]
  for (const round of [1, 2]) {
    const [judgement] = await run(incident, texts, counted())
    t.equal(judgement!.findings.length, 20, `round ${round}`)
  }
})

t.test('what an incident is said to be written in counts', async t => {
  const incident = await newIncident()
  const texts = [
    event('Zahlung fehlgeschlagen, Rollback durch Operator'),
    event('We forgot to check the replica.'),
  ]
  const judged = async (lang: string | null) => {
    const { judgements, changes } = await judgeTexts(db, { id: incident, lang }, texts, counted())
    await keepJudgements(db, incident, changes, await textsVersion(db, incident))
    return judgements.map(({ unjudged, findings }) => unjudged ?? findings.length)
  }
  t.same(await judged(null), [0, 1])
  t.same(await judged('de-AT'), ['another_language', 1])
  t.same(await judged('en-GB'), [0, 1])
})

t.test('who has only read waits for nobody who writes', async t => {
  const incident = await newIncident()
  const { changes } = await judgeTexts(db, { id: incident, lang: null }, [event(plain)], counted())
  for (const lock of [lockDocument, lockJudgements])
    await db.transaction().execute(async trx => {
      await lock(trx, incident)
      await keepJudgements(db, incident, changes, await textsVersion(db, incident))
      t.same(await keptKeys(incident), [], lock.name)
    })
  await keepJudgements(db, incident, changes, await textsVersion(db, incident))
  t.match(await keptKeys(incident), { length: 1 })
})
