import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

/**
 * Writes a file beside its place, and moves it there once it is on the disk, so that a reader never sees a part of it. Where
 * this fails, nothing is left.
 * @param mode of the file
 * @param beforeMove called once it is whole; where it throws, the file does not take its place
 */
export async function writeAtomically(
  path: string,
  bytes: Buffer | AsyncIterable<Buffer>,
  { mode = 0o666, beforeMove = () => {} } = {},
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`
  await using file = await open(draft, 'wx', mode)
  try {
    await file.writeFile(bytes)
    await file.sync()
    beforeMove()
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
