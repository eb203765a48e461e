import { randomBytes } from 'node:crypto'
import { buildApp } from '../../app.ts'
import type { Config } from '../../config.ts'
import { connectBeside, requireDatabase } from '../database.ts'
import { say } from '../terminal/say.ts'

export interface LocalService {
  url: string
  /** An admin token that nothing but this process knows, and that ends with it. */
  token: string
  close: () => Promise<void>
}

/**
 * Opens the service in this process, on the data of the settings, which a running service may have open as well.
 * @param isNewAllowed whether a database is made where there is none
 */
export async function openLocalService(config: Config, isNewAllowed: boolean): Promise<LocalService> {
  if (!isNewAllowed) requireDatabase(config)
  const database = await connectBeside(config, say, isNewAllowed)
  const token = randomBytes(32).toString('base64url')
  const here = { host: '127.0.0.1', publicUrl: publicUrlOf(config), adminToken: token }
  const app = await buildApp({
    database,
    config: { ...config, ...here },
    now: () => new Date(),
    databaseReady: database.ready,
  })
  const close = async () => {
    await app.close()
    await database.close()
  }
  try {
    return { url: await app.listen({ host: here.host, port: 0 }), token, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Where the links that are made here lead: to the service of the same settings, and not to this process. */
function publicUrlOf({ publicUrl, host, port }: Config): string {
  const isEverywhere = ['0.0.0.0', '::'].includes(host)
  const name = host.includes(':') ? `[${host}]` : host
  return publicUrl ?? `http://${isEverywhere ? '127.0.0.1' : name}:${port}`
}
