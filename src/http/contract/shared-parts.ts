import { isDeepStrictEqual } from 'node:util'

type Json = Record<string, unknown>
type Response = { headers?: object; content?: Record<string, { examples?: object }> }
type Parameter = { name: string; in: string }
interface Operation {
  parameters?: (Parameter | { $ref: string })[]
  responses: Record<string, Response | { $ref: string }>
}

/** Writes what operations have in common once, in `components`, and refers to it: problems, 304 and parameters. */
export function withSharedParts(document: Json): Json {
  const components = document.components as { parameters: Json; responses?: Json }
  const operations = Object.values(document.paths as Record<string, Record<string, Operation>>).flatMap(
    methods => Object.values(methods),
  )
  components.responses = shareResponses(operations)
  Object.assign(components.parameters, shareParameters(operations))
  return document
}

/** Refers to each problem response by its codes. Returns the responses by name. */
function shareResponses(operations: Operation[]): Json {
  const shared: Json = {}
  for (const { responses } of operations)
    for (const [status, response] of Object.entries(responses)) {
      const name = responseName(status, response as Response)
      if (name === undefined) continue
      shared[name] ??= response
      if (!isDeepStrictEqual(shared[name], response)) throw new Error(`Two responses are named ${name}.`)
      responses[status] = { $ref: `#/components/responses/${name}` }
    }
  return shared
}

/** `SealedOrWrongState` for a response with these two codes; undefined for one that only its operation has. */
function responseName(status: string, { headers = {}, content = {} }: Response): string | undefined {
  if (status === '304') return 'NotModified'
  if (status === 'default') return 'OtherProblem'
  const problem = content['application/problem+json']
  if (problem === undefined) return undefined
  const codes = Object.keys(problem.examples ?? {})
  if (status === '4XX') return 'UnreadableRequest'
  return codes.map(pascalCase).join('Or') + ('Accept-Patch' in headers ? 'OfPatch' : '')
}

const pascalCase = (code: string) =>
  code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Refers to the parameters that several operations have in one form, as `path.incident_id`. Returns them by name. */
function shareParameters(operations: Operation[]): Json {
  const forms = new Map<string, Parameter[]>()
  for (const parameter of operations.flatMap(({ parameters = [] }) => parameters))
    if ('name' in parameter)
      forms.set(nameOf(parameter), [...(forms.get(nameOf(parameter)) ?? []), parameter])
  for (const [name, [first, ...others]] of forms)
    if (others.length === 0 || !others.every(other => isDeepStrictEqual(first, other))) forms.delete(name)
  for (const { parameters = [] } of operations)
    for (const [i, parameter] of parameters.entries())
      if ('name' in parameter && forms.has(nameOf(parameter)))
        parameters[i] = { $ref: `#/components/parameters/${nameOf(parameter)}` }
  return Object.fromEntries([...forms].map(([name, [parameter]]) => [name, parameter]))
}

const nameOf = ({ in: place, name }: Parameter) => `${place}.${name}`
