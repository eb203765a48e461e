import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Schemas } from '../../client/client.ts'
import { sha256Hex } from '../../kit/json/json.ts'
import { writeAtomically } from '../write-atomically.ts'
import type { ExportFilter } from './documents.ts'

/** What a folder is meant to hold: it is the same in every run. */
export interface Selection extends ExportFilter {
  evidence: boolean
}

/** What the folder holds of a postmortem. */
export interface Exported {
  sequence: number
  revision: number
  json_sha256: string
  markdown_sha256: string
  title: string
  severity: Schemas['Severity'] | null
  occurred_on: string
  /** The names of the files in `evidence/`, which begin with their SHA-256. */
  evidence: string[]
}

/** The state of an export, which the folder keeps. Nothing in it depends on when or where it was made. */
export interface State {
  format: 1
  selection: Selection
  /** The sequence number after which the next export goes on. */
  after: number
  postmortems: Record<string, Exported>
}

const stateFile = '.debrief-export.json'
export const contentsFile = 'README.md'

/**
 * Reads the state of a folder, or begins one.
 * @throws Error with one sentence where the folder is something else, or was made with other options
 */
export async function openFolder(out: string, selection: Selection): Promise<State> {
  await mkdir(out, { recursive: true }).catch(error => {
    throw new Error(`--out must be a folder that can be written to (${error.message}).`, { cause: error })
  })
  const stored = await readIfThere(join(out, stateFile))
  if (stored === null) return beginFolder(out, selection)
  const state = parseState(stored, out)
  if (JSON.stringify(state.selection) === JSON.stringify(selection)) return state
  throw new Error(
    `${out} is an export ${wordsOf(state.selection)}, and not ${wordsOf(selection)}: use the same options, or another folder.`,
  )
}

async function beginFolder(out: string, selection: Selection): Promise<State> {
  const foreign = (await readdir(out)).find(name => name === contentsFile || name.startsWith('PM-'))
  if (foreign !== undefined)
    throw new Error(
      `${out} has a ${foreign} that no export has made, and that this one would overwrite: name another folder.`,
    )
  const state: State = { format: 1, selection, after: 0, postmortems: {} }
  await saveState(out, state)
  return state
}

function parseState(json: Buffer, out: string): State {
  try {
    const state: State = JSON.parse(json.toString())
    if (state.format === 1) return state
  } catch {}
  throw new Error(
    `${join(out, stateFile)} is damaged, or of a newer version of Debrief: take an earlier copy of it, or name another folder.`,
  )
}

function wordsOf({ severity, service, evidence }: Selection): string {
  const filters = [
    severity.length > 0 && `--severity ${severity}`,
    service.length > 0 && `--service ${service}`,
    evidence && '--evidence',
  ].filter(words => words !== false)
  return filters.length > 0 ? `with ${filters.join(' ')}` : 'of everything'
}

/** Writes the state. Its postmortems are in the order of their ids, so that a change of it is easy to read. */
export async function saveState(out: string, state: State): Promise<void> {
  const postmortems = Object.fromEntries(
    Object.entries(state.postmortems).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  await writeIfChanged(
    join(out, stateFile),
    Buffer.from(`${JSON.stringify({ ...state, postmortems }, null, 1)}\n`),
  )
}

/** The files of a postmortem below the folder, by their SHA-256. */
function filesOf(id: string, { json_sha256, markdown_sha256, evidence }: Exported): [string, string][] {
  return [
    [join(id, 'postmortem.md'), markdown_sha256],
    [join(id, 'postmortem.json'), json_sha256],
    ...evidence.map((name): [string, string] => [join(id, 'evidence', name), name.slice(0, 64)]),
  ]
}

/** The postmortems of which a file is missing, or is not what was exported. */
export async function findDamaged(out: string, { postmortems }: State): Promise<Set<string>> {
  const damaged = new Set<string>()
  for (const [id, exported] of Object.entries(postmortems))
    if (!(await areIntact(out, filesOf(id, exported)))) damaged.add(id)
  return damaged
}

async function areIntact(out: string, files: [string, string][]): Promise<boolean> {
  for (const [path, sha256] of files) {
    const bytes = await readIfThere(join(out, path))
    if (bytes === null || sha256Hex(bytes) !== sha256) return false
  }
  return true
}

/** Writes a file, and the folder that it is in. One that has these bytes already stays untouched. */
export async function writeIfChanged(path: string, bytes: Buffer): Promise<void> {
  if ((await readIfThere(path))?.equals(bytes)) return
  await mkdir(dirname(path), { recursive: true })
  await writeAtomically(path, bytes)
}

async function readIfThere(path: string): Promise<Buffer | null> {
  return readFile(path).catch(error => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}
