import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/** A network that can fail: it carries bytes between clients and a server until it is told otherwise. */
export interface TcpProxy {
  /** Where it listens on 127.0.0.1, also after it has refused. */
  port: number
  faults: Faults
  /** Answers that were thrown away, and connections that were cut from outside, so far. */
  counts: { dropped: number; cut: number }
  /** Resets every connection, whatever is under way. */
  cut: () => void
  /** Resets every connection, and refuses new ones until `accept`. */
  refuse: () => void
  accept: () => Promise<void>
  /** The connections of now stay open and never carry a byte again; new ones work. */
  silence: () => void
}

/** What goes wrong with each piece of an answer. */
export interface Faults {
  /** The share of answers, 0 to 1, that are thrown away with their connection: the request has gone through. */
  drop: number
  /** Milliseconds that each piece of an answer takes longer. */
  delay: number
}

interface Line {
  client: Socket
  server: Socket
  silent: boolean
}

/** Opens a proxy before the server at `target`; it ends with the test. */
export async function openProxy(t: Test, target: NetConnectOpts): Promise<TcpProxy> {
  const lines = new Set<Line>()
  const faults = { drop: 0, delay: 0 }
  const counts = { dropped: 0, cut: 0 }
  const listener = createServer(client => carry(client, target, { lines, faults, counts }))
  const listen = async (port: number) => {
    listener.listen(port, '127.0.0.1')
    await once(listener, 'listening')
    return (listener.address() as AddressInfo).port
  }
  const port = await listen(0)
  const cut = () => {
    counts.cut += lines.size
    for (const line of lines) end(line)
  }
  const refuse = () => {
    listener.close()
    cut()
  }
  t.teardown(refuse)
  const accept = async () => void (await listen(port))
  const silence = () => {
    for (const line of lines) line.silent = true
  }
  return { port, faults, counts, cut, refuse, accept, silence }
}

type State = Pick<TcpProxy, 'faults' | 'counts'> & { lines: Set<Line> }

/** Connects a client with the server until one of them ends, or a fault does. */
function carry(client: Socket, target: NetConnectOpts, { lines, faults, counts }: State): void {
  const line: Line = { client, server: connect(target), silent: false }
  lines.add(line)
  for (const socket of [line.client, line.server]) socket.on('error', () => {})
  async function* requests(pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) yield await spoken(line, piece)
  }
  async function* answers(pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      if (faults.delay > 0) await sleep(faults.delay)
      if (Math.random() < faults.drop) {
        counts.dropped += 1
        throw new Error('dropped')
      }
      yield await spoken(line, piece)
    }
  }
  const both = [pipeline(client, requests, line.server), pipeline(line.server, answers, client)]
  Promise.allSettled(both).then(() => lines.delete(line))
  for (const way of both) way.catch(() => end(line))
}

/** The piece, or nothing for ever once the line is silent. */
async function spoken(line: Line, piece: Buffer): Promise<Buffer> {
  if (line.silent) await once(line.client, 'close')
  return piece
}

/** The client sees a reset, as from a network that fails. */
function end({ client, server }: Line): void {
  client.resetAndDestroy()
  server.destroy()
}
