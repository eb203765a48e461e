import type { Schemas } from '../../client/client.ts'

/** A call that the service refused, as a sentence. */
export class RefusedError extends Error {
  readonly status: number
  readonly errors: Schemas['Problem']['errors']
  /** When to try again, in seconds. */
  readonly retryAfter: number | undefined

  constructor(message: string, { status, headers }: Response, errors: Schemas['Problem']['errors'] = []) {
    super(message)
    this.status = status
    this.errors = errors
    this.retryAfter = Number(headers.get('retry-after')) || undefined
  }
}

interface Result<T> {
  data?: T
  error?: unknown
  response: Response
}

/**
 * What the service answered.
 * @param options of the command, by the pointer of the field that each sets
 * @throws RefusedError with one sentence that says what to do
 */
export function answerOf<T>({ data, error, response }: Result<T>, options: Record<string, string> = {}): T {
  if (response.ok) return data as T
  const { detail, errors } = isProblem(error) ? error : { detail: undefined, errors: [] }
  if (response.status === 401) throw new RefusedError(tokenRefused, response)
  const sentence = detail ?? `The service answered ${response.status}, and not why: is it Debrief's?`
  throw new RefusedError(withOptions(sentence, options), response, errors)
}

const tokenRefused =
  'The token is not valid there: it is unknown, expired or revoked, or its person has left. Make one beside the service with "debrief token create", and give it by --token-file or DEBRIEF_TOKEN.'

const isProblem = (error: unknown): error is Schemas['Problem'] =>
  typeof error === 'object' && error !== null && 'detail' in error

const withOptions = (sentence: string, options: Record<string, string>): string =>
  Object.entries(options).reduce((text, [pointer, option]) => text.replaceAll(pointer, option), sentence)

/** A page of a list. */
interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** All entries of a list, page by page. */
export async function allOf<T>(
  readPage: (cursor: { cursor?: string; limit: number }) => Promise<Result<Page<T>>>,
): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = answerOf(await readPage({ limit: 200, ...(cursor === null ? {} : { cursor }) }))
    all.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return all
}

/** A call that did not reach the service. */
export class UnreachableError extends Error {}

/** `fetch`, whose errors say which service was called, and what to do. */
export const reachingFetch =
  (url: string) =>
  async (request: Request): Promise<Response> => {
    const response = await fetch(request).catch(error => {
      throw new UnreachableError(
        `No service can be reached at ${url} (${reasonOf(error)}): is it running, and is that its address? --url or DEBRIEF_URL says another.`,
        { cause: error },
      )
    })
    if (response.ok && response.headers.get('content-type')?.startsWith('text/html'))
      throw new Error(`What answers at ${url} is not Debrief: --url or DEBRIEF_URL says another address.`)
    return response
  }

function reasonOf(error: Error): string {
  const { cause } = error as { cause?: { code?: string; message?: string } }
  return cause?.code ?? (cause?.message || error.message)
}
