import fc from 'fast-check'
import t from 'tap'
import { DebriefError } from '../../src/http/problem.ts'
import { requireOneHolderAtATime } from '../../src/incidents/rules.ts'
import { incidentRoles } from '../../src/incidents/schema.ts'
import { openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 5, 17, 14, minute)).toISOString()
const held = (role: string, person: string, from: number, to?: number) => ({
  role,
  person,
  from: at(from),
  ...(to === undefined ? {} : { to: at(to) }),
})
const refusal = (roles: ReturnType<typeof held>[]) => {
  try {
    requireOneHolderAtATime(roles)
  } catch (error) {
    if (error instanceof DebriefError) return error.errors[0]!
    throw error
  }
  return undefined
}

t.test('a handoff closes one assignment and opens the next at the same moment', async t => {
  t.notOk(refusal([held('incident_commander', 'sam', 0, 10), held('incident_commander', 'ana', 10)]))
  t.notOk(refusal([held('incident_commander', 'ana', 10), held('incident_commander', 'sam', 0, 10)]))
})

t.test('two holders of one role at one time are refused, naming the later one', async t => {
  t.match(refusal([held('scribe', 'ana', 5, 15), held('scribe', 'sam', 0, 10)]), {
    pointer: '/roles/0',
    code: 'overlap',
    detail: /\/roles\/1: sam holds scribe/,
  })
  t.match(
    refusal([held('scribe', 'ana', 0), held('scribe', 'sam', 30)]),
    { pointer: '/roles/1' },
    'never handed on',
  )
})

t.test('who held a role for no time at all held it at nobody else’s time', async t => {
  const passing = held('scribe', 'ana', 10, 10)
  t.notOk(refusal([held('scribe', 'sam', 10), passing]))
  t.notOk(refusal([passing, held('scribe', 'sam', 10)]))
  t.notOk(refusal([held('scribe', 'sam', 0, 10), passing, held('scribe', 'priya', 10)]))
})

t.test('different roles, and subject experts, may overlap', async t => {
  t.notOk(refusal([held('scribe', 'ana', 0), held('incident_commander', 'ana', 0)]))
  t.notOk(refusal([held('subject_expert', 'ana', 0), held('subject_expert', 'sam', 0)]))
})

t.test('an assignment does not end before it begins, of an expert neither', async t => {
  for (const role of ['scribe', 'subject_expert'])
    t.match(refusal([held(role, 'ana', 10, 9)]), { pointer: '/roles/0/to', code: 'order' })
  t.notOk(refusal([held('scribe', 'ana', 10, 10)]))
})

t.test('times are compared, not their spelling', async t => {
  const berlin = {
    role: 'scribe',
    person: 'ana',
    from: '2026-06-17T16:00:00+02:00',
    to: '2026-06-17T16:10:00+02:00',
  }
  t.notOk(refusal([berlin, held('scribe', 'sam', 10)]))
  t.ok(refusal([berlin, held('scribe', 'sam', 9)]))
})

t.test('it agrees with looking at every pair', async t => {
  const assignment = fc
    .record({
      role: fc.constantFrom(...incidentRoles),
      person: fc.constantFrom('ana', 'sam', 'priya'),
      from: fc.integer({ min: 0, max: 5 }),
      length: fc.option(fc.integer({ min: -1, max: 3 }), { nil: undefined }),
    })
    .map(({ role, person, from, length }) => ({
      role,
      person,
      from,
      to: length === undefined ? undefined : from + length,
    }))
  fc.assert(
    fc.property(fc.array(assignment, { maxLength: 6 }), spans => {
      const end = ({ to }: { to: number | undefined }) => to ?? Number.POSITIVE_INFINITY
      const backwards = spans.some(span => end(span) < span.from)
      const overlap = spans.some((a, i) =>
        spans.some(
          (b, j) =>
            i < j && a.role === b.role && a.role !== 'subject_expert' && a.from < end(b) && b.from < end(a),
        ),
      )
      const refused = refusal(spans.map(({ role, person, from, to }) => held(role, person, from, to)))
      return (refused !== undefined) === (backwards || overlap)
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 2000) },
  )
  t.pass('for every arrangement')
})

t.test('the rule holds at the door, at creation and in a patch', async t => {
  const service = await openService(t)
  await seedPeople(service)
  const roles = [held('scribe', 'ana', 0), held('scribe', 'sam', 10)]
  const made = await service.call('POST', '/v1/incidents', { body: { title: 'X', severity: 'SEV3', roles } })
  t.match(
    [made.status, made.body],
    [422, { code: 'invalid_body', errors: [{ pointer: '/roles/1', code: 'overlap' }] }],
  )
  const incident = await openIncident(service, { roles: [roles[0]] })
  const patched = await service.call('PATCH', incident, { body: { roles } })
  t.match([patched.status, patched.body.errors], [422, [{ pointer: '/roles/1' }]])
  const handoff = [held('scribe', 'ana', 0, 10), held('scribe', 'sam', 10)]
  t.equal((await service.call('PATCH', incident, { body: { roles: handoff } })).status, 200)
})
