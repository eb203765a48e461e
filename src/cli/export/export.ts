import { join } from 'node:path'
import type { DebriefClient, Schemas } from '../../client/client.ts'
import type { Config } from '../../config.ts'
import { requireOption } from '../input/usage-error.ts'
import { RefusedError } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { startProgress } from '../terminal/progress.ts'
import { contentsOf } from './contents.ts'
import { type FinalDocument, finalDocuments } from './documents.ts'
import { exportEvidence } from './evidence.ts'
import {
  contentsFile,
  type Exported,
  findDamaged,
  openFolder,
  type Selection,
  type State,
  saveState,
  writeIfChanged,
} from './folder.ts'
import { otherServiceError, requireSameService } from './same-service.ts'

export interface ExportOptions extends ServiceOptions {
  out?: string
  severity?: Schemas['Severity'][]
  service?: string[]
  evidence?: true
}

/** `debrief export`: brings a folder up to date with the final postmortems of a service, and says what was new. */
export async function exportCommand(config: Config, options: ExportOptions): Promise<void> {
  const { severity = [], service = [], evidence = false } = options
  const out = requireOption(options.out, 'Say where to: --out <folder>.')
  const selection = { severity: severity.toSorted(), service: service.toSorted(), evidence }
  const summary = await callService({ config, options }, client => exportPostmortems(client, out, selection))
  process.stdout.write(`${summary}\n`)
}

/** What became of a postmortem; it is restored where its files were missing or changed. */
type News = 'new' | 'amended' | 'redacted' | 'restored' | 'unchanged'

/**
 * Brings a folder up to date with a service.
 * @returns a sentence that says what was new
 * @throws Error with one sentence that says what to do; what has come by then stays
 */
export async function exportPostmortems(
  client: DebriefClient,
  out: string,
  selection: Selection,
): Promise<string> {
  const state = await openFolder(out, selection)
  await requireSameService(client, out, state)
  const damaged = await findDamaged(out, state)
  const counts: Record<News, number> = { new: 0, amended: 0, redacted: 0, restored: 0, unchanged: 0 }
  const progress = startProgress('postmortems read')
  let read = 0
  try {
    for await (const news of bring(client, { out, state, damaged })) {
      counts[news] += 1
      progress.tell(++read)
    }
  } catch (error) {
    const isBeyondEnd =
      error instanceof RefusedError && error.errors.some(({ parameter }) => parameter === 'after')
    throw isBeyondEnd ? otherServiceError(out) : error
  } finally {
    progress.stop()
    await writeIfChanged(join(out, contentsFile), contentsOf(state))
    await saveState(out, state)
  }
  requireWhole(out, damaged)
  return summaryOf(out, state, counts)
}

interface Folder {
  out: string
  state: State
  /** Those whose files are missing or changed. */
  damaged: Set<string>
}

/** How many documents come before the state is saved, for a run that is interrupted; more where it is a long one. */
const saveEvery = 50

/** Writes the documents that come, from the first one that is damaged on, and tells what became of each. */
async function* bring(client: DebriefClient, { out, state, damaged }: Folder): AsyncGenerator<News> {
  const { selection, postmortems } = state
  for (const id of damaged) state.after = Math.min(state.after, postmortems[id]!.sequence - 1)
  let unsaved = 0
  for await (const document of finalDocuments(client, selection, state.after)) {
    const { incident_id } = document
    const news = newsOf(document, postmortems[incident_id], damaged)
    postmortems[incident_id] = await writePostmortem(client, { out, state, damaged }, document)
    state.after = document.sequence
    damaged.delete(incident_id)
    yield news
    unsaved += 1
    if (unsaved < saveEvery + Object.keys(postmortems).length / 10) continue
    await saveState(out, state)
    unsaved = 0
  }
}

function newsOf(document: FinalDocument, known: Exported | undefined, damaged: Set<string>): News {
  if (known === undefined) return 'new'
  if (known.revision < document.revision) return 'amended'
  // It keeps its bytes where evidence was redacted that it cites, and moves all the same.
  if (known.sequence !== document.sequence) return 'redacted'
  return damaged.has(document.incident_id) ? 'restored' : 'unchanged'
}

async function writePostmortem(
  client: DebriefClient,
  { out, state }: Folder,
  { incident_id, json, markdown, sequence, revision, json_sha256, markdown_sha256 }: FinalDocument,
): Promise<Exported> {
  const { incident } = JSON.parse(json.toString())
  const folder = join(out, incident_id)
  const evidence = state.selection.evidence
    ? await exportEvidence(client, join(folder, 'evidence'), json)
    : []
  const exported: Exported = {
    ...{ sequence, revision, json_sha256, markdown_sha256 },
    title: incident.title,
    severity: incident.severity,
    occurred_on: incident.occurred_on ?? incident_id.slice(3, 13),
    evidence,
  }
  await writeIfChanged(join(folder, 'postmortem.md'), markdown)
  await writeIfChanged(join(folder, 'postmortem.json'), json)
  return exported
}

function requireWhole(out: string, damaged: Set<string>): void {
  if (damaged.size === 0) return
  throw new Error(
    `${[...damaged].join(', ')} in ${out} is not as it was exported, and does not come again with these options: take it from a copy, or export to another folder.`,
  )
}

function summaryOf(out: string, { postmortems }: State, counts: Record<News, number>): string {
  const all = Object.keys(postmortems).length
  const news = (['new', 'amended', 'redacted', 'restored'] as const).filter(word => counts[word] > 0)
  const has = `${out} has ${all} ${all === 1 ? 'postmortem' : 'postmortems'}`
  if (news.length === 0) return `Nothing new: ${has}.`
  return `${has}: ${news.map(word => `${counts[word]} ${word}`).join(', ')}.`
}
