import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = '.tap/rooms'
const filesInRoom = 8

/** Writes a script for each room of these test files, and returns what tap is to run: these, and the files that run alone. */
export function writeRooms(files: string[]): string[] {
  const { alone, rooms } = inRooms(files)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return [...alone, ...rooms.map(writeRoom)]
}

/**
 * Divides test files: one that starts processes runs alone; of the others several share a process, since each process takes
 * a second to load Debrief.
 */
export function inRooms(files: string[]): { alone: string[]; rooms: string[][] } {
  const alone = files.filter(startsProcesses)
  const others = files.filter(file => !alone.includes(file))
  const rooms = Array.from({ length: Math.ceil(others.length / filesInRoom) }, (_, i) =>
    others.slice(i * filesInRoom, (i + 1) * filesInRoom),
  )
  return { alone, rooms }
}

const startsProcesses = (file: string) =>
  /'node:child_process'|\/command\.ts'|\/embedded-servers\.ts'/.test(readFileSync(file, 'utf8'))

function writeRoom(files: string[], index: number): string {
  const script = join(folder, `${String(index + 1).padStart(2, '0')}.mjs`)
  const list = JSON.stringify(files, null, 2)
  writeFileSync(script, `import { runFiles } from '../../test/rooms/room.ts'\n\nrunFiles(${list})\n`)
  return script
}
