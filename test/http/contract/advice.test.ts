import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { contract } from '../../help/contract-check.ts'

/** A sentence that says what to call, such as `PUT …/closure`, names a call that there is. */

const source = new URL('../../../src/', import.meta.url)
const calls = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
)
const isThere = (method: string, end: string) =>
  calls.some(call => call.startsWith(`${method} /`) && call.endsWith(end))

t.test('every call that a sentence names is in the contract', async t => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.ts'),
  )
  const named = files.flatMap(file =>
    [...readFileSync(new URL(file, source), 'utf8').matchAll(/\b([A-Z]+) …(\/[a-z][a-z/-]*)/g)].map(
      ([words, method, end]) => ({ where: `${words} in ${file}`, isThere: isThere(method!, end!) }),
    ),
  )
  t.same(
    named.filter(one => !one.isThere).map(({ where }) => where),
    [],
  )
  t.ok(named.length > 30, `${named.length} are named`)
})
