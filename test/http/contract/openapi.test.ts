import { readFileSync } from 'node:fs'
import rateLimit from '@fastify/rate-limit'
import fastify from 'fastify'
import t from 'tap'
import { createLinkCache } from '../../../src/access/links/store.ts'
import { contractJson } from '../../../src/cli/openapi.ts'
import { createTokenCache } from '../../../src/http/api-tokens.ts'
import { Problem } from '../../../src/http/problem.ts'
import { type ProblemCode, problemCodes } from '../../../src/http/problem-codes.ts'
import { requireToken } from '../../../src/http/server/authentication.ts'
import { contract, responseOf } from '../../help/contract-check.ts'
import { openService } from '../../help/service.ts'

interface Media {
  schema?: { $ref?: string; type?: string }
  example?: unknown
  examples?: Record<string, object>
}
interface Operation {
  operationId?: string
  tags?: string[]
  summary?: string
  description?: string
  security?: Record<string, string[]>[]
  parameters?: { name?: string; in?: string; $ref?: string }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<
    string,
    { description?: string; headers?: Record<string, object>; content?: Record<string, Media> }
  >
}

const operations = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    method,
    operation: { ...operation, responses: resolvedResponses(operation.responses) } as Operation,
  })),
)
function resolvedResponses(responses: Record<string, Parameters<typeof responseOf>[0]>) {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [status, responseOf(response)]),
  )
}

/** The names of the operations for which `isFaulty` holds. */
const faulty = (isFaulty: (operation: Operation, path: string, method: string) => boolean) =>
  operations
    .filter(({ operation, path, method }) => isFaulty(operation, path, method))
    .map(({ name }) => name)

const isEmpty = (value: unknown) => value === undefined || value === ''
const succeeds = (status: string) => status.startsWith('2')

t.test('the committed contract is what the running schemas say (npm run openapi writes it)', async t => {
  const committed = readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8')
  t.ok(committed === (await contractJson()), 'byte for byte')
})

t.test('the service serves the contract that is committed', async t => {
  const { call } = await openService(t)
  const { status, body } = await call('GET', '/openapi.json', { token: null })
  t.equal(status, 200)
  t.same(body, contract)
})

t.test('every operation has a name of its own, a tag that is described, and a summary', async t => {
  const ids = operations.map(({ operation }) => operation.operationId)
  t.ok(ids.length > 20, 'there are operations')
  t.equal(new Set(ids).size, ids.length, 'operationIds are unique')
  const described = (contract as unknown as { tags: { name: string; description: string }[] }).tags
  t.equal(new Set(described.map(({ name }) => name)).size, described.length, 'each tag is described once')
  const known = described.filter(tag => tag.description.length > 0).map(({ name }) => name)
  t.same(
    faulty(
      ({ operationId, tags = [], summary }) =>
        isEmpty(operationId) || isEmpty(summary) || tags.length !== 1 || !known.includes(tags[0]!),
    ),
    [],
  )
})

t.test('every body that is sent or answered has an example', async t => {
  const exampleOf = ({ $ref }: { $ref?: string } = {}) => {
    const schemas = contract.components.schemas as Record<string, { examples?: unknown[] }>
    return schemas[$ref?.split('/').at(-1) ?? '']?.examples?.[0]
  }
  const hasExample = ([type, media]: [string, Media]) =>
    !/json|markdown/.test(type) || media.example !== undefined || exampleOf(media.schema) !== undefined
  t.same(
    faulty(({ requestBody }) => !Object.entries(requestBody?.content ?? {}).every(hasExample)),
    [],
    'in requests',
  )
  const answers = ({ responses }: Operation) =>
    Object.entries(responses)
      .filter(([status]) => succeeds(status))
      .flatMap(([, { content = {} }]) => Object.entries(content))
  t.same(
    faulty(operation => !answers(operation).every(hasExample)),
    [],
    'in answers',
  )
})

t.test('every example satisfies the schema that it illustrates', async t => {
  const { app } = await openService(t)
  for (const [name, schema] of Object.entries(contract.components.schemas)) {
    const { examples = [] } = schema as { examples?: unknown[] }
    const registered = app.getSchemas()[name] as Parameters<typeof app.check>[0]
    for (const example of examples) t.same(app.check(registered, structuredClone(example)), [], name)
  }
})

t.test('every operation answers success, and documents its problems and a default one', async t => {
  const isProblem = (response?: { content?: Record<string, Media> }) =>
    response?.content?.['application/problem+json'] !== undefined
  t.same(
    faulty(({ responses }) => !Object.keys(responses).some(succeeds)),
    [],
    'success',
  )
  t.same(
    faulty(({ responses }) => !Object.keys(responses).some(status => /^4(\d\d|XX)$/.test(status))),
    [],
    '4xx',
  )
  t.same(
    faulty(({ responses }) =>
      Object.entries(responses).some(
        ([status, response]) => !succeeds(status) && status !== '304' && !isProblem(response),
      ),
    ),
    [],
    'as problem+json',
  )
  t.same(
    faulty(({ responses }) => !isProblem(responses.default)),
    [],
    'default',
  )
})

t.test('every problem has an example of its own status, and every answer is described', async t => {
  const { app } = await openService(t)
  const { examples } = contract.components
  t.same(Object.keys(examples).sort(), Object.keys(problemCodes).sort())
  for (const [code, { value }] of Object.entries(examples)) {
    t.same(app.check(Problem, structuredClone(value)), [], code)
    t.match((value as Problem).detail, /\w.+\.$/, `${code} says what happened`)
    t.match(value, { code, status: problemCodes[code as ProblemCode].status, type: `/problems/${code}` })
  }
  const fits = ([status, { content = {} }]: [string, Operation['responses'][string]]) =>
    Object.keys(content['application/problem+json']?.examples ?? {}).every(
      code => !/^\d+$/.test(status) || problemCodes[code as ProblemCode].status === Number(status),
    )
  t.same(
    faulty(({ responses }) => !Object.entries(responses).every(fits)),
    [],
    'under its status',
  )
  const isVague = ({ description }: { description?: string }) =>
    isEmpty(description) || description === 'Default Response'
  t.same(
    faulty(({ responses }) => Object.values(responses).some(isVague)),
    [],
    'described',
  )
})

t.test(
  'every GET but a stream takes If-None-Match and may answer 304; every change of what exists takes If-Match',
  async t => {
    const takes = ({ parameters = [] }: Operation, name: string) =>
      parameters.some(({ $ref }) => $ref === `#/components/parameters/${name}`)
    const hasEtag = ({ responses }: Operation, method: string) =>
      method === 'get' && responses['200']?.content?.['application/x-ndjson'] === undefined
    t.same(
      faulty((operation, _, method) => hasEtag(operation, method) !== takes(operation, 'If-None-Match')),
      [],
      'If-None-Match',
    )
    t.same(
      faulty((operation, _, method) => hasEtag(operation, method) !== '304' in operation.responses),
      [],
      '304',
    )
    t.same(
      faulty((operation, _, method) => /^(put|patch|delete)$/.test(method) && !takes(operation, 'If-Match')),
      [],
      'If-Match',
    )
    t.same(
      faulty(({ responses }) =>
        Object.values(responses).some(({ headers = {} }) => !headers['X-Request-Id']),
      ),
      [],
      'X-Request-Id',
    )
  },
)

t.test('what can be wrong with a header is documented where it is taken, and only there', async t => {
  const takes = ({ parameters = [] }: Operation, name: string) =>
    parameters.some(({ $ref }) => $ref === `#/components/parameters/${name}`)
  const answers = ({ responses }: Operation, code: string) =>
    Object.values(responses).some(
      ({ content = {} }) => content['application/problem+json']?.examples?.[code] !== undefined,
    )
  for (const code of ['request_in_progress', 'idempotency_key_reused'])
    t.same(
      faulty(operation => takes(operation, 'Idempotency-Key') !== answers(operation, code)),
      [],
      code,
    )
  t.same(
    faulty(operation => takes(operation, 'If-Match-read') && !answers(operation, 'precondition_required')),
    [],
    'precondition_required',
  )
  // Also for a write that takes no condition, which refuses one.
  t.same(
    faulty(
      (operation, _, method) =>
        method !== 'get' && !(answers(operation, 'version_mismatch') && answers(operation, 'invalid_header')),
    ),
    [],
    'conditions',
  )
})

t.test('what is below /v1 needs a token: without one 401, and the contract says so', async t => {
  const { call } = await openService(t)
  t.same(
    faulty((operation, path) => path.startsWith('/v1/') && operation.security?.length === 0),
    [],
  )
  t.same(
    faulty(
      ({ security = [], description = '' }, path) =>
        path.startsWith('/v1/') &&
        !description.includes(scopeWords(Object.values(security[0] ?? {})[0]?.[0])),
    ),
    [],
    'and which scope it has to have',
  )
  for (const { method, path, name } of operations.filter(({ path }) => path.startsWith('/v1/'))) {
    const address = path.replaceAll(/\{[^}]+\}/g, 'x')
    const { status, body } = await call(method.toUpperCase() as 'GET', address, { token: null, body: {} })
    t.equal(status, 401, name)
    t.equal(body.code, 'unauthenticated', name)
  }
})

const scopeWords = (scope?: string) => (scope === undefined ? 'of any scope.' : `of scope \`${scope}\`.`)

t.test('a route that names no scope stops the start', async t => {
  const { db } = await openService(t)
  const now = () => new Date()
  const app = fastify()
  await app.register(rateLimit, { global: false })
  const [tokens, links] = [createTokenCache(db, now), createLinkCache(db, now)]
  requireToken(app, { tokens, links, adminToken: undefined, now })
  t.throws(() => app.get('/bare', async () => ''), { message: /\/bare names no scope/ })
})

t.test('every error code has its page, with its status and what to do', async t => {
  const { call } = await openService(t)
  for (const [code, { status, title, meaning }] of Object.entries(problemCodes)) {
    const page = await call('GET', `/problems/${code}`, { token: null })
    t.equal(page.status, 200, code)
    t.same(page.body, { code, status, title, meaning })
    t.ok(meaning.length > 20, `${code} says what to do`)
  }
  t.equal((await call('GET', '/problems/nothing_of_the_kind')).body.code, 'not_found')
  t.equal((await call('GET', '/problems/constructor')).status, 404)
})

t.test(
  'every 4xx code is documented by some operation, under its status or as what any request may meet',
  async t => {
    const documented = operations.flatMap(({ operation }) =>
      Object.entries(operation.responses).map(([status, { description }]) => `${status} ${description}`),
    )
    const ofDefault = operations.flatMap(({ operation }) =>
      Object.keys(operation.responses.default?.content?.['application/problem+json']?.examples ?? {}),
    )
    const missing = Object.entries(problemCodes)
      .filter(([, { status }]) => status < 500)
      .filter(
        ([code, { status }]) =>
          !documented.some(text => text.startsWith(`${status} `) && text.includes(`\`${code}\``)) &&
          !ofDefault.includes(code),
      )
    t.same(missing, [])
  },
)
