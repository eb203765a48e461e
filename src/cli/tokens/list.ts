import type { Schemas } from '../../client/client.ts'
import type { Config } from '../../config.ts'
import { allOf } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { lifeCells, lifeHeader, lifeStyle } from '../terminal/life.ts'
import { printable, tableOf } from '../terminal/table.ts'

/** The most characters of a name; more would break the lines of a terminal. */
const widestName = 40

/** `debrief token list`: prints a table of all tokens, newest first, without their secrets. */
export async function listTokensCommand(config: Config, options: ServiceOptions): Promise<void> {
  const tokens = await callService({ config, options }, client =>
    allOf(query => client.GET('/v1/tokens', { params: { query } })),
  )
  const now = new Date().toISOString()
  const header = ['id', 'name', 'scope', 'person', ...lifeHeader]
  const rows = tokens.map(token => ({ cells: cellsOf(token, now), style: lifeStyle(token, now) }))
  process.stdout.write(tableOf(header, rows, process.stdout))
}

const cellsOf = (token: Schemas['Token'], now: string): string[] => [
  token.id,
  printable(token.name, widestName),
  token.scope,
  token.person ?? '-',
  ...lifeCells(token, now),
]
