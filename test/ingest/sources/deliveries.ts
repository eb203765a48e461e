import fc from 'fast-check'
import { LinkInput } from '../../../src/access/links/schema.ts'
import { createValidator } from '../../../src/http/server/validation/validator.ts'
import { type Delivery, type IngestSource, NotTheForm } from '../../../src/ingest/sources/source.ts'
import { shortenEvent } from '../../../src/timeline/inserting/lenient.ts'
import { EventInput } from '../../../src/timeline/schema.ts'

export const { check } = createValidator([EventInput, LinkInput])
export const receivedAt = new Date('2026-06-17T15:00:00.000Z')
export const deliver = (body: unknown, parts: Partial<Delivery> = {}): Delivery => ({
  body,
  headers: {},
  receivedAt,
  mapping: null,
  ...parts,
})

export const isRefused = (read: () => unknown): boolean => {
  try {
    read()
    return false
  } catch (error) {
    return error instanceof NotTheForm
  }
}

/** Whether a delivery is read into events that can be stored, or is not of the form. Counts the events by `onEvent`. */
export function isReadOrRefused({ read }: IngestSource, delivery: Delivery, onEvent = () => {}): boolean {
  try {
    for (const { event, key, title } of read(delivery).events) {
      onEvent()
      const { body } = shortenEvent(event, receivedAt)
      if (check(EventInput, body).length > 0) return false
      if (key === '' || title.trim() === '' || event.sources[0]!.excerpt === '') return false
    }
    return true
  } catch (error) {
    return error instanceof NotTheForm
  }
}

/** JSON in which the pointers below often find something, and then anything. */
export const names = ['a', 'b', '']
export const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\0', '\u0007', '.', '1781705280', 'https://argo.example/x', '9'.repeat(3000)),
  fc.oneof(fc.double(), fc.boolean(), fc.constant(null)),
)
export const { json } = fc.letrec(tie => ({
  json: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie('json'), { maxKeys: 3 }),
  ),
}))
