import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Client, clients } from './clients.ts'
import { checkScene, type Service, setScene, startService } from './service.ts'
import { contract, copyClient, folder, sh, workshop } from './workshop.ts'

/**
 * `npm run clients` generates clients from the contract with five generators, compiles them, and lets each make the same
 * five calls to a service. `-- python go` runs only those. `-- --due` runs none and prints the names of those to run:
 * all, but only the quickest where neither the contract nor the clients have changed since all passed, which
 * clients/passed.sha256 holds. Ends with "clients: N passed, N failed, N skipped".
 */

const passedFile = join(folder, 'passed.sha256')

const names = Object.keys(clients)
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { due: { type: 'boolean' } }, allowPositionals: true })
  if (values.due) {
    console.log(dueClients().join(' '))
    return 0
  }
  const unknown = positionals.find(name => !names.includes(name))
  if (unknown) throw new Error(`There is no client ${unknown}, but ${names.join(', ')}.`)
  const chosen = positionals.length > 0 ? [...new Set(positionals)] : names
  const passed = await runAll(chosen)
  if (passed === names.length) writeFileSync(passedFile, `${currentHash()}\n`)
  console.log(
    `clients: ${passed} passed, ${chosen.length - passed} failed, ${names.length - chosen.length} skipped`,
  )
  return passed === chosen.length ? 0 : 1
}

function dueClients(): string[] {
  const isUnchanged = existsSync(passedFile) && readFileSync(passedFile, 'utf8').trim() === currentHash()
  return names.filter(name => clients[name]!.always || !isUnchanged)
}

/** Hashes the contract and the files of the clients. */
function currentHash(): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(file => file.isFile())
    .map(file => join(file.parentPath, file.name))
    .filter(path => !path.startsWith(workshop) && path !== passedFile)
  const hash = createHash('sha256')
  for (const path of [contract, ...files.sort()]) hash.update(readFileSync(path))
  return hash.digest('hex')
}

/** Runs as many at a time as there are cores, beside the start of the service; returns how many have passed. */
async function runAll(chosen: string[]): Promise<number> {
  const starting = startService()
  starting.catch(() => {}) // Each client that gets as far awaits it.
  const queue = [...chosen]
  let passed = 0
  const work = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) if (await run(name, starting)) passed++
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work))
  } finally {
    await (await starting).stop()
  }
  return passed
}

/** Makes the client and lets it call the service; prints how each step went. */
async function run(name: string, starting: Promise<Service>): Promise<boolean> {
  const { generator, version, steps } = clients[name]!
  const cwd = copyClient(name)
  const done = [`${name}: ${generator} ${versionOf(cwd, version)}`]
  const step = async (title: string, work: () => Promise<unknown>) => {
    const began = performance.now()
    await work().catch(error => {
      throw new Error(`FAILED (${seconds(began)})\n${error.message}`)
    })
    done.push(`${title} (${seconds(began)})`)
  }
  try {
    await step('installed', () => sh(cwd, steps.install))
    await step('generated', () => sh(cwd, steps.generate))
    await step('compiled', () => sh(cwd, steps.compile))
    const service = await starting
    await step('five calls ok', async () => {
      const scene = await setScene(service, name)
      await sh(cwd, steps.call, { ...scene })
      await checkScene(service, scene)
    })
    console.log(done.join(', '))
    return true
  } catch (error) {
    console.log([...done, (error as Error).message].join(', '))
    return false
  }
}

function versionOf(cwd: string, { file, pattern }: Client['version']): string {
  return pattern.exec(readFileSync(join(cwd, file), 'utf8'))?.[1] ?? 'of an unknown version'
}

process.exit(await main())
