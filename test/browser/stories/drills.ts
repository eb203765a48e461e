import { storeDrill } from '../../../src/demo/drill.ts'
import { type Drill, readDrill } from '../../../src/demo/drill-file.ts'
import { givenEvidence, observed } from '../../help/cast.ts'
import { adminToken, type Service } from '../../help/service.ts'
import { seal } from '../../postmortem/ready.ts'
import { firstEvent, must } from '../../postmortem/redaction/help.ts'
import { pictureOf } from './picture.ts'

/** The payments drill in each state that a document can be in. */

export const final = drillPath('PM-2026-06-17-payments-drill')
export const draft = drillPath('PM-2026-06-17-drill-draft')
export const inReview = drillPath('PM-2026-06-17-drill-in-review')
export const correcting = drillPath('PM-2026-06-17-drill-being-corrected')
export const corrected = drillPath('PM-2026-06-17-drill-corrected')

function drillPath(id: string): string {
  return `/v1/incidents/${id}`
}

/** When the drill was reviewed, and when a mistake in it was found. */
const reviewed = '2026-06-19T15:00:00.000Z'
const mistaken = '2026-06-22T08:30:00.000Z'

/** Stores all of them in a service that listens at `url`. */
export async function storeDrills(service: Service, url: string): Promise<void> {
  const store = (drill: Drill) => storeDrill(url, adminToken, drill, () => {})
  service.clock.now = new Date(reviewed)
  await store(readDrill())
  await store({ ...copyAs(draft), review: null })
  await must(service.call('DELETE', `${draft}/review-request`))
  await addPicture(service, draft)
  await store({ ...copyAs(inReview), review: null })
  await store(copyAs(correcting))
  await store(copyAs(corrected))
  service.clock.now = new Date(mistaken)
  await beginCorrection(service, correcting)
  await redactFirstEvent(service, corrected)
  await beginCorrection(service, corrected)
  await must(seal(service, corrected))
}

/** The same drill as another incident, which cannot be known by the same external reference. */
function copyAs(path: string): Drill {
  const drill = readDrill()
  return { ...drill, incident: { ...drill.incident, id: path.split('/').at(-1)!, external_refs: [] } }
}

/** A wide picture, of which a page shows all on a narrow screen. */
async function addPicture({ call, db }: Service, incident: string): Promise<void> {
  const evidence = await givenEvidence(db, pictureOf(1200, 300), 'image/png')
  const sources = [{ kind: 'screenshot', system: 'grafana', excerpt: 'Failed payments: 38 %', evidence }]
  await must(call('POST', `${incident}/events`, { body: observed({ sources }) }))
}

async function beginCorrection({ call }: Service, incident: string): Promise<void> {
  const reason = 'The count of failed requests left out the retries of browsers.'
  await must(call('POST', `${incident}/amendments`, { body: { author: 'sam', reason } }))
  await must(call('PATCH', incident, { body: { impact: { requests_failed: 2480 } } }))
}

async function redactFirstEvent(service: Service, incident: string): Promise<void> {
  const event = `${incident}/events/${await firstEvent(service, incident)}`
  const body = { pointers: ['/sources/0/excerpt'], reason: 'The log line held a password.' }
  await must(service.call('PUT', `${event}/redaction`, { body }))
}
