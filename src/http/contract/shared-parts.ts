type Json = Record<string, unknown>
type Response = { description: string; content?: Record<string, { examples?: object }> }
interface Operation {
  parameters?: ({ name: string; in: string } | { $ref: string })[]
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

/** Refers to each problem response by the names of its codes. Returns the responses by name. */
function shareResponses(operations: Operation[]): Json {
  const shared: Json = {}
  for (const { responses } of operations)
    for (const [status, response] of Object.entries(responses)) {
      const name = responseName(status, response as Response)
      if (name === undefined) continue
      shared[name] ??= response
      responses[status] = { $ref: `#/components/responses/${name}` }
    }
  return shared
}

/** `SealedOrWrongState` for a response with these two codes; undefined for one that only its operation has. */
function responseName(status: string, { content = {} }: Response): string | undefined {
  if (status === '304') return 'NotModified'
  if (status === 'default') return 'OtherProblem'
  const problem = content['application/problem+json']
  if (problem === undefined) return undefined
  return status === '4XX'
    ? 'UnreadableRequest'
    : Object.keys(problem.examples ?? {})
        .map(pascalCase)
        .join('Or')
}

const pascalCase = (code: string) =>
  code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Refers to the parameters that several operations have in one form. Returns them by name. */
function shareParameters(operations: Operation[]): Json {
  const forms = new Map<string, string[]>()
  for (const parameter of operations.flatMap(({ parameters = [] }) => parameters))
    if ('name' in parameter)
      forms.set(keyOf(parameter), [...(forms.get(keyOf(parameter)) ?? []), JSON.stringify(parameter)])
  const isShared = (key: string) => forms.get(key)!.length > 1 && new Set(forms.get(key)).size === 1
  for (const { parameters = [] } of operations)
    for (const [i, parameter] of parameters.entries())
      if ('name' in parameter && isShared(keyOf(parameter)))
        parameters[i] = { $ref: `#/components/parameters/${keyOf(parameter)}` }
  const shared = [...forms].filter(([key]) => isShared(key))
  return Object.fromEntries(shared.map(([key, [form]]) => [key, JSON.parse(form!)]))
}

/** One name may stand in paths and in queries, as `incident_id` does. */
const keyOf = (parameter: { name: string; in: string }): string =>
  parameter.in === 'path' ? `${parameter.name}-in-path` : parameter.name
