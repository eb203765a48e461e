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
    'evidence',
    'incidents',
    'timeline',
    'factors',
    'action-items',
    'changes',
    'reviews',
    'waivers',
    'language-checks',
    'access',
  ],
  ['postmortem', 'ingest', 'export', 'feeds', 'insights', 'importer', 'pages', 'webhooks'],
  ['app'],
  ['client', 'demo', 'cli', 'main'],
]
const resources = floors[2]!
/** The parts of the postmortem, in the order in which they build on each other. */
const postmortemParts = [
  'schema',
  'words',
  'amendments',
  'tombstones',
  'shown',
  'load',
  'snapshot-stream',
  'document',
  'checks',
  'thread',
  'sealing',
  'follow-up',
  'redaction',
  'routes',
]

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

/** The top-level folder or file, which stands on a floor. */
const top = (path: string) => path.split('/')[0]!.replace(/\.ts$/, '')
/** The folder below it, too, where there is one: `http/server`. What lies deeper belongs to that. */
const room = (path: string) => path.split('/').slice(0, -1).slice(0, 2).join('/') || top(path)
const floorOf = (path: string) => floors.findIndex(rooms => rooms.includes(top(path)))
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

t.test('imports lead downward, or stay on their floor', async t => {
  t.same(
    faults((file, { path }) =>
      floorOf(path) > floorOf(file.path) ? 'imports from a higher floor' : undefined,
    ),
    [],
  )
})

t.test('on its floor a room imports only those that are named before it', async t => {
  t.same(
    faults((file, { path }) => {
      const [rooms, own, other] = [floors[floorOf(path)]!, top(file.path), top(path)]
      return rooms.indexOf(other) > rooms.indexOf(own) && rooms.includes(own)
        ? 'imports from a later room'
        : undefined
    }),
    [],
  )
})

t.test('the ground knows nothing but itself: config may use kit', async t => {
  t.same(
    faults((file, { path }) => {
      const [own, other] = [top(file.path), top(path)]
      const isBeside = floorOf(path) === 0 && floorOf(file.path) === 0 && own !== other
      return isBeside && !(own === 'config' && other === 'kit') ? 'imports from a room beside it' : undefined
    }),
    [],
  )
})

t.test('of the database http may transact, read older forms, and name types', async t => {
  t.same(
    faults((file, { path, names }) => {
      if (top(file.path) !== 'http' || top(path) !== 'db') return undefined
      return ['db/transact.ts', 'db/forms.ts'].includes(path) || /^type /.test(names)
        ? undefined
        : 'reaches into the database'
    }),
    [],
  )
})

t.test('only the app imports what it alone registers', async t => {
  t.same(
    faults((file, { path }) =>
      room(path) === 'http/server' && room(file.path) !== 'http/server' && file.path !== 'app.ts'
        ? 'imports from http/server'
        : undefined,
    ),
    [],
  )
})

t.test('the parts of the postmortem build on each other in one order', async t => {
  const part = (path: string) => path.split('/')[1]!.replace(/\.ts$/, '')
  t.same(
    files
      .filter(({ path }) => top(path) === 'postmortem' && !postmortemParts.includes(part(path)))
      .map(({ path }) => path),
    [],
    'and each is known',
  )
  t.same(
    faults((file, { path }) => {
      if (top(file.path) !== 'postmortem' || top(path) !== 'postmortem') return undefined
      return postmortemParts.indexOf(part(path)) > postmortemParts.indexOf(part(file.path))
        ? 'imports from a later part'
        : undefined
    }),
    [],
  )
})

t.test('there is no circle of rooms', async t => {
  const edges = new Map<string, Set<string>>()
  for (const { path, imports } of files) {
    const from = place(path)
    const to = imports.map(imported => place(imported.path)).filter(other => other !== from)
    edges.set(from, (edges.get(from) ?? new Set()).union(new Set(to)))
  }
  t.same(circlesIn(edges), [])
  const drawn = new Map([
    ['a', new Set(['b'])],
    ['b', new Set(['c'])],
    ['c', new Set(['b'])],
  ])
  t.same(circlesIn(drawn), ['b → c → b'], 'and one would be found')
})

/** A room; the files of `postmortem` itself are not one, but steps with rooms between them. */
const place = (path: string) =>
  top(path) === 'postmortem' ? path.split('/').slice(0, 2).join('/').replace(/\.ts$/, '') : room(path)

/** Each way that leads back to where it came from, once. */
function circlesIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles: string[] = []
  const done = new Set<string>()
  const walk = (from: string, way: string[]) => {
    const start = way.indexOf(from)
    if (start >= 0) circles.push([...way.slice(start), from].join(' → '))
    if (start >= 0 || done.has(from)) return
    for (const to of edges.get(from) ?? []) walk(to, [...way, from])
    done.add(from)
  }
  for (const from of edges.keys()) walk(from, [])
  return circles
}

/** What other resources may import of one. */
const shared = ['schema.ts', 'source-schema.ts', 'store.ts', 'rules.ts']
/** Of incidents, from which all others hang, also how they are locked, how what hangs below is numbered, the milestones, and the natures. */
const sharedOfIncidents = [...shared, 'locks.ts', 'numbered.ts', 'milestones.ts', 'natures.ts']

t.test(
  'a resource imports of another its schema, store or rules, and a little more of incidents',
  async t => {
    t.same(
      faults((file, { path }) => {
        const [own, other] = [room(file.path), room(path)]
        if (!resources.includes(own) || !resources.includes(other) || own === other) return undefined
        const open = other === 'incidents' ? sharedOfIncidents : shared
        return open.includes(fileName(path)) ? undefined : 'imports the inside of a resource'
      }),
      [],
    )
  },
)

t.test('only the app and a room itself import routes', async t => {
  t.same(
    faults((file, { path }) =>
      isRoutes(path) && top(file.path) !== top(path) && file.path !== 'app.ts' ? 'imports routes' : undefined,
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
