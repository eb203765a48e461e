import { type Call, createOnly, storeMissing } from './client.ts'
import type { Drill } from './drill-file.ts'

/** The state that the steps of storing a drill share. */
export interface Step {
  call: Call
  /** The incident's path. */
  incident: string
  drill: Drill
  /** By the `dedupe_key` of the event. */
  eventIds: Map<string, string>
  progress: (message: string) => void
}

/** Takes the draft to a final document: a dispute, the lesson wired back, the review, the seal. */
export async function takeToFinal(step: Step): Promise<void> {
  await raiseDisputes(step)
  await requestReview(step)
  if (step.drill.review === null) return
  await resolveDisputes(step)
  await acceptItems(step)
  await wireBack(step)
  await closeDone(step)
  await recordReview(step)
  await seal(step)
}

interface Event {
  version: number
  dispute: { statement: string; resolution: unknown } | null
}

/** Disputes only unchanged events, so that a withdrawn dispute is not raised again. */
async function raiseDisputes({ call, incident, drill, eventIds, progress }: Step): Promise<void> {
  for (const { event, statement, raised_by } of drill.disputes) {
    const path = `${incident}/events/${eventIds.get(event)}`
    if ((await call<Event>('GET', path)).body.version > 1) continue
    await call('PUT', `${path}/dispute`, { statement, raised_by })
    progress(`${personName(drill, raised_by)} doubts a claim: “${statement}”`)
  }
}

async function requestReview({ call, incident, progress }: Step): Promise<void> {
  const { body } = await call<{ status: string; version: number }>('GET', incident)
  if (body.status !== 'draft' || body.version > 1) return
  const blocking = (await readChecks(call, incident)).items.filter(blocksSealing)
  progress(
    `It is a draft, and ${blocking.length} open points hold it back from being final: ${countByCode(blocking)}.`,
  )
  await call('PUT', `${incident}/review-request`)
  progress(`A review is asked for; its facilitator takes ${incident}/review/agenda into it.`)
}

async function resolveDisputes({ call, incident, drill, eventIds, progress }: Step): Promise<void> {
  for (const { event, statement, resolution } of drill.disputes) {
    const path = `${incident}/events/${eventIds.get(event)}`
    const { dispute } = (await call<Event>('GET', path)).body
    if (dispute?.statement !== statement || dispute.resolution !== null) continue
    await call('PUT', `${path}/dispute/resolution`, resolution)
    progress(`A log line settles the doubt: “${resolution.text}”`)
  }
}

interface Item {
  id: string
  owner: string
  status: string
  acceptance: unknown
}

async function acceptItems({ call, incident, drill, progress }: Step): Promise<void> {
  const waiting = (await openItems(call, incident)).filter(({ acceptance }) => acceptance === null)
  const taken = waiting.filter(({ id, owner }) => acceptedBy(drill, id) === owner)
  for (const { id, owner } of taken)
    await call('PUT', `${incident}/action-items/${id}/acceptance`, { by: owner })
  if (taken.length > 0) progress(`The owners accept ${taken.map(({ id }) => id).join(', ')}.`)
}

async function openItems(call: Call, incident: string): Promise<Item[]> {
  const { body } = await call<{ items: Item[] }>('GET', `${incident}/action-items?limit=200`)
  return body.items.filter(({ status }) => status !== 'done' && status !== 'cancelled')
}

const acceptedBy = (drill: Drill, id: string): string | undefined => planned(drill, id)?.accepted_by

const planned = ({ action_items }: Drill, id: string): Drill['action_items'][number] | undefined =>
  action_items[Number(id.slice('AI-'.length)) - 1]

async function wireBack({ call, incident, drill: { changes }, progress }: Step): Promise<void> {
  const stored = await storeMissing(call, `${incident}/changes`, changes)
  const named = stored.map(({ target_kind, target }) => `${target_kind.replace('_', ' ')} “${target}”`)
  if (stored.length > 0) progress(`The lesson is wired back: ${named.join(', ')}.`)
}

/** Closes what was done before the review, where its owner has not changed. */
async function closeDone({ call, incident, drill, progress }: Step): Promise<void> {
  for (const { id, owner } of await openItems(call, incident)) {
    const item = planned(drill, id)
    if (item?.closure === undefined || item.owner !== owner) continue
    await call('PUT', `${incident}/action-items/${id}/closure`, item.closure)
    progress(`${id} is done, with what shows it.`)
  }
}

async function recordReview({ call, incident, drill, progress }: Step): Promise<void> {
  const { status } = await call('PUT', `${incident}/review`, drill.review, createOnly)
  if (status !== 201) return
  const { held_at, facilitator } = drill.review!
  progress(
    `The review is held on ${held_at.slice(0, 10)}, led by ${personName(drill, facilitator)}; a sentence that blames is turned back to the system.`,
  )
}

/** Seals the document, unless a change since has made a check fail. */
async function seal({ call, incident, progress }: Step): Promise<void> {
  const { items, can_seal, etag } = await readChecks(call, incident)
  const blocking = items.filter(blocksSealing).length
  if (!can_seal)
    return progress(
      `It is not final, since somebody has changed it (${blocking === 1 ? '1 open point holds' : `${blocking} open points hold`} it back).`,
    )
  const path = `${incident}/revisions`
  const { body } = await call<Revision>('POST', path, undefined, { 'if-match': etag })
  const warned = countByCode(items.filter(({ level }) => level === 'warning'))
  const warnings = warned === '' ? '' : ` (a warning stays: ${warned})`
  progress(
    `Nothing holds it back any more${warnings}: it is final, as revision ${body.number}, and its Markdown has the SHA-256 ${body.markdown_sha256.slice(0, 12)}…`,
  )
}

interface Revision {
  number: number
  markdown_sha256: string
}

interface Check {
  code: string
  level: 'error' | 'warning'
  message: string
  waiver: unknown
}

const blocksSealing = ({ level, waiver }: Check): boolean => level === 'error' && waiver === null

/** `EVENT_DISPUTED, ACTION_UNACCEPTED (5)` */
function countByCode(checks: Check[]): string {
  const codes = Map.groupBy(checks, ({ code }) => code)
  return [...codes].map(([code, { length }]) => (length > 1 ? `${code} (${length})` : code)).join(', ')
}

async function readChecks(call: Call, incident: string) {
  const { body, etag } = await call<{ items: Check[]; can_seal: boolean }>('GET', `${incident}/checks`)
  return { ...body, etag }
}

const personName = ({ people }: Drill, handle: string): string =>
  people.find(person => person.handle === handle)?.name ?? handle
