import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { tempFolder } from '../db/embedded/embedded-servers.ts'

/** The launcher in a package of its own, whose scripts say what they are, and whose Node.js is a link to this one. */

const launcher = fileURLToPath(new URL('../../bin/debrief.js', import.meta.url))
const oldNode = ['--require', fileURLToPath(new URL('old-node.cjs', import.meta.url))]
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const pinned = Object.keys(manifest.optionalDependencies).filter(name => name.startsWith('node-'))

/** Says what it is on a line of JSON, then does what the first argument says. */
const script = `
import { setInterval } from 'node:timers'
const [what, value]: string[] = process.argv.slice(2)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    console.log(JSON.stringify({ signal }))
    if (what === 'wait') process.exit(5)
  })
const { pid, ppid, argv, argv0, env } = process
console.log(JSON.stringify({ file: import.meta.filename, pid, ppid, argv, argv0, leaked: env.DEBRIEF_LAUNCHER ?? '' }))
if (what === 'exit') process.exit(Number(value))
if (what === 'die') process.kill(pid, 'SIGKILL')
if (what === 'echo') process.stdin.pipe(process.stdout)
if (what === 'wait') setInterval(() => {}, 1000)
if (what === 'outlive') setInterval(() => process.ppid !== ppid && console.log('{"outlived":true}'), 1000)
`

function givenPackage(t: Test): string {
  const root = tempFolder(t)
  for (const folder of ['bin', 'src', 'test']) mkdirSync(join(root, folder))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  cpSync(launcher, join(root, 'bin/debrief.js'))
  for (const file of ['src/main.ts', 'test/run.ts']) writeFileSync(join(root, file), script)
  for (const name of pinned) {
    const folder = join(root, 'node_modules', name)
    mkdirSync(join(folder, 'bin'), { recursive: true })
    symlinkSync(process.execPath, join(folder, 'bin/node'))
    writeFileSync(join(folder, 'package.json'), '{ "bin": { "node": "bin/node" } }')
  }
  return root
}

interface Run {
  child: ChildProcess
  /** What the script says next. */
  heard: () => Promise<any>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }>
}

/** There is no program in the PATH: what runs was found by its path. */
function run(t: Test, [program, ...args]: string[], environment: Record<string, string> = {}): Run {
  const child = spawn(program!, args, { env: { PATH: '/nowhere', ...environment }, stdio: 'pipe' })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  return {
    child,
    heard: async () => JSON.parse((await lines.next()).value ?? 'null'),
    ended: new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal, said }))),
  }
}

const onNew = (root: string) => [process.execPath, join(root, 'bin/debrief.js')]
const onOld = (root: string) => [process.execPath, ...oldNode, join(root, 'bin/debrief.js')]

t.test('a Node.js that is new enough goes on in the same process', async t => {
  const root = givenPackage(t)
  const { child, heard, ended } = run(t, [...onNew(root), 'exit', '7'])
  const main = join(root, 'src/main.ts')
  t.match(await heard(), { file: main, pid: child.pid, argv: [process.execPath, main, 'exit', '7'] })
  t.match(await ended, { code: 7, said: '' })
})

t.test(
  'an old one starts the pinned one by its path, with the same arguments, and ends as it does',
  async t => {
    const root = givenPackage(t)
    const { child, heard, ended } = run(t, [...onOld(root), 'exit', '7'])
    const said = await heard()
    t.match(said, { file: join(root, 'src/main.ts'), ppid: child.pid, leaked: '' })
    t.same(said.argv.slice(2), ['exit', '7'])
    t.ok(pinned.map(name => join(root, 'node_modules', name, 'bin/node')).includes(said.argv0), said.argv0)
    t.match(await ended, { code: 7, said: '' })
  },
)

t.test('another script of the package runs in the same way', async t => {
  const root = givenPackage(t)
  for (const node of [onNew, onOld]) {
    const { heard, ended } = run(t, [...node(root), '--run', 'test/run.ts', 'exit', '3'])
    const said = await heard()
    t.same(said.argv.slice(1), [join(root, 'test/run.ts'), 'exit', '3'])
    t.equal((await ended).code, 3)
  }
})

t.test('a package without sources runs what was built', async t => {
  const root = givenPackage(t)
  rmSync(join(root, 'src'), { recursive: true })
  mkdirSync(join(root, 'dist'))
  writeFileSync(join(root, 'dist/main.js'), 'console.log(JSON.stringify({ built: true }))')
  t.same(await run(t, onNew(root)).heard(), { built: true })
})

const sentence = /^Debrief needs Node\.js 24 or newer; this is 20\.20\.2, and .+: run npm ci .+\.\n$/

t.test('where neither is there, one sentence says what to do', async t => {
  const root = givenPackage(t)
  for (const name of pinned) {
    rmSync(join(root, 'node_modules', name, 'bin/node'))
    writeFileSync(join(root, 'node_modules', name, 'bin/node'), 'not a program')
  }
  const broken = await run(t, onOld(root)).ended
  t.match(broken, { code: 1, said: sentence })
  t.match(broken.said, /bin\/node cannot be started/)

  rmSync(join(root, 'node_modules'), { recursive: true })
  const missing = await run(t, onOld(root)).ended
  t.match(missing, { code: 1, said: sentence })
  t.match(missing.said, /no newer one \(node-.+\) is installed/)
})

t.test('a pinned Node.js that is old itself does not look for another', async t => {
  const root = givenPackage(t)
  const alwaysOld = join(root, 'always-old.cjs')
  writeFileSync(alwaysOld, readFileSync(oldNode[1]!, 'utf8').replace(/^if .*$/m, ''))
  const { code, said } = await run(t, [
    process.execPath,
    '--require',
    alwaysOld,
    join(root, 'bin/debrief.js'),
  ]).ended
  t.match({ code, said }, { code: 1, said: sentence })
})

t.test('standard input passes', async t => {
  const { child, heard, ended } = run(t, [...onOld(givenPackage(t)), 'echo'])
  await heard()
  child.stdin!.end('{"read":"me"}\n')
  t.same(await heard(), { read: 'me' })
  t.equal((await ended).code, 0)
})

t.test('signals pass, also twice, and the end that the script makes of them counts', async t => {
  const root = givenPackage(t)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { child, heard, ended } = run(t, [...onOld(root), 'wait'])
    await heard()
    child.kill(signal)
    child.kill(signal)
    t.same(await heard(), { signal })
    t.match(await ended, { code: 5, signal: null }, signal)
  }
})

t.test('a script that a signal kills takes the launcher with it', async t => {
  const { ended } = run(t, [...onOld(givenPackage(t)), 'die'])
  t.match(await ended, { code: null, signal: 'SIGKILL' })
})

t.test('where the launcher is killed, the script is stopped', async t => {
  const { child, heard } = run(t, [...onOld(givenPackage(t)), 'wait'])
  await heard()
  child.kill('SIGKILL')
  t.same(await heard(), { signal: 'SIGTERM' })
  t.equal(await heard(), null, 'and has ended')
})

// A shell in the place of npm, which stays between.
const npm = ['/bin/sh', '-c', '"$0" "$@" & wait']

t.test('where npm is killed, the script is stopped, with or without a launcher between', async t => {
  const root = givenPackage(t)
  for (const node of [onNew, onOld]) {
    const environment = { npm_lifecycle_script: 'exec node bin/debrief.js serve' }
    const { child, heard } = run(t, [...npm, ...node(root), 'wait'], environment)
    await heard()
    child.kill('SIGKILL')
    t.same(await heard(), { signal: 'SIGTERM' })
    t.equal(await heard(), null, 'and has ended')
  }
})

t.test('what a shell has started outlives it', async t => {
  const { child, heard } = run(t, [...npm, ...onNew(givenPackage(t)), 'outlive'])
  const { pid } = await heard()
  t.teardown(() => process.kill(pid, 'SIGKILL'))
  child.kill('SIGKILL')
  t.same(await heard(), { outlived: true })
  t.same(await heard(), { outlived: true })
})

t.test('each pinned Node.js is new enough, and the launcher knows it', async t => {
  const source = readFileSync(launcher, 'utf8')
  t.equal(pinned.length, 5)
  for (const name of pinned) {
    t.ok(source.includes(`'${name}'`), name)
    t.ok(Number.parseInt(manifest.optionalDependencies[name], 10) >= 24, name)
  }
})
