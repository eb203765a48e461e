import createClient, { type Client } from 'openapi-fetch'
import type { components, paths } from './contract.ts'

/** A client of the service: `client.GET('/v1/action-items', { params: { query: { overdue: true } } })`. */
export type DebriefClient = Client<paths>

/** The named components of the contract, such as `Schemas['ActionItem']`. */
export type Schemas = components['schemas']

export interface ClientOptions {
  /** Where the service is, e.g. `http://127.0.0.1:8080`. */
  url: string
  /** An API token, with a scope that covers the calls. */
  token: string
  /** In place of the global one. */
  fetch?: (request: Request) => Promise<Response>
}

/** Creates a client whose calls are typed from `openapi/openapi.json`. A call that is refused answers with `error`. */
export const createDebriefClient = ({ url, token, ...rest }: ClientOptions): DebriefClient =>
  createClient<paths>({
    baseUrl: url,
    headers: { authorization: `Bearer ${token}` },
    // Lists are separated by commas.
    querySerializer: { array: { style: 'form', explode: false } },
    ...rest,
  })
