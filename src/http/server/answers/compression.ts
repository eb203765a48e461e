import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

const compressible = /^text\/|[/+](?:x-nd)?json(?:;|$)/

/**
 * Compresses what is read, for those who ask for it by `Accept-Encoding`. Answers to writes stay as they are: some have a
 * secret, which could be guessed from their length, and those of a stream of lines must come line by line. The ETag stays what
 * it is without, since `If-Match` names what was read, however it was packed; there are no ranges that could be mixed. Must be
 * called after the hooks that give an answer its ETag and length, and before the routes are registered.
 */
export async function compressReads(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', route => {
    // Evidence comes as the bytes that it is, of which it says a digest.
    if (route.method !== 'GET' || route.config?.readAsTaken) route.compress = false
  })
  await app.register(compress, {
    encodings: ['zstd', 'br', 'gzip'],
    customTypes: compressible,
    // At once up to this length: a stream for each short answer would cost several times as much.
    syncThreshold: 64 * 1024,
    globalDecompression: false,
  })
}
