import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { openBackup } from '../../../src/db/backup/file.ts'
import { sha256Hex } from '../../../src/kit/json/json.ts'
import { seedPeople } from '../../help/cast.ts'
import { createDatabase, openService } from '../../help/service.ts'
import { backUpTo, tempFile } from './given.ts'

const service = await openService(t)
await seedPeople(service)
const file = tempFile(t)
await backUpTo(file, service.connection)
const whole = readFileSync(file)

const other = tempFile(t, 'other.tar')

/** Opens other bytes in place of the backup; the message of why not. */
async function refusalOf(bytes: Buffer): Promise<string> {
  writeFileSync(other, bytes)
  return openBackup(other, () => {}).then(
    async backup => `opened ${await backup.close()}`,
    error => error.message,
  )
}

const sentence =
  /^\S+other\.tar (is damaged or cut off, since .+: take another copy of it|does not begin as a backup of Debrief does: .+)\.$/

t.test('a byte that is not as it was is found, wherever it is', async t => {
  const places = Array.from(whole.keys()).filter(
    place => place % 101 === 0 || place < 20 || place > whole.length - 70,
  )
  for (const place of places) {
    const bytes = Buffer.from(whole)
    bytes[place]! ^= 1 << (place % 8)
    const refusal = await refusalOf(bytes)
    if (!sentence.test(refusal)) t.fail(`the byte at ${place}: ${refusal}`)
  }
  t.ok(places.length > 100)
})

t.test('a file that is cut off is refused, and so is one with more behind it', async t => {
  for (const size of [0, 1, 511, 512, 1024, 5000, whole.length - 66, whole.length - 65, whole.length - 1])
    t.match(await refusalOf(whole.subarray(0, size)), sentence, `${size} bytes`)
  t.match(await refusalOf(Buffer.concat([whole, Buffer.from('\n')])), sentence)
})

t.test('what is no backup is refused with a sentence', async t => {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url))
  t.match(await refusalOf(manifest), /does not begin as a backup/)
  for (const path of [dirname(file), '/dev/null'])
    await t.rejects(
      openBackup(path, () => {}),
      { message: /^\S+ must be a file, since .+\.$/ },
    )
  await t.rejects(
    openBackup(`${file}.typo`, () => {}),
    { message: /^The backup cannot be read: ENOENT.+\.$/ },
  )
})

t.test('a backup in a later format is refused', async t => {
  const later = Buffer.from(whole)
  later.write('"format": 2', whole.indexOf('"format": 1'))
  later.write(sha256Hex(later.subarray(0, -65)), later.length - 65)
  t.match(await refusalOf(later), /^\S+ was made by a newer Debrief .+: upgrade first\.$/)
})

t.test('any tar reads it, and the rows are those that COPY takes', async t => {
  const tar = (...args: string[]) => execFileSync('tar', args)
  const names = tar('-tf', file).toString().trim().split('\n')
  t.equal(names[0], 'debrief-backup')
  t.equal(names.at(-1), 'manifest.json')
  const { tables } = JSON.parse(tar('-xOf', file, 'manifest.json').toString())
  const people = gunzipSync(tar('-xOf', file, 'tables/people/000000.gz')).toString()
  const [handle, kind, name] = people.split('\n')[1]!.split('\t')
  t.same({ handle, kind, name }, { handle: 'priya', kind: 'person', name: 'Priya Raman' })
  t.equal(tables.find((table: { name: string }) => table.name === 'people').sha256, sha256Hex(people))
})

t.test('where there is nothing of Debrief, there is nothing to back up', async t => {
  await t.rejects(backUpTo(other, await createDatabase(t, 'template0')), {
    message: 'There is nothing of Debrief in the database of DATABASE_URL.',
  })
})
