import type { Schemas } from '../../client/client.ts'
import type { Config } from '../../config.ts'
import { allOf } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { lifeCells, lifeHeader, lifeStyle } from '../terminal/life.ts'
import { printable, tableOf } from '../terminal/table.ts'

/** The most characters of a name; more would break the lines of a terminal. */
const widestName = 40

/** `debrief link list`: prints a table of all capability links, newest first, without their secrets. */
export async function listLinksCommand(config: Config, options: ServiceOptions): Promise<void> {
  const links = await callService({ config, options }, client =>
    allOf(query => client.GET('/v1/links', { params: { query } })),
  )
  const now = new Date().toISOString()
  const header = ['id', 'name', 'for', 'incident', ...lifeHeader]
  const rows = links.map(link => ({ cells: cellsOf(link, now), style: lifeStyle(link, now) }))
  process.stdout.write(tableOf(header, rows, process.stdout))
}

const cellsOf = (link: Schemas['CapabilityLink'], now: string): string[] => [
  link.id,
  printable(link.name, widestName),
  link.source ?? link.feed ?? '-',
  link.incident_id ?? '-',
  ...lifeCells(link, now),
]
