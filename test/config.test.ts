import t from 'tap'
import { loadConfig } from '../src/config.ts'

t.test('an empty environment gives the settings of a first start', async t => {
  t.same(loadConfig({}), {
    host: '127.0.0.1',
    port: 8080,
    dataDirectory: './.debrief',
    databaseUrl: undefined,
    timeZone: 'UTC',
    adminToken: undefined,
    publicUrl: undefined,
    token: undefined,
    allowedHosts: [],
    limits: {
      bodyBytes: 1_048_576,
      bodyTimeout: 30_000,
      handlerTimeout: 10_000,
      streamIdle: 30_000,
      exports: 2,
    },
    databaseLimits: { statementTimeout: 5000, lockTimeout: 2000, poolWait: 2000, poolSize: 10 },
    logLevel: 'info',
  })
})

t.test('each setting is read from its variable, and numbers are numbers', async t => {
  const environment = {
    DEBRIEF_HOST: '::1',
    DEBRIEF_PORT: '9090',
    DEBRIEF_DATA: '/var/lib/debrief',
    DATABASE_URL: 'postgresql://debrief@db.example/debrief',
    DEBRIEF_TIMEZONE: 'Europe/Lisbon',
    DEBRIEF_ADMIN_TOKEN: 'a'.repeat(32),
    DEBRIEF_LOG_LEVEL: 'warn',
    DEBRIEF_URL: 'https://Debrief.example:443/',
    DEBRIEF_TOKEN: 'dbf_3k9x0q7mz1ab',
    DEBRIEF_ALLOWED_HOSTS: 'Debrief.example,postmortems.example',
    DEBRIEF_BODY_TIMEOUT_MS: '1',
    DEBRIEF_HANDLER_TIMEOUT_MS: '2',
    DEBRIEF_STREAM_IDLE_MS: '7',
    DEBRIEF_EXPORTS: '8',
    DEBRIEF_STATEMENT_TIMEOUT_MS: '3',
    DEBRIEF_LOCK_TIMEOUT_MS: '4',
    DEBRIEF_POOL_WAIT_MS: '5',
    DEBRIEF_POOL_SIZE: '6',
    HOME: '/nowhere',
  }
  t.same(loadConfig(environment), {
    host: '::1',
    port: 9090,
    dataDirectory: '/var/lib/debrief',
    databaseUrl: 'postgresql://debrief@db.example/debrief',
    timeZone: 'Europe/Lisbon',
    adminToken: 'a'.repeat(32),
    publicUrl: 'https://debrief.example',
    token: 'dbf_3k9x0q7mz1ab',
    allowedHosts: ['debrief.example', 'postmortems.example'],
    limits: { bodyBytes: 1_048_576, bodyTimeout: 1, handlerTimeout: 2, streamIdle: 7, exports: 5 },
    databaseLimits: { statementTimeout: 3, lockTimeout: 4, poolWait: 5, poolSize: 6 },
    logLevel: 'warn',
  })
})

t.test('a command may have a data folder of its own, which the environment overrules', async t => {
  t.equal(loadConfig({}, './other').dataDirectory, './other')
  t.equal(loadConfig({ DEBRIEF_DATA: '/data' }, './other').dataDirectory, '/data')
})

t.test('the public address may have a port and a path', async t => {
  for (const DEBRIEF_URL of ['http://10.1.2.3:8080', 'https://tools.example/debrief'])
    t.equal(loadConfig({ DEBRIEF_URL }).publicUrl, DEBRIEF_URL)
})

t.test('an empty variable counts as absent', async t => {
  const environment = {
    DEBRIEF_HOST: '',
    DEBRIEF_PORT: '',
    DATABASE_URL: '',
    DEBRIEF_TIMEZONE: '',
    DEBRIEF_ADMIN_TOKEN: '',
  }
  t.same(loadConfig(environment), loadConfig({}))
})

t.test('a wrong setting stops the start with one sentence that names it', async t => {
  const wrong = {
    DEBRIEF_PORT: ['http', '65536', '-1', '80.5'],
    DATABASE_URL: ['mysql://db.example/debrief', 'db.example'],
    DEBRIEF_TIMEZONE: ['Mars/Olympus', '+02:00'],
    DEBRIEF_ADMIN_TOKEN: ['a'.repeat(31)],
    DEBRIEF_LOG_LEVEL: ['loud'],
    DEBRIEF_URL: [
      ...['debrief.example', 'debrief.example:8080', 'ftp://debrief.example', 'https://'],
      ...['https://a:b@debrief.example', 'https://debrief.example/?a=b', 'https://debrief.example/#a'],
    ],
    DEBRIEF_ALLOWED_HOSTS: ['https://debrief.example/', 'a b'],
    DEBRIEF_BODY_TIMEOUT_MS: ['0', 'soon', '700000'],
    DEBRIEF_HANDLER_TIMEOUT_MS: ['0'],
    DEBRIEF_STATEMENT_TIMEOUT_MS: ['-1'],
    DEBRIEF_LOCK_TIMEOUT_MS: ['1.5'],
    DEBRIEF_POOL_WAIT_MS: ['x'],
    DEBRIEF_POOL_SIZE: ['1', 'many'],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const sentence = new RegExp(`^${name} must .*\\.$`)
      t.throws(() => loadConfig({ [name]: value }), { message: sentence }, `${name}=${value}`)
    }
  }
})

t.test('a refused secret is not repeated', async t => {
  const message = (environment: NodeJS.ProcessEnv) => {
    try {
      loadConfig(environment)
    } catch (error) {
      return String(error)
    }
    return ''
  }
  t.notMatch(message({ DEBRIEF_ADMIN_TOKEN: 'hunter2' }), 'hunter2')
  t.notMatch(message({ DEBRIEF_URL: 'https://u:hunter2@debrief.example' }), 'hunter2')
  t.notMatch(message({ DATABASE_URL: 'mysql://u:hunter2@db' }), 'hunter2')
})
