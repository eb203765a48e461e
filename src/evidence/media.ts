import { DebriefError } from '../http/problem.ts'

/** What evidence may be, and how bytes are recognized as that. Pure. */

export const mediaTypes = [
  'image/png',
  'image/jpeg',
  'application/pdf',
  'application/json',
  'text/plain',
] as const
export type MediaType = (typeof mediaTypes)[number]

/** The media type of bytes whose sender does not say what they are, and of a tool's payload that nobody can read. */
export const anyBytes = 'application/octet-stream'
export type DeclaredType = MediaType | typeof anyBytes

export const extensions: Record<DeclaredType, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'text/plain': 'txt',
  [anyBytes]: 'bin',
}

const magics: [MediaType, Buffer][] = [
  ['image/png', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['image/jpeg', Buffer.from('ffd8ff', 'hex')],
  ['application/pdf', Buffer.from('%PDF-')],
]

/** Longer JSON is not parsed: it only has to begin as such. */
const mostParsed = 1024 * 1024

export interface Sniffer {
  /** Takes the next bytes; the first ones are eight at least, or all there are. @throws 422 once they cannot be what they came as */
  take: (bytes: Buffer) => void
  /** @returns what the bytes are. @throws 422 when that is not what they came as */
  end: () => MediaType
}

/** Looks at bytes while they come, whether they are what they came as. */
export function createSniffer(declared: DeclaredType): Sniffer {
  let magic: MediaType | undefined
  let text: Sniffer | undefined

  function begin(bytes: Buffer): void {
    magic = magics.find(([, start]) => bytes.subarray(0, start.length).equals(start))?.[0]
    const isBinary = magics.some(([type]) => type === declared)
    if (magic !== undefined && declared !== magic && declared !== anyBytes)
      throw mismatchError(declared, `are ${magic}`)
    if (magic === undefined && isBinary) throw mismatchError(declared, `do not begin as such`)
    if (magic === undefined) text = createTextReader(declared)
  }

  return {
    take(bytes) {
      if (magic === undefined && text === undefined) begin(bytes)
      text?.take(bytes)
    },
    end: () => magic ?? text!.end(),
  }
}

function createTextReader(declared: DeclaredType): Sniffer {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let length = 0
  /** What comes as JSON, or may be. */
  let json: string | undefined = declared === 'text/plain' ? undefined : ''

  function decode(bytes?: Buffer): void {
    if (bytes?.includes(0)) throw mismatchError(declared, 'have a NUL, which no text has')
    const text = attempt(() => decoder.decode(bytes, { stream: bytes !== undefined }))
    if (text === undefined) throw mismatchError(declared, 'are no text in UTF-8')
    length += bytes?.length ?? 0
    if (json !== undefined && json.length < mostParsed) json += text
    if (declared === 'application/json' && !beginsAsJson.test(json!))
      throw mismatchError(declared, 'do not begin as such')
  }

  function end(): MediaType {
    decode()
    if (json === undefined) return 'text/plain'
    const isDeclared = declared === 'application/json'
    const isJson = length > mostParsed ? isDeclared && json.trim() !== '' : isParsed(json)
    if (isDeclared && !isJson) throw mismatchError(declared, 'cannot be parsed as such')
    return isJson && (isDeclared || /^\s*[[{]/.test(json)) ? 'application/json' : 'text/plain'
  }

  return { take: decode, end }
}

/** White space alone may be the beginning of it. */
const beginsAsJson = /^\s*(?:$|[[{"\-\dtfn])/

const isParsed = (json: string): boolean => attempt(() => [JSON.parse(json)]) !== undefined

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

function mismatchError(declared: DeclaredType, found: string): DebriefError {
  const detail =
    declared === anyBytes
      ? `The bytes ${found}: evidence is one of ${mediaTypes.join(', ')}.`
      : `The Content-Type is ${declared}, and the bytes ${found}.`
  return new DebriefError('invalid_body', detail, [{ parameter: 'Content-Type', code: 'mismatch', detail }])
}
