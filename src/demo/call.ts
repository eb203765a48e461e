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

/** With these a PUT creates and never overwrites. */
export const once = { 'if-none-match': '*' }

/**
 * Calls the service with a token, in JSON. That something is there already is no fault: 412 says so to a PUT sent
 * `once`, as 409 does to the POST of an incident.
 * @throws Error when the service refuses a call
 */
export function caller(url: string, token: string): Call {
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
    const isThere =
      (response.status === 412 && headers === once) || (response.status === 409 && path === '/v1/incidents')
    if (!response.ok && !isThere) throw new Error(`${method} ${path} was refused: ${text}`)
    const etag = response.headers.get('etag') ?? ''
    return { status: response.status, etag, body: JSON.parse(text) as T }
  }
}

/** Posts the entries whose number in the list's order has not been given yet, and answers them. */
export async function storeMissing<T extends object>(call: Call, path: string, wanted: T[]): Promise<T[]> {
  const { body } = await call<{ items: { number?: number; id?: string }[] }>('GET', `${path}?limit=200`)
  const numbers = body.items.map(({ number, id }) => number ?? Number(id?.slice('AI-'.length)))
  const missing = wanted.slice(Math.max(0, ...numbers))
  for (const entry of missing) await call('POST', path, entry)
  return missing
}
