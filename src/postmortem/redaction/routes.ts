import { transact } from '../../db/transact.ts'
import { writeOf } from '../../http/caller.ts'
import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { RedactionInput } from '../../timeline/redaction-schema.ts'
import { Event, eventParams } from '../../timeline/schema.ts'
import { redactEvent } from './redaction.ts'

/** A route of events, in this folder because it rewrites revisions: the only change that a final document allows. */
export function redactionRoute(app: App, { db, now }: Context): void {
  app.put(
    '/incidents/:incident_id/events/:event_id/redaction',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'redactEvent',
        tags: ['Timeline'],
        summary: 'Take a secret out of an event for good',
        description:
          'The whole text of each field becomes `[redacted]` (an address: null), in the event, its history, stored answers and every revision that has it, drafts and final documents alike. A pointer stands for what it names in any version of the event, or in the `versions` asked for, and each such text goes wherever it is in this event. Revisions are rendered anew under a new `sequence`; each time, who, when, why and the hashes before stay on record. The same again changes nothing. The history of a draft that was deleted is reached as well. Texts that quote it elsewhere, backups, and what was downloaded are not reached.',
        params: eventParams,
        body: ref(RedactionInput),
        response: { 200: ref(Event) },
      },
    },
    async request => {
      const { incident_id, event_id } = request.params
      const write = writeOf(request, now)
      return transact(db, trx => redactEvent(trx, incident_id, event_id, request.body, write))
    },
  )
}
