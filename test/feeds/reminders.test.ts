import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import t from 'tap'
import { toText } from '../../src/feeds/reminders/text.ts'
import { givenDrill, givenFactor, givenIncident, givenItem, refusal } from '../action-items/given.ts'
import { openService } from '../help/service.ts'

/** Who is reminded of what, as JSON and as a message. Today is 2026-06-27; what is made here was made on 2026-06-10. */

const service = await openService(t, { now: '2026-06-10T09:00:00.000Z' })
const { call, clock } = service
await givenDrill(service)
await givenFactor(service)
const outage = await givenIncident(service, 'Outage', '2026-05-01', {
  severity: 'SEV1',
  services: ['search'],
})
await givenFactor(service, outage)
const late = await givenItem(service, { title: 'Late', due_on: '2026-06-24' })
await givenItem(service, { title: 'Later', due_on: '2026-06-26', priority: 'P0' })
await givenItem(service, { title: 'Today', due_on: '2026-06-27' })
await givenItem(service, { title: 'Soon', due_on: '2026-06-30', owner: 'sam' })
const idle = await givenItem(service, { title: 'Idle', due_on: '2026-09-01', owner: 'ana' }, outage)
await givenItem(service, { title: 'Idea', status: 'proposed', due_on: '2026-06-01' })
const done = await givenItem(service, { title: 'Over', due_on: '2026-06-02' })
await call('PUT', `${done}/closure`, { body: { evidence_urls: ['https://git.carta.example/1'] } })
clock.now = new Date('2026-06-20T09:00:00.000Z')
await givenItem(service, { title: 'Fresh', due_on: '2026-08-01', owner: 'ana' })
clock.now = new Date('2026-06-27T09:00:00.000Z')

const url = '/v1/action-items/reminders'
const read = async (query = '') => (await call('GET', `${url}?${query}`)).body
const asText = async (query = '') =>
  (await call('GET', `${url}?${query}`, { headers: { accept: 'text/plain' } })).text
const headings = ['overdue', 'due', 'untouched'] as const
/** `priya overdue Late, Later` for each owner and heading that has any. */
const told = async (query = '') =>
  (await read(query)).owners.flatMap((owner: any) =>
    headings
      .filter(heading => owner[heading].length > 0)
      .map(
        heading => `${owner.owner} ${heading} ${owner[heading].map((item: any) => item.title).join(', ')}`,
      ),
  )

t.test('each owner is reminded of what is overdue, due soon or untouched, each item once', async t => {
  const body = await read()
  t.match(body, { as_of: '2026-06-27', tz: 'UTC', within: '3d', untouched: '14d', more_owners: 0 })
  t.strictSame(body.count, { overdue: 2, due: 2, untouched: 1 })
  t.same(await told(), ['priya overdue Late, Later', 'priya due Today', 'sam due Soon', 'ana untouched Idle'])
  t.strictSame(body.owners[0].count, { overdue: 2, due: 1, untouched: 0 })
  t.strictSame(body.owners[2].untouched, [
    {
      ...{ incident_id: 'PM-2026-05-01-outage', id: 'AI-1', title: 'Idle', incident_title: 'Outage' },
      ...{ severity: 'SEV1', priority: 'P1', due_on: '2026-09-01', days_overdue: 0, days_untouched: 17 },
      page: null,
    },
  ])
})

t.test('the spans say how soon and how long', async t => {
  const cases: [query: string, told: string[]][] = [
    ['owner=sam&within=2d', ['sam untouched Soon']],
    ['owner=sam&within=2d&untouched=18d', []],
    ['owner=ana&within=66d', ['ana due Fresh, Idle']],
    ['owner=ana&within=65d', ['ana due Fresh', 'ana untouched Idle']],
    ['owner=ana&untouched=7d', ['ana untouched Idle, Fresh']],
    ['owner=ana&untouched=8d', ['ana untouched Idle']],
    ['owner=ana&untouched=17d', ['ana untouched Idle']],
    ['owner=ana&untouched=18d', []],
    ['owner=ana&untouched=18d&as_of=2026-06-28', ['ana untouched Idle']],
    ['owner=ana&untouched=0d&as_of=2026-06-09', []],
    ['owner=priya&within=0d', ['priya overdue Late, Later', 'priya due Today']],
    ['owner=priya&as_of=2026-06-23&within=1d', ['priya due Late']],
  ]
  for (const [query, expected] of cases) t.same(await told(query), expected, query)
})

t.test('days are those of the zone', async t => {
  // Made at 09:00 in UTC, when in Kiritimati it was 23:00 of the same day, and in Niue 22:00 of the day before.
  const untouchedIn = async (tz: string) =>
    (await read(`owner=ana&untouched=0d&as_of=2026-06-27&tz=${tz}`)).owners[0].untouched[0].days_untouched
  t.equal(await untouchedIn('Pacific/Kiritimati'), 17)
  t.equal(await untouchedIn('Pacific/Niue'), 18)
  t.same(await told('owner=ana&untouched=18d&as_of=2026-06-27&tz=Pacific/Niue'), ['ana untouched Idle'])
  t.same(await told('owner=ana&untouched=18d&as_of=2026-06-27&tz=Pacific/Kiritimati'), [])
  t.match(await read('tz=Pacific/Niue'), { as_of: '2026-06-26', tz: 'Pacific/Niue' })
})

t.test('a deferral or another change is a touch', async t => {
  t.same(await told('owner=ana'), ['ana untouched Idle'])
  await call('POST', `${idle}/deferrals`, { body: { to: '2026-09-02', reason: 'A dependency.' } })
  t.same(await told('owner=ana'), [])
  t.same(await told('owner=ana&as_of=2026-07-11'), ['ana untouched Fresh, Idle'])
  t.same(await told('owner=ana&as_of=2026-07-10'), ['ana untouched Fresh'])
})

t.test('reminders are filtered as the list is', async t => {
  const cases: [query: string, told: string[]][] = [
    ['team=payments-team&priority=P0', ['priya overdue Later']],
    ['owner=priya,sam&priority=P1', ['priya overdue Late', 'priya due Today', 'sam due Soon']],
    ['severity=SEV1&untouched=0d', ['ana untouched Idle']],
    ['service=search&untouched=0d', ['ana untouched Idle']],
    ['incident_id=PM-2026-05-01-outage&untouched=0d', ['ana untouched Idle']],
    ['type=prevent', []],
  ]
  for (const [query, expected] of cases) t.same(await told(query), expected, query)
  const refused: [query: string, at: string][] = [
    ['owner=priyaa', 'owner'],
    ['team=nope', 'team'],
    ['within=3', 'within'],
    ['untouched=1000d', 'untouched'],
    ['per_owner=0', 'per_owner'],
    ['per_owner=101', 'per_owner'],
    ['overdue=true', 'overdue'],
    ['status=open', 'status'],
    ['tz=Mars/Olympus', 'tz'],
  ]
  for (const [query, at] of refused)
    t.same(
      refusal(await call('GET', `${url}?${query}`)),
      { status: 400, code: 'invalid_query', at: [at] },
      query,
    )
})

t.test('as text it is a message with a line for each item', async t => {
  const answer = await call('GET', `${url}?as_of=2026-06-27`, { headers: { accept: 'text/plain' } })
  t.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
  t.equal(
    answer.text,
    `Action items on 2026-06-27: 2 overdue, 2 due within 3 days, 0 untouched for 14 days.

Priya Raman (priya):

- overdue for 3 days, since 2026-06-24: Late (P1, AI-1 of Payments drill, PM-2026-06-17-payments-drill)
- overdue for 1 day, since 2026-06-26: Later (P0, AI-2 of Payments drill, PM-2026-06-17-payments-drill)
- due on 2026-06-27: Today (P1, AI-3 of Payments drill, PM-2026-06-17-payments-drill)

Sam Okafor (sam):

- due on 2026-06-30: Soon (P1, AI-4 of Payments drill, PM-2026-06-17-payments-drill)
`,
  )
  t.match(
    await asText('owner=sam&within=0d&untouched=1d'),
    /^- untouched for 17 days, due on 2026-06-30: Soon/m,
  )
  t.equal(
    await asText('owner=ana&as_of=2026-06-27&within=1d'),
    'Nothing is overdue, due within 1 day, or untouched for 14 days on 2026-06-27.\n',
  )
  const typeOf = async (accept: string) =>
    (await call('GET', url, { headers: { accept } })).headers['content-type']
  t.match(await typeOf('*/*'), 'application/json')
  t.match(await typeOf('text/*'), 'text/plain')
  t.match(refusal(await call('GET', url, { headers: { accept: 'text/html' } })), { status: 406 })
})

t.test('the same day gives the same answer, whatever the time, and changes nothing', async t => {
  const query = 'as_of=2026-06-27'
  const [json, text] = [await read(query), await asText(query)]
  const { version } = (await call('GET', late)).body
  clock.now = new Date('2026-08-01T09:00:00.000Z')
  t.strictSame(await read(query), json)
  t.equal(await asText(query), text)
  t.equal((await call('GET', late)).body.version, version)
  clock.now = new Date('2026-06-27T09:00:00.000Z')
})

t.test('what is not listed is counted', async t => {
  const body = await read('per_owner=2')
  t.strictSame(body.count, { overdue: 2, due: 2, untouched: 0 })
  t.match(body.owners[0], { owner: 'priya', count: { overdue: 2, due: 1 }, due: [], more: 1 })
  t.equal(body.owners[0].overdue.length, 2)
  t.match(body.owners[1], { owner: 'sam', more: 0 })
  t.match(await asText('per_owner=2'), /drill\)\n- and 1 more of priya\n\nSam/)
  const many = await openService(t, { now: '2026-06-10T09:00:00.000Z' })
  await givenDrill(many)
  await givenFactor(many)
  const people = Array.from({ length: 103 }, (_, i) => ({ handle: `p${1000 + i}`, name: `P ${i}` }))
  await many.call('POST', '/v1/people/batch?atomic=true', { body: { people } })
  for (const half of [people.slice(0, 60), people.slice(60)]) {
    const action_items = half.map(({ handle: owner }) => ({
      title: 'Late',
      owner,
      due_on: '2026-06-01',
      priority: 'P1',
      factors: [1],
    }))
    await many.call('POST', '/v1/incidents/PM-2026-06-17-payments-drill/action-items/batch', {
      body: { action_items },
    })
  }
  const { body: all } = await many.call('GET', url)
  t.match(all, { count: { overdue: 103 }, more_owners: 3 })
  t.equal(all.owners.length, 100)
  t.equal(all.owners[0].owner, 'p1000', 'by name, where as much is overdue')
  const { text } = await many.call('GET', url, { headers: { accept: 'text/plain' } })
  t.match(text, /\n\nAnd those of 3 more owners\.\n$/)
})

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<@U123>',
        '@here',
        '@everyone ',
        '](https://evil.example)',
        '[text',
        '<https://evil.example|ours>',
        '\u202e',
        '\n# ',
        '\r\n',
        '\u2028',
        '&lt;',
        '#12',
        '\x07',
      ),
      fc.string({ unit: 'grapheme' }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map(parts => parts.join(''))

t.test('whatever the texts are, an item is one line that calls nobody and hides no address', async t => {
  const markdown = new MarkdownIt()
  const body = await read('owner=priya')
  const property = fc.property(hostile, hostile, hostile, (title, incident_title, owner_name) => {
    const [owner] = body.owners
    const item = { ...owner.overdue[0], title, incident_title }
    const text = toText({ ...body, owners: [{ ...owner, owner_name, overdue: [item], due: [] }] })
    const lines = text.split('\n')
    if (lines.length !== 6) throw new Error(`${lines.length} lines`)
    if (/[<>\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text.replaceAll('\n', '')))
      throw new Error('A character is left')
    if (/(^|[^\w])@(here|everyone|channel|all)\b/i.test(text.replace(/https?:\S+/g, '')))
      throw new Error('It calls somebody')
    if (/\]\(/.test(text)) throw new Error('It has a link')
    if (/<a /.test(markdown.renderInline(lines[4]!))) throw new Error('It has a link in Markdown')
  })
  t.doesNotThrow(() =>
    fc.assert(property, {
      numRuns: Number(process.env.FC_RUNS ?? 200),
      examples: [['\u212a@everyone', 'ſ@here', 'x']],
    }),
  )
})
