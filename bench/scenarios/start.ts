import { rmSync } from 'node:fs'
import { makeFolder, program, type Setup, start } from '../setup.ts'
import { atMost, measured, type Row } from '../table.ts'

/** From the start of the process to the first 200 of /readyz, with the bundled PostgreSQL: in an empty folder, then in that. */
export async function measureStarts({ scale, say }: Setup): Promise<Row[]> {
  say('starts')
  await using stack = new AsyncDisposableStack()
  const folder = makeFolder(stack)
  const first: number[] = []
  for (let run = 0; run < scale.starts.first; run++) {
    rmSync(folder, { recursive: true, force: true })
    first.push(await timeStart(folder))
  }
  const again: number[] = []
  for (let run = 0; run < scale.starts.again; run++) again.push(await timeStart(folder))
  return [
    measured('first start to first answer', 's', first, atMost(3)),
    measured('start to first answer', 's', again, atMost(1)),
  ]
}

async function timeStart(folder: string): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const started = performance.now()
  const { url } = await start(stack, [program, 'serve'], { DEBRIEF_DATA: folder, DEBRIEF_PORT: '0' })
  while (!(await fetch(`${url}/readyz`)).ok) {}
  return (performance.now() - started) / 1000
}
