import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { disposeOnSignals } from '../help/dispose-on-signals.ts'
import { createChecks } from '../help/programs.ts'

/**
 * `npm run packed` packs Debrief as npm would publish it, installs that into an empty folder with the npm and the Node.js of the
 * PATH, and uses it there by npx. Ends with "packed: N passed, N failed".
 */

const root = fileURLToPath(new URL('../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const startLimit = 120_000
const { check, close } = createChecks('packed')

async function main(): Promise<number> {
  await using stack = new AsyncDisposableStack()
  disposeOnSignals(stack)
  const folder = mkdtempSync(join(tmpdir(), 'debrief-packed-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  // Where root's PostgreSQL, which runs as nobody, may enter.
  chmodSync(folder, 0o755)
  const app = join(folder, 'app')
  mkdirSync(app)
  const [npm, node] = [await run(app, 'npm', '--version'), await run(app, 'node', '--version')]
  console.log(`npm ${npm.trim()} on Node.js ${node.trim().slice(1)}`)

  await run(root, 'npm', 'pack', '--pack-destination', folder)
  const [tarball = ''] = globSync('*.tgz', { cwd: folder })
  await checkFiles(folder, tarball)
  await run(app, 'npm', 'install', join(folder, tarball))
  check('it says its version', await run(app, 'npx', 'debrief', '--version'), `${manifest.version}\n`)
  const importing =
    "import { createDebriefClient } from 'debrief/client'; console.log(typeof createDebriefClient)"
  const imported = await run(app, 'node', '--input-type=module', '--eval', importing)
  check('its client can be imported', imported, 'function\n')
  await checkService(stack, app)
  return close()
}

/** Our environment, without what npm has added for this run: a user's has none of it. */
function environment(): NodeJS.ProcessEnv {
  const ofRun =
    /^(npm_(config_(?!prefer_offline|cache|registry)|lifecycle|package|command|execpath|node)|INIT_CWD|DEBRIEF_|DATABASE_URL|NODE_COMPILE_CACHE)/
  const own = Object.entries(process.env).filter(([name]) => !ofRun.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter(part => !part.startsWith(root))
  return { ...Object.fromEntries(own), PATH: path.join(delimiter), DEBRIEF_PORT: '0' }
}

/** Runs a program to its end, and returns what it printed. @throws Error with its error output when it fails */
async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: environment() })
  return stdout
}

async function checkFiles(folder: string, tarball: string): Promise<void> {
  const names = (await run(folder, 'tar', '-tzf', tarball)).trim().split('\n')
  const folders = new Set(names.map(name => name.split('/')[1]))
  check('it has what it needs, and no more', [...folders].sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'examples',
    'migrations',
    'openapi',
    'package.json',
  ])
  const built = names
    .filter(name => /^package\/dist\/.*\.js$/.test(name))
    .map(name => name.slice('package/dist/'.length, -'.js'.length))
  const sources = globSync('**/*.ts', { cwd: join(root, 'src') }).map(name => name.slice(0, -3))
  check('its client has types', names.includes('package/dist/client/client.d.ts'), true)
  check('every source is compiled', built.sort(), sources.map(name => name.replaceAll(sep, '/')).sort())
}

async function checkService(stack: AsyncDisposableStack, app: string): Promise<void> {
  const { npx, url, said } = await startService(stack, app)
  const token = readFileSync(join(app, '.debrief/admin.token'), 'utf8').trim()
  const call = (path: string, init: RequestInit = {}) =>
    fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
  check('it is ready', (await call('/readyz')).status, 200)
  const body = JSON.stringify({ id: 'PM-2026-06-17-packed', title: 'Packed', severity: 'SEV3' })
  check('an incident is stored', (await call('/v1/incidents', { method: 'POST', body })).status, 201)
  const postmortem = await call('/v1/incidents/PM-2026-06-17-packed/postmortem.md')
  check('its postmortem is rendered', /^# Postmortem: Packed$/m.test(await postmortem.text()), true)
  const pages = ['/', '/docs/', '/docs/static/swagger-ui.css', '/openapi.json', '/problems/sealed']
  for (const page of pages) check(`${page} is there`, (await call(page)).status, 200)
  await run(app, 'npx', 'debrief', 'backup', 'debrief.tar')
  check('it is backed up', statSync(join(app, 'debrief.tar')).size > 0, true)
  npx.kill('SIGTERM')
  await once(npx, 'close')
  check('it stops when npx is told to', said.stdout.includes('"msg":"Debrief has stopped"'), true)
  check('and listens no more', await call('/readyz').catch(() => 'closed'), 'closed')
}

/** Starts the service as the README has it. */
async function startService(stack: AsyncDisposableStack, cwd: string) {
  const npx = spawn('npx', ['debrief', 'serve'], {
    cwd,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  stack.defer(() => stop(npx))
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    npx[name].setEncoding('utf8').on('data', text => {
      said[name] += text
    })
  const signal = AbortSignal.timeout(startLimit)
  for (;;) {
    const url = /^Debrief listens on (http:\S+);/m.exec(said.stderr)?.[1]
    if (url) return { npx, url, said }
    const [text] = await Promise.race([once(npx.stderr, 'data', { signal }), once(npx, 'exit', { signal })])
    if (typeof text !== 'string') throw new Error(`The service ended: ${said.stderr}`)
  }
}

async function stop(npx: ChildProcess): Promise<void> {
  if (npx.exitCode !== null || npx.signalCode !== null) return
  npx.kill('SIGTERM')
  await once(npx, 'close')
}

process.exit(await main())
