import { readFileSync } from 'node:fs'
import { envSchema } from 'env-schema'
import Type, { type Static } from 'typebox'
import { isTimeZone } from './kit/time/time.ts'

/** Debrief's version, as package.json has it. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version

const milliseconds = (byDefault: number) => Type.Integer({ default: byDefault, minimum: 1, maximum: 600_000 })

const Environment = Type.Object({
  DEBRIEF_HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  DEBRIEF_PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535 }),
  DEBRIEF_DATA: Type.Optional(Type.String({ minLength: 1 })),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  DEBRIEF_TIMEZONE: Type.String({ default: 'UTC' }),
  DEBRIEF_ADMIN_TOKEN: Type.Optional(Type.String({ minLength: 32 })),
  DEBRIEF_LOG_LEVEL: Type.Unsafe<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>({
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    default: 'info',
  }),
  DEBRIEF_URL: Type.Optional(Type.String()),
  DEBRIEF_TOKEN: Type.Optional(Type.String()),
  DEBRIEF_ALLOWED_HOSTS: Type.String({ default: '', pattern: '^[A-Za-z0-9.:\\[\\],_-]*$' }),
  DEBRIEF_BODY_TIMEOUT_MS: milliseconds(30_000),
  DEBRIEF_HANDLER_TIMEOUT_MS: milliseconds(10_000),
  DEBRIEF_STREAM_IDLE_MS: milliseconds(30_000),
  DEBRIEF_EXPORTS: Type.Integer({ default: 2, minimum: 1, maximum: 1000 }),
  DEBRIEF_STATEMENT_TIMEOUT_MS: milliseconds(5000),
  DEBRIEF_LOCK_TIMEOUT_MS: milliseconds(2000),
  DEBRIEF_POOL_WAIT_MS: milliseconds(2000),
  DEBRIEF_POOL_SIZE: Type.Integer({ default: 10, minimum: 2, maximum: 1000 }),
})

/** Limits of requests and answers: times in milliseconds, sizes in bytes. */
export interface Limits {
  /** The most bytes of a body. */
  bodyBytes: number
  /** Until a request's headers have arrived, and again until its body has. */
  bodyTimeout: number
  /** From a request's whole body to its answer, or to the start of a stream. */
  handlerTimeout: number
  /** How long a client may take nothing of an answer. */
  streamIdle: number
  /** Simultaneous exports: each uses a database connection for as long as its client reads. */
  exports: number
}

/** Limits of the database connections: times in milliseconds, and the size of the pool. */
export interface DatabaseLimits {
  statementTimeout: number
  lockTimeout: number
  poolWait: number
  poolSize: number
}

export interface Config {
  host: string
  port: number
  /** The folder of the embedded database and of `admin.token`. */
  dataDirectory: string
  /** A PostgreSQL server (15 to 18); the embedded one when absent. */
  databaseUrl: string | undefined
  /** IANA name of the zone that decides what “today” is. */
  timeZone: string
  adminToken: string | undefined
  /** The address at which tools reach the service, without a slash at its end, where it is configured. */
  publicUrl: string | undefined
  /** With which a command calls a service, in place of the data here. */
  token: string | undefined
  /** Accepted values of Host besides those of the loopback; empty unless set. */
  allowedHosts: string[]
  limits: Limits
  databaseLimits: DatabaseLimits
  logLevel: Static<typeof Environment>['DEBRIEF_LOG_LEVEL']
}

/** PATH, for the programs that Debrief starts. */
export const programPath = (): string => process.env.PATH ?? ''

/** Whether what is printed is kept as a log, or goes to a terminal that can only append. */
export const isLogged = (): boolean => 'CI' in process.env || process.env.TERM === 'dumb'

const millisecondsRule = 'must be a number of milliseconds from 1 to 600000'

const rules: Record<string, string> = {
  DEBRIEF_HOST: 'must be an address or a host name to listen on, e.g. 127.0.0.1',
  DEBRIEF_PORT: 'must be a port number from 0 to 65535',
  DEBRIEF_DATA: 'must be a folder',
  DATABASE_URL: 'must be an address like postgresql://user:password@host:5432/database',
  DEBRIEF_ADMIN_TOKEN: 'must have at least 32 characters; `openssl rand -hex 32` makes a good one',
  DEBRIEF_LOG_LEVEL: 'must be one of fatal, error, warn, info, debug, silent',
  DEBRIEF_ALLOWED_HOSTS: 'must be host names, separated by commas, e.g. debrief.example',
  DEBRIEF_BODY_TIMEOUT_MS: millisecondsRule,
  DEBRIEF_HANDLER_TIMEOUT_MS: millisecondsRule,
  DEBRIEF_STREAM_IDLE_MS: millisecondsRule,
  DEBRIEF_EXPORTS: 'must be a number of exports from 1 to 1000',
  DEBRIEF_STATEMENT_TIMEOUT_MS: millisecondsRule,
  DEBRIEF_LOCK_TIMEOUT_MS: millisecondsRule,
  DEBRIEF_POOL_WAIT_MS: millisecondsRule,
  DEBRIEF_POOL_SIZE: 'must be a number of connections from 2 to 1000',
}

/**
 * Reads the settings from the environment; the only place that does. An empty variable counts as absent.
 * @param dataDirectory the data folder where the environment names none
 * @throws Error with one sentence that says what to change
 */
export function loadConfig(
  environment: NodeJS.ProcessEnv = process.env,
  dataDirectory = './.debrief',
): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const values = parse(given)
  if (!isTimeZone(values.DEBRIEF_TIMEZONE)) {
    throw new Error('DEBRIEF_TIMEZONE must be an IANA time zone, e.g. Europe/Lisbon.')
  }
  return {
    host: values.DEBRIEF_HOST,
    port: values.DEBRIEF_PORT,
    dataDirectory: values.DEBRIEF_DATA ?? dataDirectory,
    databaseUrl: values.DATABASE_URL,
    timeZone: values.DEBRIEF_TIMEZONE,
    adminToken: values.DEBRIEF_ADMIN_TOKEN,
    publicUrl: publicUrlOf(values.DEBRIEF_URL),
    token: values.DEBRIEF_TOKEN,
    allowedHosts: values.DEBRIEF_ALLOWED_HOSTS.toLowerCase()
      .split(',')
      .filter(name => name !== ''),
    limits: {
      bodyBytes: 1024 * 1024,
      bodyTimeout: values.DEBRIEF_BODY_TIMEOUT_MS,
      handlerTimeout: values.DEBRIEF_HANDLER_TIMEOUT_MS,
      streamIdle: values.DEBRIEF_STREAM_IDLE_MS,
      // Leaves one connection to the other requests.
      exports: Math.min(values.DEBRIEF_EXPORTS, values.DEBRIEF_POOL_SIZE - 1),
    },
    databaseLimits: {
      statementTimeout: values.DEBRIEF_STATEMENT_TIMEOUT_MS,
      lockTimeout: values.DEBRIEF_LOCK_TIMEOUT_MS,
      poolWait: values.DEBRIEF_POOL_WAIT_MS,
      poolSize: values.DEBRIEF_POOL_SIZE,
    },
    logLevel: values.DEBRIEF_LOG_LEVEL,
  }
}

function publicUrlOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const url = URL.parse(given)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && !/[@?#]/.test(given)
  if (!isPlain) throw new Error('DEBRIEF_URL must be an address like https://debrief.example.')
  return url.href.replace(/\/+$/, '')
}

function parse(environment: Record<string, string | undefined>) {
  try {
    return envSchema<Static<typeof Environment>>({ schema: Environment, data: environment, env: false })
  } catch (error) {
    const name = String(error).match(/DEBRIEF_[A-Z_]+|DATABASE_URL/)?.[0]
    throw new Error(name ? `${name} ${rules[name]}.` : String(error), { cause: error })
  }
}
