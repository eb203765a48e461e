import fc from 'fast-check'
import t from 'tap'
import { alertRuleWarnings } from '../../src/changes/alert-rule.ts'
import { changeWarningCodes } from '../../src/changes/schema.ts'
import { drill } from '../action-items/given.ts'
import { cpuRatio } from '../help/measuring/cpu-ratio.ts'
import { openService } from '../help/service.ts'
import { changes } from '../postmortem/drill-changes.ts'
import { aChange, givenChange, givenThread } from './given.ts'

/** Each fault of a text as `line code`. */
const faults = (text: string) => alertRuleWarnings(text).map(({ line, code }) => `${line} ${code}`)

const met = new Set<string>()

/** A text has exactly these faults, and each says its line. */
function has(t: { same: typeof import('tap').t.same }, text: string, expected: string[]): void {
  const warnings = alertRuleWarnings(text)
  for (const { code } of warnings) met.add(code)
  t.same(faults(text), expected, text)
  t.same(
    warnings.filter(
      ({ pointer, line, detail }) => pointer !== '/after' || !detail.startsWith(`Line ${line}: `),
    ),
    [],
  )
}

const rule = 'alert: A\nexpr: up == 0\n'

t.test('a rule file, a group, a rule, a list of them and a PrometheusRule are read', async t => {
  const rules = [
    changes[0]!.before!,
    changes[0]!.after!,
    rule,
    `${rule}for: 1h30m\nkeep_firing_for: 0\nlabels: { severity: page, "é": "1" }\nannotations:\n  summary: '{{ $value }}'\n`,
    'record: job:up:sum\nexpr: sum by (job) (up)\nlabels: {team: payments}',
    'record: one\nexpr: 1',
    '- alert: A\n  expr: up\n- record: b\n  expr: up',
    'name: g\ninterval: 30s\nquery_offset: 1m\nlimit: 10\nlabels: {a: b}\nrules: []',
    '- name: g\n  rules:\n    - {alert: A, expr: up}\n- name: h\n  rules: []',
    'groups: []',
    'groups:',
    'groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: >\n          up == 0\n        for:\n',
    'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\nspec:\n  groups:\n    - {name: g, rules: [{alert: A, expr: up}]}',
    '- &a {alert: A, expr: up}\n- <<: *a\n  for: 5m\n- *a',
    `# why\r\n${rule.replaceAll('\n', '\r\n')}`,
  ]
  for (const text of rules) t.same(alertRuleWarnings(text), [], text)
})

t.test('a text that is no YAML has its fault on its line', async t => {
  has(t, 'groups:\n  - name: g\n rules: []\n', ['3 yaml'])
  has(t, 'alert: A\nexpr: "up == 0\n', ['3 yaml'])
  has(t, 'groups:\n\t- name: g\n', ['2 yaml'])
  has(t, 'alert: A\nannotations:\n  summary: it: fails\n', ['3 yaml'])
  has(t, `${rule}---\n${rule}`, ['3 yaml'])
  has(t, '- alert: A\n  expr: *nowhere\n', ['2 yaml'])
  has(t, '- alert: @A\n- alert: @B\n', ['1 yaml', '2 yaml'])
  has(t, '['.repeat(5000), ['1 yaml'])
})

t.test('each thing that Prometheus would refuse is a fault on its line', async t => {
  has(t, '# nothing yet\n', ['1 no_rule'])
  has(t, 'up == 0', ['1 no_rule'])
  has(t, 'alert: A\nfor: 5m\n', ['1 missing'])
  has(t, '- alert: A\n  expr: up\n- alert: B\n  expr:\n', ['4 missing'])
  has(t, 'alert: A\nexpr: ""\n', ['2 missing'])
  has(t, 'alert: A\nexpr: {{ up }}\n', ['2 not_text'])
  has(t, '- expr: up\n', ['1 alert_or_record'])
  has(t, 'alert: A\nexpr: up\nrecord: b\n', ['3 alert_or_record'])
  has(t, 'alert: [A]\nexpr: up\n', ['1 not_text'])
  for (const bad of ['5', '5 m', '30m1h', '5m ago', '1.5h', '-5m', '5M', '""', '[5m]'])
    has(t, `alert: A\nexpr: up\nfor: ${bad}\n`, ['3 not_a_duration'])
  has(t, 'alert: A\nexpr: up\nkeep_firing_for: soon\n', ['3 not_a_duration'])
  has(t, 'alert: A\nexp: up\nexpr: up\n', ['2 unknown_field'])
  has(t, 'alert: A\nexpr: up\nexpr: down\n', ['3 repeated_field'])
  has(t, `${rule}labels:\n  severity: 1\n  page: true\n`, ['4 not_text', '5 not_text'])
  has(t, `${rule}annotations:\n  summary: {{ $value }}\n`, ['4 not_text'])
  has(t, `${rule}labels: [severity]\n`, ['3 not_a_map'])
  has(t, `${rule}labels:\n  __name__: x\n  "": y\n`, ['4 label_name', '5 label_name'])
  has(t, `${rule}annotations:\n  a: b\n  a: c\n`, ['5 repeated_field'])
  has(t, 'record: sum(up{job="x"})\nexpr: 1\n', ['1 record_name'])
  has(t, 'record: a\nexpr: up\nfor: 5m\nannotations: {a: b}\n', [
    '3 not_in_recording_rule',
    '4 not_in_recording_rule',
  ])
  has(t, 'groups: {name: g}\n', ['1 not_a_list'])
  has(t, 'groups:\n  - name: g\n    rules:\n      alert: A\n', ['4 not_a_list'])
  has(t, 'groups:\n  - g\n  -\n', ['2 not_a_map', '3 not_a_map'])
  has(t, 'groups:\n  - name: g\n    rules: [up]\n', ['3 not_a_map'])
  has(t, 'groups:\n  - name: g\n  - name: g\n', ['3 repeated_group'])
  has(t, 'groups:\n  - rules: []\n', ['2 missing'])
  has(t, 'group:\n  - name: g\n', ['1 unknown_field', '1 alert_or_record', '1 missing'])
  has(t, 'version: 1\ngroups:\n  - name: g\n    every: 5m\n', ['1 unknown_field', '4 unknown_field'])
  has(t, 'name: g\nlimit: 1.5\ninterval: 1\nrules: []\n', ['2 not_an_integer', '3 not_a_duration'])
})

t.test('a fault in an expression is on its line, save within quotes', async t => {
  const expression = ['sum(', '  rate(a[5m])', ')', '/ on (job) b c', '> 1']
  const block = (header: string, lines: string[]) =>
    `alert: A\nexpr: ${header}\n${lines.map(line => `    ${line}\n`).join('')}for: 5m\n`
  for (const header of ['|', '>-', '|2 # why', '&a\n  |', '!!str >', '']) {
    const first = 3 + header.split('\n').length - 1
    has(t, block(header, expression), [`${first + 3} expression`])
    has(t, block(header, ['', ...expression]), [`${first + 4} expression`])
    has(t, block(header, expression).replaceAll('\n', '\r\n'), [`${first + 3} expression`])
    has(t, block(header, ['a', '  + (b', '  * c']), [`${first + 1} expression`])
    has(t, block(header, ['a', '  + b', '  *', '']), [`${first + 2} expression`])
  }
  has(t, 'alert: A\nexpr: "a\n  +\n  b c"\n', ['2 expression'])
  has(t, "alert: A\nexpr:\n  'a\n  +\n  b c'\n", ['3 expression'])
  has(t, '- &a {alert: A, expr: &e sum(}\n- {alert: B, expr: *e}\n- *a\n- alert: C\n  expr: up up\n', [
    '1 expression',
    '5 expression',
  ])
  has(t, 'groups:\n- name: g\n  rules:\n  - record: a\n    expr: 1 +\n', ['5 expression'])
  t.same([...met].sort(), [...changeWarningCodes].sort(), 'and every code has been met')
})

t.test('faults stand in the order of their lines, twenty at most', async t => {
  const bad = '- alert: A\n  labels: {a: 1}\n'
  const found = alertRuleWarnings(bad.repeat(100))
  t.equal(found.length, 20)
  t.same(
    found.map(({ line }) => line),
    found.map(({ line }) => line).toSorted((a, b) => a - b),
  )
})

t.test('any text has its faults in bounded time, and on lines that it has', async () => {
  const words = [
    'groups:',
    'rules:',
    '- ',
    'alert: A',
    'expr: ',
    'for: 5',
    '\n',
    '  ',
    '&a ',
    '*a',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '"',
    '<<: ',
    '? ',
    '|',
    '!!x ',
    'sum(',
    ' + up',
    '---',
  ]
  const texts = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 40 }).map(parts => parts.join('')),
    fc.string(),
  )
  fc.assert(
    fc.property(texts, text =>
      alertRuleWarnings(text).every(({ line }) => line >= 1 && line <= text.split('\n').length),
    ),
    { numRuns: 2000 },
  )
})

t.test('the cost grows with the length of the text, however hostile', async t => {
  const longest = 50_000
  const unit = (text: string) => (length: number) => text.repeat(length / text.length)
  const aliases = (length: number) => {
    const labels = `&l {${'a: 1, '.repeat(length / 25)}}`
    const rules = `&r [{alert: a, expr: b, labels: ${labels}}, ${'{alert: a, expr: b, labels: *l}, '.repeat(length / 143)}]`
    const groups = Array.from({ length: length / 67 }, (_, i) => `- {name: ${i}, rules: *r}\n`).join('')
    return `groups:\n- {name: x, rules: ${rules}}\n${groups}`
  }
  const hostile: Record<string, (length: number) => string> = {
    ...{ brackets: unit('['), dashes: unit('- '), quotes: unit('"'), anchors: unit('&a ') },
    commas: length => `[${unit(',')(length)}`,
    keys: length => Array.from({ length: length / 7 }, (_, i) => `k${i}:`).join('\n'),
    ...{ aliases, rules: unit('- alert: A\n  expr: up\n') },
  }
  const expressions = [
    '(',
    'abs(',
    'a+',
    'a or ',
    '"',
    '\\\\',
    "'\\\\",
    '#',
    'a,',
    'a ',
    '5.',
    ':',
    'step ',
    '[{',
    'é',
  ]
  for (const part of expressions) {
    Object.assign(hostile, {
      [`expr ${part}`]: (length: number) => `alert: A\nexpr: >\n ${unit(part)(length)}`,
    })
    Object.assign(hostile, { [`expr ${part} …`]: unit(`- alert: A\n  expr: |\n   ${part.repeat(130)}\n`) })
  }
  for (const [name, textOf] of Object.entries(hostile)) {
    const [short, long] = [textOf(longest / 16), textOf(longest)]
    const growth = cpuRatio(
      () => alertRuleWarnings(short),
      () => alertRuleWarnings(long),
      40,
    )
    t.ok(growth <= 40, `${name}: 16 times the text costs ${growth.toFixed()} times as much`)
  }
  t.same(faults('&a [*a, *a]'), ['1 not_a_map', '1 not_a_map'], 'a list in itself has an end')
})

t.test('a fault refuses no write, and is answered wherever the change is', async t => {
  const service = await openService(t)
  await givenThread(service)
  const after = '- alert: PaymentErrorRateHigh\n  expr: x > 0.05\n  for: 5\n'
  const created = await service.call('POST', `${drill}/changes`, { body: { ...aChange, after } })
  const warning = {
    ...{ pointer: '/after', line: 3, code: 'not_a_duration' },
    detail: 'Line 3: `for` has to be a duration, such as 5m or 1h30m.',
  }
  t.equal(created.status, 201)
  t.same(created.body.warnings, [warning])
  t.same((await service.call('GET', `${drill}/changes/1`)).body, created.body)
  t.same((await service.call('GET', `${drill}/changes`)).body.items, [created.body])
  const mended = await service.call('PATCH', `${drill}/changes/1`, { body: { after: aChange.after } })
  t.same(mended.body.warnings, [])
  await givenChange(service, { target_kind: 'runbook', after: 'for: 5' })
  t.same((await service.call('GET', `${drill}/changes/2`)).body.warnings, [], 'and no runbook has any')
  t.notOk('warnings' in (await service.call('GET', `${drill}/postmortem.json`)).body.changes[0])
})
