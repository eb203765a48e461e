/** An answer of the service: its status, `ETag` and body. */
export interface Answer<T> {
  status: number
  etag: string
  body: T
}

export type Call = <T>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<T>>

/** Headers of a PUT that creates and never overwrites. */
export const createOnly = { 'if-none-match': '*' }

/**
 * Creates a client that sends and reads JSON, with a token. Treats as success that something exists already: 412 of a PUT
 * with `createOnly`, and 409 of the POST of an incident.
 * @throws Error when the service refuses a call
 */
export function createClient(url: string, token: string): Call {
  return async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const exists =
      (response.status === 412 && headers === createOnly) ||
      (response.status === 409 && path === '/v1/incidents')
    if (!response.ok && !exists) throw new Error(`${method} ${path} was refused: ${text}`)
    const etag = response.headers.get('etag') ?? ''
    return { status: response.status, etag, body: JSON.parse(text) as T }
  }
}

/** Posts the entries of a numbered list that are not stored yet, and returns them. */
export async function storeMissing<T extends object>(call: Call, path: string, wanted: T[]): Promise<T[]> {
  const { body } = await call<{ items: { number?: number; id?: string }[] }>('GET', `${path}?limit=200`)
  const numbers = body.items.map(({ number, id }) => number ?? Number(id?.slice('AI-'.length)))
  const missing = wanted.slice(Math.max(0, ...numbers))
  for (const entry of missing) await call('POST', path, entry)
  return missing
}
