import t from 'tap'
import type { Finding } from '../../../src/language/check.ts'
import { agendaDocument } from '../../../src/postmortem/checks/agenda.ts'
import { checksEtag, checksOf, toChecks } from '../../../src/postmortem/checks/checks.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { shownOf } from '../../../src/postmortem/shown.ts'
import { openService } from '../../help/service.ts'
import { drill } from '../drill.ts'
import { givenReady, seal } from '../ready.ts'

/** A sentence that blames is asked about, and holds nothing back. */

const service = await openService(t)
const { call } = service

const blaming = 'Sam should have seen the page sooner.'
const waiver = (incident: string) => `${incident}/checks/BLAME_LANGUAGE/waiver`

/** A postmortem whose only trouble is a sentence of its second factor. */
async function givenBlaming(): Promise<string> {
  const incident = await givenReady(service)
  await call('PATCH', `${incident}/factors/2`, { body: { statement: blaming } })
  return incident
}

t.test('the check has what the language check finds', async t => {
  const { items, can_seal } = (await call('GET', `${await givenBlaming()}/checks`)).body
  const { body } = await call('POST', '/v1/language-checks', { body: { text: blaming, field: 'factor' } })
  t.same(
    items.map(({ level, finding }: any) => [level, finding]),
    [['warning', body.findings[0]]],
  )
  t.match(items[0], { pointer: '/factors/2/statement', waiver: null, waive_with: null })
  t.match(items[0].finding, { code: 'should_have', level: 'sure', span: [Number, Number] })
  t.equal(items[0].message, `“${blaming}” ${items[0].finding.why} ${items[0].finding.question}`)
  t.equal(can_seal, true)
})

t.test('it is sealed as it stands, and nothing says that it was asked about', async t => {
  const incident = await givenBlaming()
  t.equal((await seal(service, incident)).status, 201)
  const { body } = await call('GET', `${incident}/revisions/1`)
  t.match(body.markdown, blaming)
  t.same(body.postmortem.waivers, [])
  t.notMatch(body.markdown, 'BLAME_LANGUAGE')
})

t.test('the agenda and the page of the working copy ask', async t => {
  const incident = await givenBlaming()
  const [check] = (await call('GET', `${incident}/checks`)).body.items
  const agenda = await call('GET', `${incident}/review/agenda`)
  t.match(agenda.text, `“${blaming}” (factor 2)`)
  t.match(agenda.text, check.finding.question)
  const { text } = await call('GET', `${incident}/postmortem.html`)
  t.match(text, `<li>${check.message}</li>`)
  t.match(text, 'Worth a thought')
  t.notMatch(text, 'Before it can be final')
})

t.test('there is nothing to waive', async t => {
  const incident = await givenBlaming()
  t.match(await call('PUT', waiver(incident), { body: { reason: 'It is quoted.' } }), {
    status: 409,
    body: {
      code: 'not_waivable',
      detail: 'BLAME_LANGUAGE cannot be waived: it holds nothing back, so there is nothing to waive.',
    },
  })
  const findings = [{ pointer: '/factors/2/statement', text_sha256: '0'.repeat(64) }]
  t.match(await call('PUT', waiver(incident), { body: { reason: 'It is quoted.', findings } }), {
    status: 422,
    body: { errors: [{ pointer: '/findings', code: 'unknown' }] },
  })
  t.equal((await call('GET', waiver(incident))).status, 404)
})

const finding = (level: Finding['level'], sentence: string): Finding => ({
  ...{ code: 'omission', level, span: [0, 3], sentence },
  ...{ why: 'It names what was left undone.', question: 'What would have shown it?' },
})

t.test('what is perhaps one says so, and comes after what is sure', async t => {
  const findings = [
    { ...finding('perhaps', 'Nobody looked.'), pointer: '/factors/1/statement', ids: ['1'] },
    { ...finding('sure', 'Sam forgot it.'), pointer: '/factors/2/statement', ids: ['2'] },
  ]
  const data = shownOf(drill())
  const input = {
    data,
    size: { count: data.events.length, octets: 0, largest: 0 },
    timeline: data.events,
    inactive: new Set<string>(),
    findings,
    language: { judged: 2, found: 2, not_judged: [] },
    now: '2026-06-19T15:00:00.000Z',
  }
  const checks = checksOf(input).filter(({ code }) => code === 'BLAME_LANGUAGE')
  t.same(
    checks.map(({ message }) => message),
    [
      '“Nobody looked.” Perhaps it names what was left undone. What would have shown it?',
      '“Sam forgot it.” It names what was left undone. What would have shown it?',
    ],
    'the checks are in the order of the document',
  )
  const { pointer: _, ids: __, ...first } = findings[0]!
  t.same(checks[0]!.finding, first, 'the place stands in the check alone')
  t.same(toMarkdown(agendaDocument(input, checks)).match(/^- “.*?(?= *$)/gm), [
    '- “Sam forgot it.” (factor 2)',
    '- “Nobody looked.” (factor 1; perhaps)',
  ])
})

t.test('of hundreds the first are listed, the others counted', async t => {
  const incident = await givenReady(service)
  const sections = ['One', 'Two'].map(heading => ({ heading, body: 'She forgot it. '.repeat(25) }))
  const sentences = Array.from({ length: 12 }, () => 'She forgot it. '.repeat(25))
  await call('PATCH', incident, { body: { sections, went_poorly: sentences } })
  const { body } = await call('GET', `${incident}/checks`)
  t.equal(body.items.length, 200)
  t.equal(body.language.found, 14 * 20)
  t.same(body.not_listed, [{ code: 'BLAME_LANGUAGE', count: 80 }])
  t.match((await call('GET', `${incident}/review/agenda`)).text, '- and 270 more\n')
})

t.test('also of the other checks the first are listed, and all of them count', async t => {
  const data = shownOf(drill())
  const [first] = data.events
  const remembered = { sources: [{ ...first!.sources[0]!, kind: 'statement' as const }] }
  data.events = Array.from({ length: 250 }, () => ({ ...first!, ...remembered }))
  const input = {
    ...{
      data,
      timeline: data.events,
      size: { count: 250, octets: 0, largest: 0 },
      inactive: new Set<string>(),
    },
    ...{ findings: [], language: { judged: 0, found: 0, not_judged: [] }, now: '2026-06-19T15:00:00.000Z' },
  }
  const checks = checksOf(input)
  const { items, not_listed } = toChecks({ input, checks, etag: '' })
  t.equal(items.filter(({ code }) => code === 'STATEMENT_ONLY').length, 200)
  t.same(not_listed, [{ code: 'STATEMENT_ONLY', count: 50 }])
  t.equal(items.length + 50, checks.length)
  let turns = 0
  const counted = {
    areOver: () => true,
    next: async () => {
      turns += 1
    },
  }
  const etag = await checksEtag(input, checks, 'digest', counted)
  t.ok(turns > checks.length, 'others have their turn while all of it is hashed')
  t.match(etag, /^"[0-9a-f]{64}"$/)
  t.not(await checksEtag(input, checks, 'another digest', counted), etag)
})
