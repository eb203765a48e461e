import t from 'tap'
import { contract, responseOf } from '../../help/contract-check.ts'

/** What PUT, GET and DELETE of one address have to do with each other. */

const paths = Object.entries(contract.paths)
const statusesOf = (path: string, method: string) =>
  Object.keys(contract.paths[path]?.[method]?.responses ?? {}).filter(status => status.startsWith('2'))
const hasBody = (path: string, method: string) =>
  Object.entries(contract.paths[path]![method]!.responses).some(
    ([status, response]) => status.startsWith('2') && responseOf(response).content !== undefined,
  )

t.test('what can be PUT can be GET at the same address', async t => {
  const put = paths.filter(([, methods]) => methods.put)
  t.ok(put.length > 10)
  t.same(
    put.filter(([, methods]) => !methods.get).map(([path]) => path),
    [],
  )
  t.same(
    put.filter(([, methods]) => !('404' in methods.get!.responses)).map(([path]) => path),
    [],
    'and is 404 where there is none',
  )
})

t.test('DELETE of a state that was PUT is 200 with its parent, of a thing of its own 204', async t => {
  const deletable = paths.filter(([, methods]) => methods.delete)
  t.ok(deletable.length > 7)
  for (const [path, { put }] of deletable) {
    t.same(statusesOf(path, 'delete'), [put ? '200' : '204'], path)
    t.equal(hasBody(path, 'delete'), put !== undefined, path)
    t.equal(/\}$|\/current$/.test(path), put === undefined, `${path}: a thing of its own has its own name`)
  }
})

t.test('what POST creates one by one has an address, named as Location', async t => {
  const collections = paths.filter(([, { post }]) => post && '201' in post.responses)
  const missing = collections.filter(
    ([path]) => !paths.some(([other, { get }]) => get && other.startsWith(`${path}/{`)),
  )
  t.same(
    missing.map(([path]) => path).filter(path => !path.endsWith('/deferrals')),
    [],
  )
})
