import Type, { type Static } from 'typebox'
import {
  actionItemId,
  answered,
  anyOfWords,
  component,
  exact,
  integer,
  line,
  list,
  mergePatch,
  oneOf,
  oneOfGrowing,
  optional,
  pageOf,
  pageQuery,
  part,
  pathNumber,
  rowFields,
  text,
  url,
} from '../http/fields.ts'
import { incidentId } from '../incidents/schema.ts'
import { source } from '../timeline/source-schema.ts'

export const targetKinds = ['slo', 'alert_rule', 'runbook', 'dashboard', 'test', 'config'] as const
export const changeStatuses = ['proposed', 'applied', 'verified'] as const

const fields = {
  target_kind: oneOf('ChangeTargetKind', targetKinds, { description: 'What kind of thing was changed.' }),
  target: line(200, { description: 'Its name, such as that of the alert.' }),
  before: optional(text(100_000, { description: 'Its text before, kept exactly; null: there was none.' })),
  after: optional(text(100_000, { description: 'Its text after, kept exactly; null: there is none.' })),
  url: optional(url({ description: 'The pull request, or where else it can be looked at.' })),
  status: Type.Optional(
    oneOf('ChangeStatus', changeStatuses, {
      'x-default': 'proposed',
      description:
        '`proposed` unless given; `verified`, once something has shown that it works; that is `verified_by_source`.',
    }),
  ),
  verified_by_source: optional({
    ...source,
    description: 'What shows that it works, cited as by an event: with `verified`, and only then.',
  }),
  action_item: optional(
    actionItemId({
      description: 'The action item that it carries out. A change names that, or `factors`, or both.',
    }),
  ),
  factors: Type.Optional(
    list(integer(1, 2_147_483_647), {
      uniqueItems: true,
      description: 'Numbers of the contributing factors that it answers to.',
    }),
  ),
}

const rule = (expression: string) => `- alert: PaymentErrorRateHigh\n  expr: ${expression}\n  for: 2m\n`
const applied = {
  target_kind: 'alert_rule',
  target: 'PaymentErrorRateHigh',
  before: rule('checkout_orders:error_ratio > 0.05'),
  after: rule('checkout_payments:failure_ratio > 0.05'),
  url: 'https://git.carta.example/monitoring/pull/118',
  status: 'applied',
  verified_by_source: null,
  action_item: 'AI-4',
  factors: [3],
}

export const ChangeInput = component('ChangeInput', fields, { examples: [applied] })
export const ChangePatch = mergePatch('ChangePatch', ChangeInput, {
  examples: [
    {
      status: 'verified',
      verified_by_source: {
        kind: 'alert',
        system: 'prometheus',
        excerpt: 'PaymentErrorRateHigh fired 2 min after the stub was set to fail.',
      },
    },
  ],
})

export const changeWarningCodes = [
  'yaml',
  'no_rule',
  'not_a_map',
  'not_a_list',
  'not_text',
  'not_a_duration',
  'not_an_integer',
  'unknown_field',
  'repeated_field',
  'repeated_group',
  'missing',
  'alert_or_record',
  'not_in_recording_rule',
  'label_name',
  'record_name',
  'expression',
] as const
/** The most warnings about one text. */
export const mostWarnings = 20

const warning = part('ChangeWarning', {
  pointer: Type.String({ description: 'JSON pointer of the field.' }),
  line: Type.Integer({ minimum: 1, description: 'The line of that text.' }),
  code: oneOfGrowing(changeWarningCodes, {
    description: 'What kind of fault; `yaml`: the text cannot be parsed; `expression`: an `expr` cannot.',
  }),
  detail: Type.String({ description: 'What is wrong, in one sentence that names the line.' }),
})

/** The stored fields of a change. */
export const storedChange = {
  incident_id: incidentId(),
  number: Type.Integer({ minimum: 1 }),
  ...answered(fields),
  ...rowFields,
}

export const exampleChange = {
  incident_id: 'PM-2026-06-17-payments-drill',
  number: 1,
  ...applied,
  version: 1,
  changed_by: 'token:admin',
  changed_at: '2026-06-25T09:00:00.000Z',
}

export const Change = component(
  'Change',
  {
    ...storedChange,
    warnings: Type.Array(warning, {
      maxItems: mostWarnings,
      description:
        'Faults in the `after` of an alert rule, read as Prometheus’ YAML and PromQL. They refuse nothing, and are looked for when read.',
    }),
  },
  {
    description: 'A lesson wired back into the system: what a thing was before, and what it is after.',
    examples: [{ ...exampleChange, warnings: [] }],
  },
)
export const ChangePage = pageOf('ChangePage', Change)

export const changeParams = exact({
  incident_id: incidentId(),
  number: pathNumber('The change’s number in its incident.'),
})
export const changesQuery = exact({
  ...pageQuery,
  status: Type.Optional(anyOfWords('ChangeStatus', changeStatuses)),
  target_kind: Type.Optional(anyOfWords('ChangeTargetKind', targetKinds)),
})

export type Change = Static<typeof Change>
export type ChangeInput = Static<typeof ChangeInput>
export type StoredChange = Omit<Change, 'warnings'>
export type WarningCode = (typeof changeWarningCodes)[number]
export type ChangeWarning = Change['warnings'][number]

export const changeSchemas = [ChangeInput, ChangePatch, Change, ChangePage]
