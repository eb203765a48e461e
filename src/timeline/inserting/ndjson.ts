import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { ChangeFacts } from '../../http/caller.ts'
import { DebriefError, type Problem, toDebriefError } from '../../http/problem.ts'
import type { EventLineResult, EventsEnd, EventsSettled } from './batch-schema.ts'
import type { Created, EventCreator, Outcome } from './create-events.ts'
import { type Line, linesOf } from './lines.ts'
import type { PreparedEvent } from './prepared-event.ts'

interface Options {
  /** @throws why a line is no event */
  prepare: (line: Buffer, facts: ChangeFacts) => PreparedEvent
  create: EventCreator['createMany']
  /** Called before lines are stored. @throws when the sender may not send any more */
  requireValidToken: () => Promise<void>
  facts: () => ChangeFacts
  toProblem: (error: DebriefError) => Problem
  /** How long a sender may send nothing, and a reader read nothing. */
  idle: number
}

/** Lines that are stored together. */
interface Batch {
  facts: ChangeFacts
  events: PreparedEvent[]
  /** The number of each event's line. */
  lines: number[]
  /** What is told of single lines. */
  notes: EventLineResult[]
  /** Lines, and their bytes. */
  count: number
  bytes: number
}

const limits = { lineBytes: 64 * 1024, batchLines: 1000, batchBytes: 4 * 1024 * 1024, pause: 100 }

/**
 * Stores the events of a stream of lines and answers them while they come: which lines are refused or have warnings, and up
 * to which line all are settled. Lines are stored while the next ones are read, and read no faster than they are stored and
 * the answer is taken.
 * @throws when the stream breaks, or anything fails before the answer has begun
 */
export async function storeLines(input: Readable, out: Writable, options: Options): Promise<void> {
  const { prepare, create, requireValidToken, facts, toProblem, idle } = options
  const counts = { created: 0, duplicate: 0, rejected: 0 }
  const gone = new AbortController()
  out.once('close', () => gone.abort())
  let hasAnswered = false
  let line = 0
  let settled = 0
  let batch = emptyBatch()
  let settling = Promise.resolve()

  function emptyBatch(): Batch {
    return { facts: facts(), events: [], lines: [], notes: [], count: 0, bytes: 0 }
  }

  function take(bytes: Line): void {
    line += 1
    if (bytes !== undefined && isBlankLine(bytes)) return
    if (batch.count === 0) batch.facts = facts()
    batch.count += 1
    batch.bytes += bytes?.length ?? 0
    try {
      if (bytes === undefined) throw tooLongError
      batch.events.push(prepare(bytes, batch.facts))
      batch.lines.push(line)
    } catch (error) {
      batch.notes.push(refused(line, error as Error))
    }
  }

  function refused(line: number, error: Error): EventLineResult {
    const refusal = toDebriefError(error)
    if (refusal.status >= 500) throw error
    return { line, result: 'rejected', problem: toProblem(refusal) }
  }

  /** Waits until the batch before is settled. */
  async function flush(): Promise<void> {
    await settling
    if (batch.count === 0) return
    settling = settle(batch, line)
    // Thrown where it is awaited.
    settling.catch(() => {})
    batch = emptyBatch()
  }

  async function settleAll(): Promise<void> {
    await flush()
    await settling
  }

  async function settle({ events, lines, notes }: Batch, last: number): Promise<void> {
    await requireValidToken()
    const outcomes = events.length === 0 ? [] : await create(events)
    for (let i = 0; i < outcomes.length; i++) {
      const note = noteOf(lines[i]!, outcomes[i]!)
      if (note) notes.push(note)
    }
    for (const outcome of outcomes) if (!(outcome instanceof Error)) counts[resultOf(outcome)] += 1
    for (const { result } of notes) if (result === 'rejected') counts.rejected += 1
    settled = last
    notes.sort((a, b) => a.line - b.line)
    await answer([...notes, { line: last, ...counts } satisfies EventsSettled])
  }

  function noteOf(line: number, outcome: Outcome): EventLineResult | undefined {
    if (outcome instanceof Error) return refused(line, outcome)
    const { id, warnings } = outcome.receipt
    return warnings.length === 0 ? undefined : { line, result: resultOf(outcome), id, warnings }
  }

  async function answer(notes: object[]): Promise<void> {
    gone.signal.throwIfAborted()
    hasAnswered = true
    const text = notes.map(note => `${JSON.stringify(note)}\n`).join('')
    if (out.write(text)) return
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(idle)])
    await once(out, 'drain', { signal }).catch(() => {
      gone.abort(new Error(`The reader has gone, or took nothing for ${idle} ms.`))
      gone.signal.throwIfAborted()
    })
  }

  async function readAll(): Promise<void> {
    for await (const lines of linesOf(input, { most: limits.lineBytes, pause: limits.pause, idle })) {
      for (const bytes of lines) {
        take(bytes)
        if (batch.count >= limits.batchLines || batch.bytes >= limits.batchBytes) await flush()
      }
      if (lines.length === 0) await settleAll()
    }
    await settleAll()
  }

  const end = (end: Pick<EventsEnd, 'end' | 'problem'>) =>
    answer([{ ...end, lines: end.end ? line : settled, ...counts } satisfies EventsEnd])
  try {
    await readAll()
    await end({ end: true })
  } catch (error) {
    await settling.catch(() => {})
    if (!hasAnswered || input.readableAborted || gone.signal.aborted) throw error
    await end({ end: false, problem: toProblem(toDebriefError(error as Error)) })
  }
}

const resultOf = ({ replayed }: Created): 'created' | 'duplicate' => (replayed ? 'duplicate' : 'created')

const tooLongError = new DebriefError(
  'too_large',
  `A line may have ${limits.lineBytes} bytes at most: send less of the event.`,
)

function isBlankLine(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false
  return true
}
