import type { DebriefClient } from '../../client/client.ts'
import { allOf, RefusedError } from '../service/answers.ts'
import type { Exported, State } from './folder.ts'

/**
 * Requires that a service still has what a folder was exported from: that the last postmortem of it which has kept its place
 * has the same hashes there.
 * @throws Error with one sentence where it is another service, or one that was restored from an older backup
 */
export async function requireSameService(client: DebriefClient, out: string, state: State): Promise<void> {
  const lastFirst = Object.entries(state.postmortems).sort(([, a], [, b]) => b.sequence - a.sequence)
  for (const [id, exported] of lastFirst) {
    const found = await compareWith(client, id, exported, state.after)
    if (found === 'same') return
    if (found === 'other') throw otherServiceError(out)
  }
}

export const otherServiceError = (out: string) =>
  new Error(
    `${out} was exported from another service, or from this one before it was restored from a backup: name another folder, and compare the two.`,
  )

/** `moved` is what was redacted since: it has another place, and other hashes. */
async function compareWith(
  client: DebriefClient,
  incident_id: string,
  exported: Exported,
  after: number,
): Promise<'same' | 'moved' | 'other'> {
  const revisions = await allOf(query =>
    client.GET('/v1/incidents/{incident_id}/revisions', { params: { path: { incident_id }, query } }),
  ).catch(error => {
    if (error instanceof RefusedError && error.status === 404) return []
    throw error
  })
  const revision = revisions.find(({ number }) => number === exported.revision)
  if (revision === undefined) return 'other'
  if (revision.sequence > after) return 'moved'
  const isSame =
    revision.sequence === exported.sequence &&
    revision.json_sha256 === exported.json_sha256 &&
    revision.markdown_sha256 === exported.markdown_sha256
  return isSame ? 'same' : 'other'
}
