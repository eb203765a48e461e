import t from 'tap'
import { withNamedComponents } from '../../../src/http/contract/components.ts'
import { observed } from '../../help/cast.ts'
import { givenReady, seal } from '../../postmortem/ready.ts'
import { due, held, type Mistake, nothing, openDrill, raw, sev2, testWording } from './mistakes.ts'

/** Sentences about a field: they name it and its rule, and say what to write. */

const drill = await openDrill(t)
const { service, event } = drill
const final = await givenReady(service, 'Sealed')
await seal(service, final)

const adds = (at: string, handle: string) =>
  `${at} names ${handle}, and nobody in the directory has this handle. PUT /v1/people/${handle} with a name adds the person; GET /v1/people lists all.`
const shortName =
  'must be lower case letters, digits, dots, underscores and dashes, 64 at most, beginning with a letter or a digit; such as'
const sourced = (source: object) => observed({ sources: [source] })
const statement = { kind: 'statement', excerpt: 'It was slow.', stated_by: 'bob' }

testWording(t, drill, {
  'an unknown handle says which call adds the person': [
    [
      'POST /v1/incidents',
      {
        ...sev2,
        authors: ['ana', 'bob'],
        roles: [{ role: 'scribe', person: 'eve', from: held.held_at }],
      },
      adds('/authors/1', 'bob'),
      adds('/roles/0/person', 'eve'),
    ],
    ['POST …/action-items', { title: 'x', ...due, owner: 'bob' }, adds('/owner', 'bob')],
    ['POST …/events', sourced(statement), adds('/sources/0/stated_by', 'bob')],
    [
      `PUT …/events/${event}/dispute`,
      { statement: 'It was earlier.', raised_by: 'bob' },
      adds('/raised_by', 'bob'),
    ],
    [
      'PUT …/review',
      raw({ headers: { 'if-none-match': '*' } }, { ...held, facilitator: 'bob', attendees: ['ana', 'eve'] }),
      adds('/facilitator', 'bob'),
      adds('/attendees/1', 'eve'),
    ],
    [`POST ${final}/amendments`, { author: 'bob', reason: 'x' }, adds('/author', 'bob')],
    ['POST /v1/tokens', { name: 'x', scope: 'read', person: 'bob' }, adds('/person', 'bob')],
    ['GET /v1/action-items?owner=bob', nothing, adds('owner', 'bob')],
    [
      'PUT /v1/people/kim',
      { name: 'Kim', team: 'carts' },
      '/team names carts, and no team in the directory has this handle. PUT /v1/teams/carts with a name adds the team; GET /v1/teams lists all.',
    ],
    [
      'PATCH …',
      { authors: ['payments-team'] },
      '/authors/0 must be a person, and payments-team is a team. GET /v1/people?team=payments-team lists who is in it.',
    ],
  ],

  'a pattern speaks, and gives what was meant as the example': [
    [
      'POST …/events',
      sourced({ kind: 'chat', system: 'Slack Export', excerpt: 'x' }),
      `/sources/0/system ${shortName} slack-export. Where it comes from…`,
    ],
    ['PATCH …', { authors: ['@ana'] }, `/authors/0 ${shortName} priya. A handle of…`],
    [
      'PATCH …',
      { clock_offsets: { Checkout: 4 }, labels: { 'a b': 'x' } },
      `/clock_offsets/Checkout has a name that ${shortName} checkout.`,
      '/labels/a b has a name that must be letters, digits, dots, underscores, slashes and dashes, 63 at most, beginning with a letter or a digit; such as a-b.',
    ],
    ['PATCH …', { services: ['a,b'] }, '/services/0 must be one name, and not several; such as…'],
    ['PATCH …', { lang: 'english' }, '/lang must be a language tag, such as pt-BR. The…'],
    [
      'POST …/changes',
      { target_kind: 'slo', target: 'x', action_item: 'ai-1' },
      '/action_item must be AI- and a number, such as AI-1. The action item…',
    ],
    [
      'GET /v1/action-items?due_within=7',
      nothing,
      'due_within must be a number of days, such as 7d. Due from…',
    ],
    ...['GET …/postmortem.md?tz=', 'GET …/thread.html?tz=%2B09:00', 'GET …/review/agenda?tz=Mars/Base'].map(
      (to): Mistake => [
        to as Mistake[0],
        nothing,
        'tz must be the IANA name of a time zone, such as Europe/Berlin.',
      ],
    ),
    [
      'GET /v1/incidents?sort=date',
      nothing,
      'sort must be one of occurred_on, changed_at, severity, title, with a minus to sort down; such as -occurred_on.',
    ],
    [
      'GET /v1/people/Ana%20Duarte',
      nothing,
      `Nothing can be stored under this address: in it, handle ${shortName} ana-duarte. A handle of…`,
    ],
    [
      'GET /v1/incidents/2026-06-17',
      nothing,
      'Nothing can be stored under this address: in it, incident_id must be PM, the date, and lower case letters and digits, with single dashes between; such as PM-2026-06-17-payments-drill. `PM-…',
    ],
  ],

  'a word that is not in its list is told the list, and the nearest of it': [
    [
      'POST /v1/incidents',
      { title: 'x', severity: 'SEV 2', nature: 'near-miss' },
      '/severity must be one of SEV1, SEV2, SEV3, SEV4, SEV5, or null: did you mean SEV2? From SEV1, the gravest…',
      '/nature must be one of incident, near_miss, false_alarm, vulnerability, exercise: did you mean near_miss? What it was…',
    ],
    [
      'PATCH …',
      { severity: 2 },
      '/severity must be one of SEV1, SEV2, SEV3, SEV4, SEV5, or null: did you mean SEV2?…',
    ],
    [
      'PATCH …',
      { severity: 'high' },
      '/severity must be one of SEV1, SEV2, SEV3, SEV4, SEV5, or null. From…',
    ],
    [
      'GET /v1/incidents?severity=sev2',
      nothing,
      'severity must be one of SEV1, SEV2, SEV3, SEV4, SEV5: did you mean SEV2?',
    ],
    [
      'POST …/action-items',
      { title: 'x', ...due, priority: 'P-1' },
      '/priority must be one of P0, P1, P2, P3, or null: did you mean P1?…',
    ],
    [
      'POST …/events',
      observed({ milestone: 'mitigation' }),
      '/milestone must be one of impact_started, detected, acknowledged, mitigated, resolved, or null: did you mean mitigated?…',
    ],
    [
      'PATCH …/action-items/AI-1',
      { status: 'done' },
      '/status must be one of proposed, open, in_progress. done and cancelled are reached by PUT …/closure.',
    ],
  ],

  'an unknown name is told the right one, or the call that sets it': [
    [
      'POST …/events',
      { time: '14:08', body: 'x', source: [] },
      '/time is not known here: did you mean occurred_at? Known: occurred_at, occurred_until…',
      '/body is not known here: did you mean description? Known…',
      '/source is not known here: did you mean sources? Known…',
      '/kind is required: one of alert, acknowledgement, deploy…',
    ],
    [
      'POST …/events',
      { occured_at: '14:08', timestamp: 1, message: 'x', text: 'x' },
      '/occured_at is not known here: did you mean occurred_at?…',
      '/timestamp is not known here: did you mean occurred_at?…',
      '/message is not known here: did you mean description?…',
      '/text is not known here: did you mean description?…',
    ],
    [
      'POST …/action-items',
      { name: 'x', assignee: 'ana', due_date: '2026-06-24' },
      '/name is not known here: did you mean title?…',
      '/assignee is not known here: did you mean owner?…',
      '/due_date is not known here: did you mean due_on?…',
    ],
    [
      'POST /v1/incidents',
      { name: 'x', sev: 'SEV2' },
      '/name is not known here: did you mean title?…',
      '/sev is not known here: did you mean severity?…',
      '/title is required.',
    ],
    ['PATCH …', { colour: 'red' }, '/colour is not known here. Known: title, severity…'],
    [
      'PATCH …',
      { status: 'final' },
      '/status is not set here: a postmortem moves by PUT …/review-request, and POST …/revisions makes it final.',
    ],
    [
      'PATCH …',
      { occurred_on: '2026-06-18' },
      '/occurred_on is not set here: it is the date in the id, which never changes: DELETE the draft, and open it with the right one.',
    ],
    [
      'PATCH …/action-items/AI-1',
      { closure: {} },
      '/closure is not set here: PUT …/closure says that it is done, or cancelled.',
    ],
    [
      `PATCH …/events/${event}`,
      { retraction: {} },
      '/retraction is not set here: PUT …/retraction takes an event out of the timeline, with a reason.',
    ],
    ['GET /v1/people?name=Ana', nothing, 'name is not known here. Known: cursor, limit, team, active.'],
  ],

  'a value of another type is told which, and how it is written': [
    ['PATCH …', { authors: 'ana' }, '/authors must be a list or null, and is a string: put it in [ ].'],
    ['PATCH …', { title: 42 }, '/title must be a string, and is a number: put it in quotation marks.'],
    [
      'PATCH …',
      { summary: 'It broke.' },
      '/summary must be an object or null, and is a string. How long it took…',
    ],
    ['PATCH …', { title: null }, '/title must be a string, and is null.'],
    [
      'POST …/events',
      observed({ spell: '2', between: 'true' }),
      '/spell must be an integer, and is a string: leave out the quotation marks. The spell…',
      '/between must be true or false, and is a string: leave out the quotation marks. It happened…',
    ],
    [
      'POST …/events',
      observed({ occurred_at: 1_781_705_280 }),
      '/occurred_at must be a string such as "2026-06-17T14:08:00Z", and is a number. As the source…',
    ],
    ['POST /v1/incidents', [], 'The body must be an object, and is a list.'],
    ['POST /v1/incidents', nothing, 'The body must be an object, and there is none.'],
    ['PATCH …', {}, 'The body must change at least one field, of title, severity…'],
  ],

  'what is too long says how long it is': [
    ['PATCH …', { title: 'x'.repeat(231) }, '/title must have at most 200 characters, and has 231.'],
    ['PATCH …', { title: '🔥'.repeat(201) }, '/title must have at most 200 characters, and has 201.'],
    [
      'PATCH …',
      { sections: Array(21).fill({ heading: 'x', body: 'x' }) },
      '/sections must have at most 20 entries, and has 21.',
    ],
    ['PATCH …', { title: ' ' }, '/title must not be blank.'],
    [
      'PATCH …',
      { title: 'a\nb' },
      '/title must be one line, without line breaks and other control characters.',
    ],
  ],
})

t.test('a pattern that a person could meet has words, or there is no contract', async t => {
  const contract = (schema: object) => ({
    components: { schemas: {} },
    paths: { '/x': { get: { parameters: [{ schema }] } } },
  })
  const words = { words: 'one letter', example: 'a' }
  const made = withNamedComponents(contract({ type: 'string', pattern: '^a$', 'x-in-words': words }))
  t.notMatch(JSON.stringify(made), /x-in-words/, 'which the contract leaves out')
  for (const schema of [
    { type: 'string', pattern: '^a$' },
    { type: 'array', items: { type: 'string', pattern: '^a$' } },
    { type: 'object', propertyNames: { pattern: '^a$' } },
  ])
    t.throws(() => withNamedComponents(contract(schema)), /Nobody can read the pattern \^a\$/)
})
