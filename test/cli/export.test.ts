import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { linesOf, pauseAfter } from '../../src/cli/export/documents.ts'
import { exportPostmortems } from '../../src/cli/export/export.ts'
import { writeAtomically } from '../../src/cli/write-atomically.ts'
import { createDebriefClient, type DebriefClient } from '../../src/client/client.ts'
import { sha256Hex } from '../../src/kit/json/json.ts'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { amend, finalIds, givenFinal, idOf, storeFinals } from '../export/given.ts'
import { openProxy } from '../failures/help/tcp-proxy.ts'
import { givenEvidence, observed } from '../help/cast.ts'
import { adminToken, openService, type Service } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'
import { leaked, redact } from '../postmortem/redaction/help.ts'
import { runHere } from './run-here.ts'

const everything = { severity: [], service: [], evidence: false }

interface Exporting {
  service: Service
  client: DebriefClient
  /** The addresses of the exports that were asked for. */
  asked: string[]
  out: string
}

/** A service on a socket, and a folder to export to. `answered` may change an answer before it is read. */
async function givenService(
  t: Test,
  answered: (response: Response, request: Request) => Response = response => response,
  port?: (url: string) => Promise<number>,
): Promise<Exporting> {
  const service = await openService(t)
  const asked: string[] = []
  const own = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const url = port === undefined ? own : `http://127.0.0.1:${await port(own)}`
  const client = createDebriefClient({
    url,
    token: adminToken,
    fetch: async request => {
      // Compressed, what is sent would come before the connection can be cut.
      request.headers.set('accept-encoding', 'identity')
      if (request.url.includes('/export')) asked.push(request.url.split('?')[1] ?? '')
      return answered(await fetch(request), request)
    },
  })
  return { service, client, asked, out: join(tempFolder(t), 'postmortems') }
}

/** The files below a folder: their bytes, and when they were written. */
const filesIn = (folder: string): Record<string, { text: string; at: bigint }> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(file => file.isFile())
      .map(file => join(file.parentPath, file.name))
      .sort()
      .map(path => {
        const at = statSync(path, { bigint: true }).mtimeNs
        return [path.slice(folder.length + 1), { text: readFileSync(path, 'utf8'), at }]
      }),
  )

/** Which files differ between two moments. */
const changed = (before: ReturnType<typeof filesIn>, after: ReturnType<typeof filesIn>): string[] =>
  Object.keys(after).filter(path => before[path]?.at !== after[path]!.at)

/** Seals a postmortem with a secret in it, and returns its address and that of the event. */
async function givenLeak(service: Service): Promise<{ incident: string; event: string }> {
  const incident = await givenReady(service, 'A leak')
  const body = observed({ occurred_at: '2026-06-17T14:05:00Z', sources: [leaked] })
  const stored = await service.call('POST', `${incident}/events`, { body })
  await seal(service, incident)
  return { incident, event: `${incident}/events/${stored.body.id}` }
}

t.test(
  'the first run writes the bytes that were sealed, the next one what is new, and then nothing',
  async t => {
    const { service, client, asked, out } = await givenService(t)
    const drill = await givenFinal(service, 'Payments drill')
    const { incident, event } = await givenLeak(service)
    t.equal(await exportPostmortems(client, out, everything), `${out} has 2 postmortems: 2 new.`)

    const first = filesIn(out)
    for (const address of [drill, incident]) {
      const { body } = await service.call('GET', `${address}/revisions/1`)
      const [json, markdown] = ['json', 'md'].map(form => first[`${idOf(address)}/postmortem.${form}`]!.text)
      t.same([sha256Hex(json!), sha256Hex(markdown!)], [body.json_sha256, body.markdown_sha256])
      t.equal(markdown, body.markdown)
    }
    t.equal(await exportPostmortems(client, out, everything), `Nothing new: ${out} has 2 postmortems.`)
    t.same(filesIn(out), first, 'not a byte, and no file, is written again')

    await amend(service, drill, { title: 'Payments *outage*' })
    await seal(service, drill)
    await redact(service, event, ['/sources/0/excerpt'])
    const search = await givenFinal(service, 'Search | is <b>slow</b> ](x) @ops')
    t.equal(
      await exportPostmortems(client, out, everything),
      `${out} has 3 postmortems: 1 new, 1 amended, 1 redacted.`,
    )
    const second = filesIn(out)
    t.same(changed(first, second).sort(), Object.keys(second), 'all have another sequence number or list')
    t.notMatch(second[`${idOf(incident)}/postmortem.json`]!.text, 'correct-horse')
    const rows = second['README.md']!.text.split('\n').slice(4)
    t.same(rows, [
      '| Date | Severity | Postmortem | Revision |',
      '| --- | --- | --- | --- |',
      `| 2026-06-17 | SEV2 | [A leak](${idOf(incident)}/postmortem.md) | 1 |`,
      `| 2026-06-17 | SEV2 | [Payments \\*outage\\*](${idOf(drill)}/postmortem.md) | 2 |`,
      `| 2026-06-17 | SEV2 | [Search \\| is \\<b>slow\\</b> \\](x) @\u2060ops](${idOf(search)}/postmortem.md) | 1 |`,
      '',
    ])
    t.match(asked, ['after=0', 'after=2', 'after=2'])

    const elsewhere = join(tempFolder(t), 'again')
    await exportPostmortems(client, elsewhere, everything)
    const texts = (files: ReturnType<typeof filesIn>) =>
      Object.entries(files).map(([path, { text }]) => [path, text])
    t.same(texts(filesIn(elsewhere)), texts(second), 'a new folder gets the same bytes')
  },
)

t.test('where the connection is cut, it goes on after what has come', async t => {
  let cut = () => {}
  let cuts = 2
  const countBytes = (response: Response, request: Request) => {
    if (!request.url.includes('/export') || cuts === 0) return response
    cuts -= 1
    let bytes = 0
    const counted = new TransformStream({
      transform(chunk, controller) {
        bytes += chunk.length
        if (bytes > 700_000) cut()
        controller.enqueue(chunk)
      },
    })
    return new Response(response.body!.pipeThrough(counted), response)
  }
  const { service, client, asked, out } = await givenService(t, countBytes, async url => {
    const proxy = await openProxy(t, { host: '127.0.0.1', port: Number(new URL(url).port) })
    cut = proxy.cut
    return proxy.port
  })
  const ids = finalIds(20)
  await storeFinals(service.db, ids, 200_000)
  t.equal(await exportPostmortems(client, out, everything), `${out} has 20 postmortems: 20 new.`)
  const starts = asked.map(query => Number(/after=(\d+)/.exec(query)![1]))
  t.equal(starts.length, 3)
  t.ok(starts[0] === 0 && starts[1]! > 0 && starts[2]! > starts[1]!, `${starts}`)
  t.same(readdirSync(out).sort(), ['.debrief-export.json', 'README.md', ...ids].sort())
})

t.test('a run that fails leaves what has come, and the next one goes on from there', async t => {
  let isBroken = true
  const breakEvidence = (response: Response, request: Request) =>
    isBroken && request.url.includes('/evidence/') ? new Response('gone', { status: 502 }) : response
  const { service, client, asked, out } = await givenService(t, breakEvidence)
  await givenFinal(service, 'Payments drill')
  const shown = await givenEvidence(service.db, '14:02:11 503')
  const hidden = await givenEvidence(service.db, 'a password')
  const incident = await givenReady(service, 'Search is slow')
  for (const [i, evidence] of [shown, hidden].entries()) {
    const sources = [{ kind: 'screenshot', system: 'grafana', evidence }]
    const body = observed({ occurred_at: `2026-06-17T14:0${i + 3}:00Z`, sources })
    await service.call('POST', `${incident}/events`, { body })
  }
  await seal(service, incident)
  await service.call('PUT', `/v1/evidence/${hidden}/redaction`, { body: { reason: 'It names a customer.' } })

  const selection = { ...everything, evidence: true }
  await t.rejects(exportPostmortems(client, out, selection), /^The service answered 502, and not why: /)
  t.same(readdirSync(out).length, 3, 'the list, the state, and the first')
  const broken = filesIn(out)
  isBroken = false
  t.equal(await exportPostmortems(client, out, selection), `${out} has 2 postmortems: 1 new.`)
  t.same(asked, ['after=0', 'after=1'])
  const whole = filesIn(out)
  t.same(changed(broken, whole), [
    '.debrief-export.json',
    `${idOf(incident)}/evidence/${shown}.txt`,
    `${idOf(incident)}/postmortem.json`,
    `${idOf(incident)}/postmortem.md`,
    'README.md',
  ])
  t.equal(whole[`${idOf(incident)}/evidence/${shown}.txt`]!.text, '14:02:11 503')

  const mine = `${idOf(incident)}/evidence/notes.txt`
  writeFileSync(join(out, mine), 'mine')
  await service.call('PUT', `/v1/evidence/${shown}/redaction`, { body: { reason: 'It names a customer.' } })
  t.equal(await exportPostmortems(client, out, selection), `${out} has 2 postmortems: 1 redacted.`)
  const left = Object.keys(filesIn(out)).filter(path => path.includes('/evidence/'))
  t.same(left, [mine], 'what is redacted later goes, and what is not ours stays')
  t.match(await exportPostmortems(client, out, selection), /^Nothing new: /)
})

t.test('files that are missing or changed are written again, and what is not ours stays', async t => {
  const { service, client, out } = await givenService(t)
  await storeFinals(service.db, finalIds(4), 10)
  const [first, second, third, fourth] = finalIds(4).map(id => join(out, id))
  await exportPostmortems(client, out, everything)
  const before = filesIn(out)
  rmSync(second!, { recursive: true })
  appendFileSync(join(third!, 'postmortem.md'), ' ')
  writeFileSync(join(first!, 'notes.txt'), 'mine')
  t.equal(await exportPostmortems(client, out, everything), `${out} has 4 postmortems: 2 restored.`)
  const after = filesIn(out)
  t.equal(after[`${finalIds(1)[0]}/notes.txt`]!.text, 'mine')
  const texts = (files: ReturnType<typeof filesIn>) =>
    Object.entries(files).flatMap(([path, { text }]) => (path.endsWith('notes.txt') ? [] : [[path, text]]))
  t.same(texts(after), texts(before))
  t.same(
    changed(before, after).filter(path => path.startsWith(fourth!.slice(out.length + 1))),
    [],
    'and what is whole is left alone',
  )
})

t.test('a folder that does not belong to this service, or to these options, is refused', async t => {
  const { service, client, out } = await givenService(t)
  const other = await givenService(t)
  const ids = finalIds(3)
  await storeFinals(service.db, ids, 10)
  await storeFinals(other.service.db, finalIds(5).slice(1), 10)
  await exportPostmortems(client, out, everything)
  const before = filesIn(out)
  const foreign = new RegExp(`^${out} was exported from another service, .+ name another folder, .+\\.$`)
  await t.rejects(exportPostmortems(other.client, out, everything), { message: foreign })

  const selection = { ...everything, severity: ['SEV1' as const], service: ['checkout'] }
  await t.rejects(
    exportPostmortems(client, out, selection),
    /is an export of everything, and not with --severity SEV1 --service checkout: use the same options/,
  )
  await sql`ALTER TABLE revisions DISABLE TRIGGER revisions_stay`.execute(service.db)
  await sql`DELETE FROM revisions WHERE incident_id = ${ids[2]}`.execute(service.db)
  await t.rejects(exportPostmortems(client, out, everything), { message: foreign }, 'restored from a backup')
  t.same(filesIn(out), before, 'and is not touched')

  const mine = tempFolder(t)
  writeFileSync(join(mine, 'README.md'), 'mine')
  await t.rejects(exportPostmortems(client, mine, everything), /has a README\.md that no export has made/)
  mkdirSync(join(mine, '.git'))
  rmSync(join(mine, 'README.md'))
  t.match(await exportPostmortems(client, mine, everything), '2 new', 'a git repository is fine')
})

t.test('a document whose bytes are not those that were sealed is refused', async t => {
  const { service, client, out } = await givenService(t)
  await storeFinals(service.db, finalIds(2), 10)
  await sql`ALTER TABLE revisions DISABLE TRIGGER revisions_stay`.execute(service.db)
  await sql`UPDATE revisions SET markdown = markdown || ' ' WHERE incident_id LIKE '%-bulk-1'`.execute(
    service.db,
  )
  await t.rejects(
    exportPostmortems(client, out, everything),
    /-bulk-1 revision 1 does not have the bytes .+: "debrief verify"/,
  )
  t.same(readdirSync(out).sort(), ['.debrief-export.json', finalIds(1)[0], 'README.md'].sort())
})

t.test('the command exports the data here, and says what was new', async t => {
  const { service, out } = await givenService(t)
  await givenFinal(service, 'Payments drill')
  const settings = { DATABASE_URL: service.connection.connectionString! }
  const run = () => runHere(t, ['export', '--out', out], settings)
  t.same(await run(), { code: 0, stdout: `${out} has 1 postmortem: 1 new.\n`, stderr: '' })
  t.same(await run(), { code: 0, stdout: `Nothing new: ${out} has 1 postmortem.\n`, stderr: '' })
})

t.test('what cannot be written leaves nothing', async t => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'list', 'in-the-way'), { recursive: true })
  await t.rejects(writeAtomically(join(folder, 'list'), Buffer.from('a')), { code: 'EISDIR' })
  t.same(readdirSync(folder), ['list'])
})

t.test('it waits longer each time, and as long as the service asks for', t => {
  t.same([pauseAfter(1), pauseAfter(3), pauseAfter(1, 5), pauseAfter(5, 1)], [200, 800, 5000, 3200])
  t.equal(pauseAfter(1, 86_400), 60_000, 'but no day')
  t.end()
})

t.test('lines are found wherever the pieces of a stream end', async t => {
  const text = 'one\n\ntwo é\nthree'
  for (let size = 1; size <= 6; size++) {
    const bytes = Buffer.from(text)
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
    const lines = []
    for await (const line of linesOf(pieces)) lines.push(line.toString())
    t.same(lines, ['one', '', 'two é'], `${size} bytes each`)
  }
})
