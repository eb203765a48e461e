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
    HOME: '/nowhere',
  }
  t.same(loadConfig(environment), {
    host: '::1',
    port: 9090,
    dataDirectory: '/var/lib/debrief',
    databaseUrl: 'postgresql://debrief@db.example/debrief',
    timeZone: 'Europe/Lisbon',
    adminToken: 'a'.repeat(32),
    logLevel: 'warn',
  })
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
  t.notMatch(message({ DATABASE_URL: 'mysql://u:hunter2@db' }), 'hunter2')
})
