import { writeFileSync } from 'node:fs'
import stringify from 'json-stringify-pretty-compact'
import { buildApp } from '../app.ts'
import { loadConfig } from '../config.ts'
import { openDatabase } from '../db/open.ts'

const file = new URL('../../openapi/openapi.json', import.meta.url)

/** The contract as JSON text. Needs no database: the pool never connects. */
export async function contractJson(): Promise<string> {
  const database = openDatabase({}, () => {})
  const app = await buildApp({
    database,
    config: loadConfig({}),
    now: () => new Date(),
  })
  await app.ready()
  const document = stringify(app.swagger(), { indent: 1, maxLength: 160 })
  await app.close()
  await database.close()
  return `${document}\n`
}

/** Writes `openapi/openapi.json`. */
export async function generateContract(): Promise<void> {
  writeFileSync(file, await contractJson())
}
