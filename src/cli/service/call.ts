import { createDebriefClient, type DebriefClient } from '../../client/client.ts'
import type { Config } from '../../config.ts'
import { readOptionFile } from '../input/option-file.ts'
import { UsageError } from '../input/usage-error.ts'
import { reachingFetch } from './answers.ts'

/** Which service a command calls. */
export interface ServiceOptions {
  url?: string
  token?: string
  tokenFile?: string
}

const usualUrl = 'http://127.0.0.1:8080'

/**
 * Calls the service that the options or the settings mean; without a token and an address, one of this process alone, on
 * the data here.
 * @param isNewAllowed whether the data here may be made by this
 * @throws Error with one sentence that says what to do
 */
export async function callService<T>(
  {
    config,
    options,
    isNewAllowed = false,
  }: { config: Config; options: ServiceOptions; isNewAllowed?: boolean },
  work: (client: DebriefClient) => Promise<T>,
): Promise<T> {
  const token = options.token ?? readOptionFile(options.tokenFile, '--token-file')?.trim() ?? config.token
  if (token !== undefined) return work(clientOf(options.url ?? config.publicUrl ?? usualUrl, token))
  if (options.url !== undefined)
    throw new UsageError('Say with which token: --token-file <file>, or DEBRIEF_TOKEN.')
  const { openLocalService } = await import('./local-service.ts')
  const local = await openLocalService(config, isNewAllowed)
  try {
    return await work(clientOf(local.url, local.token))
  } finally {
    await local.close()
  }
}

function clientOf(given: string, token: string): DebriefClient {
  const url = URL.parse(given)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('--url must be an address like https://debrief.example.')
  if (token === '') throw new UsageError('The token of --token or --token-file is empty.')
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError('The token has characters that no token has.')
  const address = given.replace(/\/+$/, '')
  return createDebriefClient({ url: address, token, fetch: reachingFetch(address) })
}
