import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DebriefClient } from '../../client/client.ts'
import { type DeclaredType, extensions } from '../../evidence/media.ts'
import { sha256Hex } from '../../kit/json/json.ts'
import { answerOf } from '../service/answers.ts'
import { writeIfChanged } from './folder.ts'

/**
 * Brings a folder up to date with the evidence that a document cites: what was redacted is left out, and removed.
 * @returns the names of the files
 */
export async function exportEvidence(client: DebriefClient, folder: string, json: Buffer): Promise<string[]> {
  const names = []
  for (const sha256 of citedIn(JSON.parse(json.toString()))) {
    const result = await client.GET('/v1/evidence/{sha256}', {
      params: { path: { sha256 } },
      parseAs: 'arrayBuffer',
    })
    if (result.response.status === 410) continue
    const bytes = Buffer.from(answerOf<ArrayBuffer | undefined>(result) ?? new ArrayBuffer())
    if (sha256Hex(bytes) !== sha256) throw new Error(`Evidence ${sha256} came with other bytes.`)
    const type = result.response.headers.get('content-type')?.split(';')[0] ?? ''
    const name = `${sha256}.${extensions[type as DeclaredType] ?? 'bin'}`
    await writeIfChanged(join(folder, name), bytes)
    names.push(name)
  }
  await removeOthers(folder, names)
  return names
}

/** A file that an export wrote there, or began to. */
const ours = /^[0-9a-f]{64}\.[a-z]{3,4}(\.\w+)*$/

/** Removes what earlier exports wrote and is redacted since, or cited no more. */
async function removeOthers(folder: string, names: string[]): Promise<void> {
  const there = await readdir(folder).catch(error => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const others = there.filter(name => ours.test(name) && !names.includes(name))
  for (const name of others) await rm(join(folder, name))
}

/** The hashes that the sources of a document name, in whichever form it was sealed. */
function citedIn(value: unknown, cited = new Set<string>()): string[] {
  if (typeof value === 'object' && value !== null)
    for (const [name, part] of Object.entries(value)) {
      if (name === 'evidence' && typeof part === 'string' && /^[0-9a-f]{64}$/.test(part)) cited.add(part)
      else citedIn(part, cited)
    }
  return [...cited].sort()
}
