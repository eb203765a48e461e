import type { Schemas } from '../../client/client.ts'
import type { Config } from '../../config.ts'
import { readOptionFile } from '../input/option-file.ts'
import { requireOption, UsageError } from '../input/usage-error.ts'
import { type Feed, feeds, sources } from '../input/words.ts'
import { answerOf } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { say } from '../terminal/say.ts'

export interface LinkOptions extends ServiceOptions {
  name?: string
  source?: Schemas['IngestSource']
  feed?: Feed
  incident?: string
  drafts?: true
  severity?: Schemas['Severity']
  signingSecretFile?: string
  mapping?: string
  expires?: string
  requestsPerMinute?: number
  owner?: string[]
  team?: string[]
  priority?: Schemas['ActionItemPriority'][]
  service?: string[]
  overdue?: true
  dueWithin?: string
  tz?: string
}

/** The longer pointers first, since they are replaced in this order. */
const optionOf = {
  '/filter/owner': '--owner',
  '/filter/team': '--team',
  '/filter/priority': '--priority',
  '/filter/service': '--service',
  '/filter/overdue': '--overdue',
  '/filter/due_within': '--due-within',
  '/filter/tz': '--tz',
  '/filter': 'a filter such as --owner',
  '/source': '--source',
  '/feed': '--feed',
  '/name': '--name',
  '/incident_id': '--incident',
  '/unknown: draft': '--drafts',
  '/unknown is draft': '--drafts is set',
  '/unknown': '--drafts',
  '/draft_severity': '--severity',
  '/signing_secret': '--signing-secret-file',
  '/mapping': '--mapping',
  '/expires_at': '--expires',
  '/requests_per_minute': '--requests-per-minute',
}

/**
 * `debrief link create`: makes a capability link and prints nothing but its URL on standard output.
 * @throws Error with one sentence when an option is wrong
 */
export async function createLinkCommand(config: Config, options: LinkOptions): Promise<void> {
  const body = bodyOf(options)
  await callService({ config, options }, async client => {
    const { id, url, expires_at } = answerOf(await client.POST('/v1/links', { body }), optionOf)
    process.stdout.write(`${url}\n`)
    const end = expires_at === null ? 'never ends' : `ends at ${expires_at}`
    say(`Link ${id} ${end}; who has that address can use it. "debrief link revoke ${id}" takes it back.`)
  })
}

function bodyOf(options: LinkOptions): Schemas['LinkInput'] {
  const { source, incident, drafts, severity, expires, requestsPerMinute } = options
  const name = requireOption(options.name, 'Say what the link is for: --name <text>.')
  const feed = options.feed && (`action_items_${options.feed}` as const)
  const filter = filterOf(options)
  requireOption(source ?? feed, whatFor)
  const secret = readOptionFile(options.signingSecretFile, '--signing-secret-file')?.trim()
  const mapping = mappingOf(readOptionFile(options.mapping, '--mapping'))
  return {
    name,
    ...(source && { source }),
    ...(feed && { feed }),
    ...(Object.keys(filter).length > 0 && { filter }),
    ...(incident === undefined ? {} : { incident_id: incident }),
    ...(drafts === undefined ? {} : { unknown: 'draft' as const }),
    ...(severity === undefined ? {} : { draft_severity: severity }),
    ...(secret === undefined ? {} : { signing_secret: secret }),
    ...(mapping === undefined ? {} : { mapping }),
    ...(expires === undefined ? {} : { expires_at: expires }),
    ...(requestsPerMinute === undefined ? {} : { requests_per_minute: requestsPerMinute }),
  }
}

const whatFor = `Say which tool posts to it, --source ${sources.join('|')}, or what it reads, --feed ${feeds.join('|')}.`

/** What a feed holds. */
function filterOf({
  owner,
  team,
  priority,
  service,
  overdue,
  dueWithin,
  tz,
}: LinkOptions): Schemas['LinkFilterInput'] {
  return {
    ...(owner && { owner }),
    ...(team && { team }),
    ...(priority && { priority }),
    ...(service && { service }),
    ...(overdue && { overdue }),
    ...(dueWithin && { due_within: dueWithin }),
    ...(tz && { tz }),
  }
}

function mappingOf(json: string | undefined) {
  if (json === undefined) return undefined
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new UsageError(`The file of --mapping is not JSON (${(cause as Error).message}).`, { cause })
  }
}
