import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/** A TCP proxy that can fail like a network. */
export interface TcpProxy {
  /** The port on 127.0.0.1, the same after `refuse` and `accept`. */
  port: number
  faults: Faults
  /** Answers that were dropped, and connections that `cut` reset, so far. */
  counts: { dropped: number; cut: number }
  /** Resets every connection. */
  cut: () => void
  /** Resets every connection, and refuses new ones until `accept`. */
  refuse: () => void
  accept: () => Promise<void>
  /** Keeps the current connections open without another byte on them; new ones work. */
  silence: () => void
}

/** Faults of each chunk of an answer. */
export interface Faults {
  /** The share of chunks, 0 to 1, that are dropped with their connection; their requests have reached the server. */
  drop: number
  /** Milliseconds by which each chunk is delayed. */
  delay: number
}

interface Link {
  client: Socket
  server: Socket
  isSilent: boolean
}

/** Opens a proxy to the server at `target`, until the test's end. */
export async function openProxy(t: Test, target: NetConnectOpts): Promise<TcpProxy> {
  const links = new Set<Link>()
  const faults = { drop: 0, delay: 0 }
  const counts = { dropped: 0, cut: 0 }
  const listener = createServer(client => connectClient(client, target, { links, faults, counts }))
  const listen = async (port: number) => {
    listener.listen(port, '127.0.0.1')
    await once(listener, 'listening')
    return (listener.address() as AddressInfo).port
  }
  const port = await listen(0)
  const cut = () => {
    counts.cut += links.size
    for (const link of links) end(link)
  }
  const refuse = () => {
    listener.close()
    cut()
  }
  t.teardown(refuse)
  const accept = async () => void (await listen(port))
  const silence = () => {
    for (const link of links) link.isSilent = true
  }
  return { port, faults, counts, cut, refuse, accept, silence }
}

type State = Pick<TcpProxy, 'faults' | 'counts'> & { links: Set<Link> }

/** Pipes a client and the server to each other until one of them or a fault ends the connection. */
function connectClient(client: Socket, target: NetConnectOpts, { links, faults, counts }: State): void {
  const link: Link = { client, server: connect(target), isSilent: false }
  links.add(link)
  for (const socket of [link.client, link.server]) socket.on('error', () => {})
  async function* requests(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) yield await unlessSilent(link, chunk)
  }
  async function* answers(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      if (faults.delay > 0) await sleep(faults.delay)
      if (Math.random() < faults.drop) {
        counts.dropped += 1
        throw new Error('dropped')
      }
      yield await unlessSilent(link, chunk)
    }
  }
  const pipes = [pipeline(client, requests, link.server), pipeline(link.server, answers, client)]
  Promise.allSettled(pipes).then(() => links.delete(link))
  for (const pipe of pipes) pipe.catch(() => end(link))
}

/** Returns the chunk; once the link is silent, never resolves before the client closes. */
async function unlessSilent(link: Link, chunk: Buffer): Promise<Buffer> {
  if (link.isSilent) await once(link.client, 'close')
  return chunk
}

/** Resets the client's connection, as a failing network does. */
function end({ client, server }: Link): void {
  client.resetAndDestroy()
  server.destroy()
}
