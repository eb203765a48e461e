import type { FileHandle } from 'node:fs/promises'

/**
 * As much of the tar format (POSIX ustar) as a backup needs: files with short names and a known size. Any tar reads it, so
 * that the tables can be had without Debrief.
 */

export interface Member {
  name: string
  content: Buffer
}

/** Where the content of a member lies in the file. */
export interface Place {
  position: number
  size: number
}

const block = 512
export const endOfTar = Buffer.alloc(2 * block)

/** The bytes of a member. Nothing but the name and the content goes into them: no time, no owner. */
export function tarMember({ name, content }: Member): Buffer[] {
  return [headerOf(name, content.length), content, Buffer.alloc(padding(content.length))]
}

const padding = (size: number): number => (block - (size % block)) % block

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(block)
  if (header.write(name, 0, 100) !== Buffer.byteLength(name)) throw new Error(`${name} is too long for tar.`)
  header.write(octal(0o600, 8), 100)
  header.write(octal(0, 8) + octal(0, 8), 108)
  header.write(octal(size, 12) + octal(0, 12), 124)
  // The checksum is of a header with spaces in its place.
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\u000000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${octal(checksum, 7)} `, 148)
  return header
}

const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`

/** Where each member lies, by its name, in a tar of which every byte has been checked. */
export async function findMembers(file: FileHandle, size: number): Promise<Map<string, Place>> {
  const members = new Map<string, Place>()
  for (let at = 0; at < size - endOfTar.length; ) {
    const header = await readAt(file, { position: at, size: block })
    const place = { position: at + block, size: Number.parseInt(header.toString('latin1', 124, 135), 8) }
    members.set(header.toString('utf8', 0, header.indexOf(0)), place)
    at = place.position + place.size + padding(place.size)
  }
  return members
}

/** @throws Error where the file is shorter */
export async function readAt(file: FileHandle, { position, size }: Place): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  let read = 0
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, position + read)
    if (bytesRead === 0) throw new Error('The file ends too early.')
    read += bytesRead
  }
  return bytes
}
