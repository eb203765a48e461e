import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import t from 'tap'

/** The floors of the house: imports lead downward only. Types count like everything else. */

const root = resolve(import.meta.dirname, '../src')
const floors = [
  ['kit', 'config', 'language'],
  ['db', 'http'],
  [
    'directory',
    'access',
    'evidence',
    'incidents',
    'timeline',
    'factors',
    'action-items',
    'changes',
    'reviews',
    'waivers',
    'language-checks',
  ],
  ['postmortem', 'ingest', 'export', 'insights', 'pages'],
  ['app'],
  ['demo', 'cli', 'main'],
]
const resources = floors[2]!

interface File {
  /** From src/, e.g. `timeline/store.ts`. */
  path: string
  source: string
  imports: { path: string; names: string }[]
  packages: string[]
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(read)

function read(path: string): File {
  const source = readFileSync(resolve(root, path), 'utf8')
  const specifiers = importsOf(source)
  const local = specifiers.filter(({ from }) => from.startsWith('.'))
  return {
    path,
    source,
    imports: local.map(({ from, names }) => ({
      path: relative(root, resolve(root, dirname(path), from)),
      names,
    })),
    packages: specifiers.filter(({ from }) => !from.startsWith('.')).map(({ from }) => from),
  }
}

/** Static imports, re-exports, bare imports and `import()`, of values and of types. */
function importsOf(source: string): { from: string; names: string }[] {
  const statics = source.matchAll(/^(?:import|export)\s(?<names>[^'"`;]*?)\sfrom\s+['"](?<from>[^'"]+)['"]/gm)
  const others = source.matchAll(/(?:^import\s+|import\()\s*['"](?<from>[^'"]+)['"]/gm)
  return [...statics, ...others].map(({ groups }) => ({ from: groups!.from!, names: groups!.names ?? '' }))
}

const room = (path: string) => path.split('/')[0]!.replace(/\.ts$/, '')
const floorOf = (path: string) => floors.findIndex(rooms => rooms.includes(room(path)))
const fileName = (path: string) => path.split('/').at(-1)!
const isRoutes = (path: string) => /(^|-)routes\.ts$/.test(fileName(path))

/** Every import that `judge` has something to say about, as `file: sentence`. */
const faults = (judge: (file: File, imported: File['imports'][number]) => string | undefined) =>
  files.flatMap(file =>
    file.imports.flatMap(imported => {
      const fault = judge(file, imported)
      return fault === undefined ? [] : [`${file.path}: ${fault} (${imported.path})`]
    }),
  )

t.test('the import reader sees every way to import', async t => {
  const source = `import a, { b } from './one.ts'
import type {
  C,
} from "./two.ts"
export * from './three.ts'
import './four.ts'
const five = await import('./five.ts')`
  t.same(
    importsOf(source)
      .map(({ from }) => from)
      .sort(),
    ['./five.ts', './four.ts', './one.ts', './three.ts', './two.ts'],
  )
  t.ok(files.length > 30, 'and the sources are found')
})

t.test('every file stands in a room that the plan of the house knows', async t => {
  t.same(
    files.filter(({ path }) => floorOf(path) < 0).map(({ path }) => path),
    [],
  )
})

t.test('imports lead downward, or stay in their room or floor', async t => {
  t.same(
    faults((file, { path }) =>
      floorOf(path) > floorOf(file.path) ? 'imports from a higher floor' : undefined,
    ),
    [],
  )
})

t.test(
  'on the ground and on the first floor each room stands alone, but http may transact, and name types of db',
  async t => {
    t.same(
      faults((file, { path, names }) => {
        if (room(file.path) === room(path) || floorOf(path) !== floorOf(file.path) || floorOf(path) > 1)
          return undefined
        if (room(file.path) === 'config' && room(path) === 'kit') return undefined
        const isDb = room(file.path) === 'http' && (path === 'db/transact.ts' || /^type /.test(names))
        return isDb ? undefined : 'imports from a room beside it'
      }),
      [],
    )
  },
)

t.test('a resource imports only earlier resources: their schema, store or rules', async t => {
  t.same(
    faults((file, { path }) => {
      const [own, other] = [room(file.path), room(path)]
      if (!resources.includes(own) || !resources.includes(other) || own === other) return undefined
      if (resources.indexOf(other) > resources.indexOf(own)) return 'imports from a later resource'
      return ['schema.ts', 'store.ts', 'rules.ts'].includes(fileName(path))
        ? undefined
        : 'imports the inside of a resource'
    }),
    [],
  )
})

t.test('only the app and a room itself import routes', async t => {
  t.same(
    faults((file, { path }) =>
      isRoutes(path) && room(file.path) !== room(path) && file.path !== 'app.ts' && room(path) !== 'http'
        ? 'imports routes'
        : undefined,
    ),
    [],
  )
})

t.test('inside a room the way is schema, store, routes, and never back', async t => {
  const rank = (path: string) =>
    ['schema.ts', 'rules.ts', 'store.ts'].indexOf(fileName(path)) + 1 || (isRoutes(path) ? 4 : 0)
  t.same(
    faults((file, { path }) => {
      const [own, other] = [rank(file.path), rank(path)]
      if (room(file.path) !== room(path) || own === 0 || other === 0) return undefined
      return other > own ? 'imports what stands on it' : undefined
    }),
    [],
  )
})

t.test('stores know nothing of Fastify, routes nothing of SQL', async t => {
  const storesWithHttp = files
    .filter(({ path }) => resources.includes(room(path)) && !isRoutes(path))
    .filter(({ packages }) => packages.includes('fastify'))
  const routesWithSql = files
    .filter(({ path }) => isRoutes(path))
    .filter(({ packages }) => packages.includes('kysely') || packages.includes('pg'))
  t.same(
    [...storesWithHttp, ...routesWithSql].map(({ path }) => path),
    [],
  )
})

t.test('only config.ts reads the environment', async t => {
  const readers = files.filter(({ source }) => /process\s*\.\s*env|\benv\b.*from 'node:process'/.test(source))
  t.same(
    readers.map(({ path }) => path),
    ['config.ts'],
  )
})
