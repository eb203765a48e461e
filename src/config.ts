import { envSchema } from 'env-schema'
import Type, { type Static } from 'typebox'
import { isTimeZone } from './kit/time.ts'

const Environment = Type.Object({
  DEBRIEF_HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  DEBRIEF_PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535 }),
  DEBRIEF_DATA: Type.String({ default: './.debrief', minLength: 1 }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  DEBRIEF_TIMEZONE: Type.String({ default: 'UTC' }),
  DEBRIEF_ADMIN_TOKEN: Type.Optional(Type.String({ minLength: 32 })),
  DEBRIEF_LOG_LEVEL: Type.Unsafe<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>({
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    default: 'info',
  }),
})

export interface Config {
  host: string
  port: number
  /** The folder of the embedded database and of `admin.token`. */
  dataDirectory: string
  /** A PostgreSQL server (15 to 18); the embedded one when absent. */
  databaseUrl: string | undefined
  /** IANA name; “today” for what is overdue. */
  timeZone: string
  adminToken: string | undefined
  logLevel: Static<typeof Environment>['DEBRIEF_LOG_LEVEL']
}

/** Where the programs are found that Debrief starts: the PATH they inherit. */
export const programPath = (): string => process.env.PATH ?? ''

const rules: Record<string, string> = {
  DEBRIEF_HOST: 'must be an address or a host name to listen on, e.g. 127.0.0.1',
  DEBRIEF_PORT: 'must be a port number from 0 to 65535',
  DEBRIEF_DATA: 'must be a folder',
  DATABASE_URL: 'must be an address like postgresql://user:password@host:5432/database',
  DEBRIEF_ADMIN_TOKEN: 'must have at least 32 characters; `openssl rand -hex 32` makes a good one',
  DEBRIEF_LOG_LEVEL: 'must be one of fatal, error, warn, info, debug, silent',
}

/**
 * Reads the settings from the environment; the only place that does. An empty variable counts as absent.
 * Throws an Error whose message is one sentence that says what to change.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const values = parse(given)
  if (!isTimeZone(values.DEBRIEF_TIMEZONE)) {
    throw new Error('DEBRIEF_TIMEZONE must be an IANA time zone, e.g. Europe/Lisbon.')
  }
  return {
    host: values.DEBRIEF_HOST,
    port: values.DEBRIEF_PORT,
    dataDirectory: values.DEBRIEF_DATA,
    databaseUrl: values.DATABASE_URL,
    timeZone: values.DEBRIEF_TIMEZONE,
    adminToken: values.DEBRIEF_ADMIN_TOKEN,
    logLevel: values.DEBRIEF_LOG_LEVEL,
  }
}

function parse(environment: Record<string, string | undefined>) {
  try {
    return envSchema<Static<typeof Environment>>({ schema: Environment, data: environment, env: false })
  } catch (error) {
    const name = String(error).match(/DEBRIEF_[A-Z_]+|DATABASE_URL/)?.[0]
    throw new Error(name ? `${name} ${rules[name]}.` : String(error), { cause: error })
  }
}
