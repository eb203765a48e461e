import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { batchQuery } from '../../directory/schema.ts'
import { type ChangeFacts, writeOf } from '../../http/caller.ts'
import { type App, type Context, ndjson } from '../../http/context.ts'
import { examplesOf, ref } from '../../http/fields.ts'
import { DebriefError, toDebriefError, toProblem } from '../../http/problem.ts'
import { requireAcceptable, requireValid } from '../../http/validation.ts'
import { requireIncident } from '../../incidents/locks.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { parseStrictJson } from '../../kit/json/strict-json.ts'
import { takeTurns } from '../../kit/time/turns.ts'
import { EventInput } from '../schema.ts'
import * as contract from './batch-schema.ts'
import type { EventCreator, Outcome } from './create-events.ts'
import { handlesLeniently, lenientHandling, shortenEvent } from './lenient.ts'
import { storeLines } from './ndjson.ts'
import { type PreparedEvent, prepareEvent } from './prepared-event.ts'

const maxBatchBytes = 8 * 1024 * 1024

/** Many events in one request: a list, or a stream of lines. Both are handled leniently. */
export function eventBatchRoute(app: App, { db, now, limits }: Context, events: EventCreator): void {
  app.post(
    '/incidents/:incident_id/events/batch',
    {
      config: {
        scope: 'events:write',
        takes: ['Prefer'],
        bodyBytes: maxBatchBytes,
        entriesAt: '/events',
        lines: ref(EventInput),
        problems: ['sealed', 'unknown_reference'],
      },
      schema: {
        operationId: 'createEvents',
        tags: ['Timeline'],
        summary: 'Add many events to the timeline',
        description:
          'Each is stored or refused alone, with lenient handling, and is safe to send again: an event is known by its source system and `dedupe_key`. With `atomic=true` one refusal refuses all. JSON: 1,000 events and 8 MiB at most. NDJSON: an event a line of 64 KiB at most, and any number of lines. That answer comes while lines are sent: a line for each that is rejected or has warnings, one for at most 1,000 lines that are settled, and one with `end`. Read it while you send, or reject little.',
        params: incidentParams,
        querystring: batchQuery,
        body: ref(contract.EventBatch),
        response: {
          207: {
            description: 'What became of each event.',
            content: {
              'application/json': { schema: ref(contract.EventBatchResult) },
              [ndjson]: {
                schema: {
                  anyOf: [
                    ref(contract.EventLineResult),
                    ref(contract.EventsSettled),
                    ref(contract.EventsEnd),
                  ],
                },
                example: examplesOf(contract.EventsSettled)[0],
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const lines: unknown = request.body
      const media = lines instanceof Readable ? ndjson : 'application/json'
      requireAcceptable(request, media)
      if (lines instanceof Readable && request.query.atomic) throw atomicLinesError()
      await requireIncident(db, incident_id)
      const answer =
        lines instanceof Readable
          ? await answerLines(request, lines)
          : { results: await storeList(request, request.body.events, request.query.atomic ?? false) }
      if (handlesLeniently(request)) reply.header('preference-applied', lenientHandling)
      return reply.code(207).type(media).send(answer)
    },
  )

  const factsOf = (request: FastifyRequest) => writeOf(request, now).facts

  function prepare(incident_id: string, entry: unknown, facts: ChangeFacts): PreparedEvent {
    const shortened = shortenEvent(entry, new Date(facts.changed_at))
    requireValid(app, EventInput, shortened.body)
    return prepareEvent(incident_id, shortened.body as EventInput, facts, shortened)
  }

  async function storeList(
    request: FastifyRequest<{ Params: { incident_id: string } }>,
    entries: readonly unknown[],
    isAtomic: boolean,
  ): Promise<contract.EventResult[]> {
    const facts = factsOf(request)
    const turns = takeTurns()
    const prepared: (PreparedEvent | Error)[] = []
    for (const entry of entries) {
      if (turns.areOver()) await turns.next()
      prepared.push(attempt(() => prepare(request.params.incident_id, entry, facts)))
    }
    const outcomes = await (isAtomic ? events.createAll(prepared) : storeEach(prepared))
    return outcomes.map((outcome, index) => resultOf(outcome, index, request))
  }

  async function storeEach(prepared: readonly (PreparedEvent | Error)[]): Promise<Outcome[]> {
    const created = await events.createMany(
      prepared.filter((event): event is PreparedEvent => !(event instanceof Error)),
    )
    return prepared.map(event => (event instanceof Error ? event : created.shift()!))
  }

  /** Returns an answer that has its first bytes, so that an error before them is a problem of the whole request. */
  async function answerLines(
    request: FastifyRequest<{ Params: { incident_id: string } }>,
    lines: Readable,
  ): Promise<Readable> {
    const { incident_id } = request.params
    const answer = new PassThrough()
    const storing = storeLines(lines, answer, {
      prepare: (line, facts) => prepare(incident_id, parseStrictJson(line), facts),
      create: events.createMany,
      requireValidToken: () => request.requireValidToken(),
      facts: () => factsOf(request),
      toProblem: error => toProblem(error, request),
      idle: limits.streamIdle,
    })
    storing.then(
      () => answer.end(),
      error => answer.destroy(error),
    )
    await once(answer, 'readable')
    return answer
  }
}

function attempt<T>(run: () => T): T | Error {
  try {
    return run()
  } catch (error) {
    return error as Error
  }
}

/** @throws what is no refusal */
function resultOf(outcome: Outcome, index: number, request: FastifyRequest): contract.EventResult {
  if (!(outcome instanceof Error))
    return { result: outcome.replayed ? 'duplicate' : 'created', ...outcome.receipt }
  const refusal = toDebriefError(outcome)
  if (refusal.status >= 500) throw outcome
  return { result: 'rejected', index, problem: toProblem(refusal, request) }
}

function atomicLinesError(): DebriefError {
  const detail = 'atomic is for a list in JSON: lines are stored while they come.'
  return new DebriefError('invalid_query', detail, [{ parameter: 'atomic', code: 'exclusive', detail }])
}
