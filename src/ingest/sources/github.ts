import {
  firstOf,
  firstTimeOf,
  type JsonObject,
  onOneLine,
  type ReadTime,
  requireObject,
  sentenceOf,
  sourceOf,
  textAt,
  titleOf,
  urlAt,
  wordAt,
} from './reading.ts'
import { headerIn, hmacOf, isSignature } from './signatures.ts'
import { type Delivery, type IngestedEvent, NotTheForm, type Reading, type SigningSource } from './source.ts'

/** What a state says, and whether it is more than progress. */
interface Outcome {
  words: string
  isNormal?: boolean
}

const states: Record<string, Outcome> = {
  success: { words: 'succeeded', isNormal: true },
  failure: { words: 'failed', isNormal: true },
  error: { words: 'ended in an error', isNormal: true },
  in_progress: { words: 'is in progress' },
  queued: { words: 'is queued' },
  pending: { words: 'is pending' },
  waiting: { words: 'is waiting' },
  inactive: { words: 'is no longer active' },
}

const conclusions: Record<string, Outcome> = {
  success: states.success!,
  failure: states.failure!,
  timed_out: { words: 'timed out', isNormal: true },
  startup_failure: { words: 'failed to start', isNormal: true },
  action_required: { words: 'waits for an action' },
  cancelled: { words: 'was cancelled' },
  neutral: { words: 'ended without a verdict' },
  skipped: { words: 'was skipped' },
  stale: { words: 'is stale' },
}

const progress: Record<string, Outcome> = {
  requested: { words: 'is requested' },
  in_progress: states.in_progress!,
}

function outcomeOf(outcomes: Record<string, Outcome>, state: string | null): Outcome {
  if (state !== null && Object.hasOwn(outcomes, state)) return outcomes[state]!
  return { words: state === null ? 'has no outcome' : `is ${onOneLine(state).replaceAll('_', ' ')}` }
}

const taken = 'the events deployment_status and workflow_run are taken.'

function read(delivery: Delivery): Reading {
  const { body, headers } = delivery
  const name = textAt(headers['x-github-event'])
  if (name === null) throw new NotTheForm('The header X-GitHub-Event must name the event.')
  const payload = requireObject(body, 'The payload')
  if (name === 'deployment_status') return { events: [deployment(payload, delivery)] }
  if (name === 'workflow_run') return { events: [workflowRun(payload, delivery)] }
  if (name === 'ping')
    return { events: [], ignored: `It is the test of a webhook, which was received: ${taken}` }
  return { events: [], ignored: `It is another event: ${taken}` }
}

function deployment(payload: JsonObject, { headers, receivedAt }: Delivery): IngestedEvent {
  const status = requireObject(payload.deployment_status, '/deployment_status')
  const { words, isNormal } = outcomeOf(states, textAt(status, 'state'))
  const environment = textAt(status, 'environment') ?? textAt(payload, 'deployment', 'environment')
  const [ref, sha] = [textAt(payload, 'deployment', 'ref'), textAt(payload, 'deployment', 'sha')]
  const to = environment === null ? '' : ` to ${environment}`
  return deployEvent({
    key: keyOf('deployment_status', wordAt(status, 'id'), headers),
    time: firstTimeOf([status.created_at, status.updated_at], receivedAt),
    subject: `The deployment of ${repositoryOf(payload)}${to}${versionOf(ref, sha)}`,
    words,
    isNormal,
    urls: [
      urlAt(status, 'log_url'),
      urlAt(status, 'target_url'),
      urlAt(payload, 'workflow_run', 'html_url'),
      urlAt(payload, 'repository', 'html_url'),
    ],
    excerpt: [
      `deployment_status ${wordAt(status, 'state') ?? ''}`,
      ref,
      sha,
      textAt(status, 'description'),
      byOf(status.creator),
    ],
  })
}

function workflowRun(payload: JsonObject, { headers, receivedAt }: Delivery): IngestedEvent {
  const run = requireObject(payload.workflow_run, '/workflow_run')
  const action = textAt(payload, 'action')
  const isOver = action === 'completed'
  const conclusion = textAt(run, 'conclusion')
  const { words, isNormal } = isOver ? outcomeOf(conclusions, conclusion) : outcomeOf(progress, action)
  const name = textAt(run, 'name') ?? textAt(payload, 'workflow', 'name')
  const attempt = wordAt(run, 'run_attempt') ?? '1'
  const id = wordAt(run, 'id')
  const [branch, sha] = [textAt(run, 'head_branch'), textAt(run, 'head_sha')]
  const title = textAt(run, 'display_title') ?? textAt(run, 'head_commit', 'message')
  const begun = [run.run_started_at, run.created_at]
  return deployEvent({
    key: keyOf('workflow_run', id === null ? null : `${id}:${attempt}:${action ?? ''}`, headers),
    time: firstTimeOf(action === 'requested' ? begun : [run.updated_at, ...begun], receivedAt),
    subject: `The workflow ${name === null ? '' : `${name} `}of ${repositoryOf(payload)}${versionOf(branch, sha)}`,
    words: attempt === '1' ? words : `${words} in attempt ${attempt}`,
    isNormal,
    urls: [urlAt(run, 'html_url'), urlAt(payload, 'repository', 'html_url')],
    excerpt: [
      `workflow_run ${[action, conclusion].filter(word => word !== null).join(' ')}`,
      branch,
      sha,
      title,
      byOf(payload.sender),
    ],
  })
}

interface Deploy {
  key: string
  time: ReadTime
  subject: string
  words: string
  isNormal: boolean | undefined
  urls: (string | null)[]
  excerpt: (string | null)[]
}

/** GitHub does not know of incidents: nothing that it sends refers to one, or begins one. */
function deployEvent({ key, time, subject, words, isNormal, urls, excerpt }: Deploy): IngestedEvent {
  const { timeSource, ...when } = time
  const told = `${subject} ${words}`
  return {
    key,
    series: null,
    event: {
      ...when,
      kind: 'deploy',
      milestones: [],
      relevance: isNormal === true ? 'normal' : 'low',
      description: sentenceOf(told),
      sources: [sourceOf('deploy', 'github', firstOf(urls), excerpt)],
    },
    timeSource,
    reference: null,
    isFiring: false,
    opensSpell: false,
    title: titleOf(told),
  }
}

/** A delivery that is sent again by hand may have another id, and tells of the same thing. */
function keyOf(event: string, id: string | null, headers: Delivery['headers']): string {
  const delivery = textAt(headers['x-github-delivery'])
  if (id !== null) return onOneLine(`${event}:${id}`)
  if (delivery !== null) return onOneLine(`delivery:${delivery}`)
  throw new NotTheForm(`/${event}/id must be a number.`)
}

const repositoryOf = (payload: JsonObject): string =>
  textAt(payload, 'repository', 'full_name') ?? 'an unnamed repository'

/** The branch or tag, and the commit by its first digits. */
function versionOf(ref: string | null, sha: string | null): string {
  const commit = /^[0-9a-f]{7}/.exec(sha ?? '')?.[0] ?? null
  const version = [ref === sha ? null : ref, commit].filter(word => word !== null)
  return version.length === 0 ? '' : ` (${version.join(', ')})`
}

function byOf(user: unknown): string | null {
  const login = textAt(user, 'login')
  return login === null ? null : `by: ${login}`
}

const signatureHeader = 'X-Hub-Signature-256'

/**
 * GitHub's webhooks, REST API version 2022-11-28: https://docs.github.com/en/webhooks/webhook-events-and-payloads, signed as in
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
 */
export const github: SigningSource = {
  read,
  signature: {
    header: signatureHeader,
    isValid: (secret, body, headers) =>
      isSignature(headerIn(headers, signatureHeader), `sha256=${hmacOf(secret, body)}`),
  },
}
