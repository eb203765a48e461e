import Type, { type Static } from 'typebox'
import { component, nullable, oneOf, part, ref } from '../../http/fields.ts'

const nodeKinds = ['source', 'event', 'factor', 'action_item', 'change', 'verification'] as const
const edgeKinds = ['supports', 'shows', 'recurs', 'addressed_by', 'carried_out_by', 'verified_by'] as const
const missingKinds = ['event', 'action_item', 'change', 'verification'] as const

const nodeId = (description: string) => Type.String({ description })

export const ThreadNode = component(
  'ThreadNode',
  {
    id: nodeId('Where it stands, by ids: `events/<id>/sources/0`, `factors/1`, `changes/1/verification`.'),
    kind: oneOf('ThreadNodeKind', nodeKinds, {
      description: 'What it is; the thread runs from sources to verifications.',
    }),
    label: Type.String({ description: 'What it says, cut after 200 characters.' }),
    status: nullable(
      Type.String({
        description:
          'An action item’s or a change’s status, a factor’s disposition; `retracted`, of an event that is.',
      }),
    ),
    href: Type.String({ description: 'The address of the resource that holds it.' }),
    url: nullable(Type.String({ description: 'Where it can be looked at, outside of Debrief.' })),
  },
  {
    examples: [
      {
        id: 'factors/3',
        kind: 'factor',
        label: 'The alert watched orders, not payments.',
        status: 'action',
        href: '/v1/incidents/PM-2026-06-17-payments-drill/factors/3',
        url: null,
      },
    ],
  },
)

const edge = part('ThreadEdge', {
  from: nodeId('A node’s id.'),
  to: nodeId('A node’s id.'),
  kind: oneOf('ThreadEdgeKind', edgeKinds, {
    description:
      'Read as a sentence: source `supports` event, event `shows` factor, factor `recurs` a factor of an earlier incident, factor is `addressed_by` action item or change, action item is `carried_out_by` change, change is `verified_by` verification.',
  }),
})

const dangling = part('DanglingNode', {
  node: nodeId('The node whose thread ends.'),
  missing: oneOf('ThreadGap', missingKinds, { description: 'What would continue it.' }),
  message: Type.String({ description: 'What is missing, in one sentence.' }),
})

export const IncidentThread = component(
  'IncidentThread',
  {
    nodes: Type.Array(ref(ThreadNode), { description: 'From the sources to the verifications.' }),
    edges: Type.Array(edge),
    dangling: Type.Array(dangling, { description: 'Where the thread is broken, and what would mend it.' }),
  },
  {
    description:
      'The whole thread of an incident: source → event → factor → action item → change → verification.',
    examples: [
      {
        nodes: [
          {
            id: 'factors/3',
            kind: 'factor',
            label: 'The alert watched orders, not payments.',
            status: 'action',
            href: '/v1/incidents/PM-2026-06-17-payments-drill/factors/3',
            url: null,
          },
          {
            id: 'action-items/AI-4',
            kind: 'action_item',
            label: 'Alert on the share of failed payments',
            status: 'in_progress',
            href: '/v1/incidents/PM-2026-06-17-payments-drill/action-items/AI-4',
            url: null,
          },
        ],
        edges: [{ from: 'factors/3', to: 'action-items/AI-4', kind: 'addressed_by' }],
        dangling: [
          { node: 'action-items/AI-4', missing: 'change', message: 'AI-4 has led to no change yet.' },
        ],
      },
    ],
  },
)

export type IncidentThread = Static<typeof IncidentThread>
export type ThreadNode = Static<typeof ThreadNode>
export type Edge = IncidentThread['edges'][number]
export type Dangling = IncidentThread['dangling'][number]

export const threadSchemas = [ThreadNode, IncidentThread]
