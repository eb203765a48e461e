import type { FieldError } from '../../problem.ts'

/** The schema of one parameter; its type says how the text is read. */
interface ParameterSchema {
  type?: string
  examples?: unknown[]
}
/** A parameter as it came; an array where it was repeated. */
type Given = string | string[]

interface Parsed {
  /** By name, each of the type in its schema; what has not its form stays as it came, and has an error. */
  values: Record<string, unknown>
  errors: FieldError[]
}

/**
 * Returns a function that gives the parameters of a query or a path the types of their schemas. It reads strictly:
 * `true` and not `1`, `7` and not `07` or `7e0`. A list comes with commas, repeated, or both.
 */
export function createParameterParser(schema: { properties?: Record<string, ParameterSchema> }) {
  const known = new Map(Object.entries(schema.properties ?? {}))
  return (given: unknown): Parsed => {
    const errors: FieldError[] = []
    const values = Object.entries((given ?? {}) as Record<string, Given>).map(([name, text]) => {
      const parameter = known.get(name)
      const parsed = parameter === undefined ? { value: text } : parse(parameter, text)
      if ('value' in parsed) return [name, parsed.value]
      errors.push({ pointer: `/${name}`, code: parsed.code, detail: `/${name} ${parsed.rule}.` })
      return [name, text]
    })
    return { values: Object.fromEntries(values), errors }
  }
}

type Outcome = { value: unknown } | { code: string; rule: string }

function parse({ type, examples = [] }: ParameterSchema, text: Given): Outcome {
  if (type === 'array') return { value: [text].flat().flatMap(part => part.split(',')) }
  if (Array.isArray(text)) return { code: 'repeated', rule: 'may be given once' }
  if (type === 'integer') {
    // Digits beyond the safe integers are above every maximum, which the schema then refuses.
    if (/^(0|-?[1-9][0-9]*)$/.test(text)) return { value: Number(text) }
    return { code: 'type', rule: `must be an integer in plain digits, such as ${examples[0] ?? 7}` }
  }
  if (type === 'boolean') {
    if (text === 'true' || text === 'false') return { value: text === 'true' }
    return { code: 'type', rule: 'must be true or false' }
  }
  return { value: text }
}
