import t from 'tap'
import { observed } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { givenReady, seal } from '../ready.ts'

/** What real postmortems hold, and what the checks say to it. */

const service = await openService(t)
const { call } = service

const idOf = (incident: string) => incident.split('/').at(-1)!
const patch = (path: string, body: object) => call('PATCH', path, { body })
const found = async (incident: string): Promise<any[]> => (await call('GET', `${incident}/checks`)).body.items
const codes = async (incident: string) => (await found(incident)).map(({ code }) => code)
const markdown = async (incident: string) => (await call('GET', `${incident}/postmortem.md`)).text

t.test('the lesson is a setting: any change will do, and the warning says what has not changed', async t => {
  const incident = await givenReady(service)
  await patch(`${incident}/factors/1`, { disposition: 'action' })
  const change = `${incident}/changes/1`
  await patch(change, {
    target_kind: 'config',
    target: 'prevent_destroy of the database',
    before: 'prevent_destroy = false\n',
    after: 'prevent_destroy = true\n',
  })
  t.match(await found(incident), [
    {
      code: 'LESSON_NOT_WIRED',
      level: 'warning',
      ids: ['1'],
      message: /^None of the changes is to an SLO, an alert rule or a runbook/,
    },
  ])
  t.equal((await seal(service, incident)).status, 201)

  const other = { target_kind: 'alert_rule', target: 'Deletions', url: 'https://git.example/7', factors: [1] }
  await call('POST', `${incident}/changes`, { body: other })
  t.same(await codes(incident), ['LESSON_NOT_WIRED'], 'a proposed one wires nothing yet')
  await patch(`${incident}/changes/2`, { status: 'applied' })
  t.same(await codes(incident), [])
})

t.test('a change is missing where a factor calls for action, until one is in force and shown', async t => {
  const incident = await givenReady(service)
  const change = `${incident}/changes/1`
  const missing = async () => (await found(incident)).find(({ code }) => code === 'CHANGE_MISSING')?.message
  await patch(change, { status: 'proposed' })
  t.equal(await missing(), undefined, 'no factor calls for action')
  for (const number of [1, 2]) await patch(`${incident}/factors/${number}`, { disposition: 'action' })
  t.match(
    await missing(),
    /^Factors 1, 2 call for action, .* once it is in force, set its status to applied\.$/,
  )
  await patch(change, { status: 'applied', after: null })
  t.match(await missing(), /change 1 shows nothing .* its text before and after, or its address\.$/)
  await patch(change, { url: 'https://git.example/pull/7' })
  t.equal(await missing(), undefined)
  await patch(change, { url: null, before: 'Call somebody.' })
  t.equal(await missing(), undefined, 'what was taken away is a change, too')
  await call('DELETE', change)
  t.match(await missing(), /record the change that was applied/)
  for (const number of [1, 2]) {
    const accepted = { disposition: 'accepted_risk', disposition_reason: 'It is rare.' }
    await patch(`${incident}/factors/${number}`, accepted)
  }
  t.equal(await missing(), undefined)
})

t.test(
  'one remedy for two incidents: what recurs is addressed by what is still to be done there',
  async t => {
    const first = await givenReady(service, 'The first time')
    const item = { title: 'Add a third', owner: 'sam', due_on: '2026-07-24', priority: 'P1', factors: [2] }
    t.match((await call('POST', `${first}/action-items`, { body: item })).body, { id: 'AI-3' })
    await call('PUT', `${first}/action-items/AI-2/closure`, { body: { outcome: 'cancelled', reason: 'No.' } })

    const again = await givenReady(service, 'The second time')
    await call('PUT', `${again}/action-items/AI-2/closure`, { body: { outcome: 'cancelled', reason: 'No.' } })
    t.same(await codes(again), ['FACTOR_UNADDRESSED'])
    await patch(`${again}/factors/2`, { recurs: { incident_id: idOf(first), number: 2 } })
    t.same(await codes(again), [])
    t.match(await markdown(again), `addressed by AI-3 of ${idOf(first)}`)
    t.match(await markdown(again), `recurs: factor 2 of ${idOf(first)}`)
    const { edges, dangling } = (await call('GET', `${again}/thread`)).body
    t.notOk(dangling.some(({ missing }: any) => missing === 'action_item'))
    const to = `incidents/${idOf(first)}/action-items/AI-3`
    t.ok(
      edges.some((edge: any) => edge.from === 'factors/2' && edge.kind === 'addressed_by' && edge.to === to),
    )

    const state = async (to: 'proposed' | 'done' | 'cancelled' | 'early') => {
      const closure = to === 'done' || to === 'early' ? { outcome: 'done', at: '2026-06-18T09:00:00Z' } : null
      await service.db
        .updateTable('action_items')
        .set({ status: to === 'early' ? 'done' : to })
        .set({
          closure:
            closure && JSON.stringify(to === 'early' ? { ...closure, at: '2026-06-16T23:00:00Z' } : closure),
        })
        .where('incident_id', '=', idOf(first))
        .where('number', '=', 3)
        .execute()
      return codes(again)
    }
    t.same(await state('proposed'), ['FACTOR_UNADDRESSED'], 'nobody has taken it')
    t.same(await state('cancelled'), ['FACTOR_UNADDRESSED'])
    t.same(await state('early'), ['FACTOR_UNADDRESSED'], 'it was done, and that did not help')
    const [{ message }] = await found(again)
    t.match(message, `no action item that is still to be done addresses factor 2 of ${idOf(first)}, either.`)
    t.same(await state('done'), [], 'done since')

    t.equal((await seal(service, again)).status, 201)
    const { postmortem } = (await call('GET', `${again}/revisions/1`)).body
    const addressed_elsewhere = [{ incident_id: idOf(first), id: 'AI-3', status: 'done' }]
    t.match(postmortem.factors, [{ addressed_elsewhere: [] }, { addressed_elsewhere }])
    await state('cancelled')
    t.match(await markdown(again), `addressed by AI-3 of ${idOf(first)}`, 'what is sealed stays')
  },
)

t.test('nothing to do: two accepted risks and no action item', async t => {
  const incident = await openQuiet({})
  for (const statement of ['The cable is old.', 'The cellar is damp.']) await acceptRisk(incident, statement)
  t.match(await found(incident), [{ code: 'ACTION_NONE', level: 'warning', message: /reasons/ }])
  t.match(await markdown(incident), '[no action items yet]')
  t.equal((await seal(service, incident)).status, 201)
  const text = await markdown(incident)
  t.match(text, '## Action items\n\nNo action items.\n')
  t.match(text, '## Changes\n\nNo changes.\n')
  t.notMatch(text, /\byet\b/)
  t.match(await markdownOf(incident, 'review/agenda'), 'There is no action item.')
})

t.test('what had no impact is sealed without one, without a severity, and without a waiver', async t => {
  const asked = [
    ['near_miss', ['detected'], /Nature: Near miss, no impact {3}Severity: —/],
    ['false_alarm', ['detected', 'resolved'], /Nature: False alarm, no impact {3}Severity: —/],
    ['vulnerability', ['detected', 'resolved'], /Nature: Vulnerability {3}Severity: —/],
  ] as const
  for (const [nature, milestones, head] of asked) {
    const incident = await openQuiet({ nature, impact: {}, severity: null }, milestones)
    for (const statement of ['The cable is old.', 'The cellar is damp.'])
      await acceptRisk(incident, statement)
    t.same(await codes(incident), ['ACTION_NONE'], nature)
    t.equal((await seal(service, incident)).status, 201)
    t.match(await markdown(incident), head)
  }
})

t.test('an exercise is asked for its impact, as an incident is', async t => {
  const incident = await openQuiet({ nature: 'exercise', impact: {} })
  for (const statement of ['The cable is old.', 'The cellar is damp.']) await acceptRisk(incident, statement)
  t.same(await codes(incident), ['IMPACT_MISSING', 'ACTION_NONE'])
  await patch(incident, { nature: 'near_miss' })
  t.same(await codes(incident), ['ACTION_NONE'])
})

t.test('a proposed item is asked for nothing but to be opened or cancelled', async t => {
  const incident = await givenReady(service)
  const item = { title: 'Tell customers sooner', status: 'proposed' }
  await call('POST', `${incident}/action-items`, { body: item })
  t.match(await found(incident), [
    {
      code: 'ACTION_INCOMPLETE',
      message:
        'AI-3 is only proposed: open it (it lacks an owner, a due date, a priority and a factor), or cancel it with a reason.',
    },
  ])
  t.equal((await found(incident)).length, 1)
  t.match(await markdownOf(incident, 'review/agenda'), '- AI-3 Tell customers sooner\n')
  const rest = { owner: 'sam', due_on: '2026-06-30', priority: 'P3', factors: [2] }
  await patch(`${incident}/action-items/AI-3`, rest)
  t.match(await found(incident), [{ message: /^AI-3 is only proposed: open it, or cancel/ }])
  const agenda = await markdownOf(incident, 'review/agenda')
  t.match(agenda, '## Action items that are only proposed\n')
  t.match(agenda, '- AI-3 Tell customers sooner — Sam, due 2026-06-30\n')
  t.notMatch(agenda, 'that wait for their owners')
  const closure = { outcome: 'cancelled', reason: 'The status page does.' }
  await call('PUT', `${incident}/action-items/AI-3/closure`, { body: closure })
  t.same(await codes(incident), [])
})

const markdownOf = async (incident: string, path: string) => (await call('GET', `${incident}/${path}`)).text

/** A postmortem in review that passes all checks but those of factors, with no action item and no change. */
async function openQuiet(
  fields: object,
  milestones: readonly string[] = ['impact_started', 'detected', 'mitigated', 'resolved'],
): Promise<string> {
  const incident = await givenReady(service)
  const { body } = await call('GET', incident)
  const { title, severity, occurred_on, authors, summary, impact, went_well } = body
  const told = { title, severity, occurred_on, authors, summary, impact, went_well, ...fields }
  const quiet = `/v1/incidents/${(await call('POST', '/v1/incidents', { body: told })).body.id}`
  for (const milestone of milestones) await call('POST', `${quiet}/events`, { body: observed({ milestone }) })
  const { held_at, facilitator, attendees } = (await call('GET', `${incident}/review`)).body
  await call('PUT', `${quiet}/review-request`)
  const review = { held_at, facilitator, attendees }
  await call('PUT', `${quiet}/review`, { body: review, headers: { 'if-none-match': '*' } })
  return quiet
}

async function acceptRisk(incident: string, statement: string): Promise<void> {
  const [{ id }] = (await call('GET', `${incident}/events`)).body.items
  const counterfactual = { if: 'the cable', had: 'been new', would_have: 'been noticed sooner' }
  const disposition = { disposition: 'accepted_risk', disposition_reason: 'It costs more than it saves.' }
  const factor = { category: 'technical', statement, events: [id], counterfactual, ...disposition }
  await call('POST', `${incident}/factors`, { body: factor })
}
