import { isScalar, isSeq, type Node } from 'yaml'
import { promqlFault } from './promql.ts'
import type { ChangeWarning } from './schema.ts'
import { type Member, quoted, YamlText } from './yaml-text.ts'

/**
 * What Prometheus would refuse of a text with rules, by line. The text is a file with `groups`, a group, a rule, a list of
 * these, or a Kubernetes `PrometheusRule`. Checks the syntax of expressions, and no templates.
 * The rules are those of Prometheus’ own check, https://github.com/prometheus/prometheus/blob/main/model/rulefmt/rulefmt.go
 */
export function alertRuleWarnings(text: string): ChangeWarning[] {
  const yaml = new YamlText(text)
  if (yaml.warnings.length === 0) {
    if (yaml.root === null || isScalar(yaml.root))
      yaml.warnAt(yaml.root, 'no_rule', 'here is no rule, and no group.')
    else new RuleCheck(yaml).check(yaml.root)
  }
  return yaml.warnings.toSorted((a, b) => a.line - b.line)
}

type Members = Map<string, Member>

const groupFields = ['name', 'interval', 'query_offset', 'limit', 'labels', 'rules']
const ruleFields = ['alert', 'record', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations']

const alertOnlyFields = ['for', 'keep_firing_for', 'annotations']

/** A duration in Prometheus’ syntax: `5m`, `1h30m`, `0`; larger units first, and at least one. */
const duration = /^(?:0|(?=.)(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)$/

/** Adds to the warnings of a YAML text what Prometheus would refuse. */
class RuleCheck {
  readonly #yaml: YamlText
  readonly #groupNames = new Set<string>()
  readonly #expressions = new Set<Node>()

  constructor(yaml: YamlText) {
    this.#yaml = yaml
  }

  check(root: Node): void {
    if (isSeq(root)) for (const entry of this.#yaml.entriesOf(root, 'the text')) this.#checkPart(entry)
    else this.#checkPart(root)
  }

  #checkPart(node: Node): void {
    const members = this.#yaml.membersOf(node, 'a rule')
    if (!members) return
    const [kind, spec] = ['kind', 'spec'].map(name => members.get(name)?.value ?? null)
    if (kind && textOf(kind) === 'PrometheusRule' && spec) this.#checkResource(spec)
    else if (members.has('groups')) this.#checkFile(members)
    else if (members.has('rules')) this.#checkGroup(node, members)
    else this.#checkRule(node, members)
  }

  #checkResource(spec: Node): void {
    const members = this.#yaml.membersOf(spec, '`spec`')
    if (members) this.#checkFile(members)
  }

  #checkFile(members: Members): void {
    this.#checkFieldNames(members, ['groups'], 'a rule file')
    const groups = members.get('groups')?.value
    if (groups)
      for (const entry of this.#yaml.entriesOf(groups, '`groups`')) {
        const group = this.#yaml.membersOf(entry, 'a group')
        if (group) this.#checkGroup(entry, group)
      }
  }

  #checkGroup(node: Node, members: Members): void {
    this.#checkFieldNames(members, groupFields, 'a group')
    const name = this.#requiredText(node, members, 'name', 'the group')
    if (name !== undefined && this.#groupNames.has(name))
      this.#yaml.warnAt(
        members.get('name')!.key,
        'repeated_group',
        `another group is called ${quoted(name)}, too.`,
      )
    if (name !== undefined) this.#groupNames.add(name)
    for (const field of ['interval', 'query_offset']) this.#checkDuration(members.get(field))
    const limit = members.get('limit')
    if (limit?.value && !/^[-+]?\d+$/.test(textOf(limit.value) ?? ''))
      this.#yaml.warnAt(limit.key, 'not_an_integer', '`limit` has to be a whole number.')
    this.#checkTexts(members.get('labels'))
    const rules = members.get('rules')?.value
    if (rules) for (const entry of this.#yaml.entriesOf(rules, '`rules`')) this.#checkEntry(entry)
  }

  #checkEntry(node: Node): void {
    const members = this.#yaml.membersOf(node, 'a rule')
    if (members) this.#checkRule(node, members)
  }

  #checkRule(node: Node, members: Members): void {
    this.#checkFieldNames(members, ruleFields, 'a rule')
    this.#checkKind(node, members)
    this.#checkExpression(members.get('expr')?.value, this.#requiredText(node, members, 'expr', 'the rule'))
    this.#checkDuration(members.get('for'))
    this.#checkDuration(members.get('keep_firing_for'))
    this.#checkTexts(members.get('labels'))
    this.#checkTexts(members.get('annotations'))
  }

  /** A rule either alerts or records. */
  #checkKind(node: Node, members: Members): void {
    const [alert, record] = [members.get('alert'), members.get('record')].map(member => member?.value)
    if (!alert && !record && !members.has('<<'))
      this.#yaml.warnAt(node, 'alert_or_record', 'the rule has neither `alert` nor `record`.')
    if (alert && record)
      this.#yaml.warnAt(
        members.get('record')!.key,
        'alert_or_record',
        'the rule has both `alert` and `record`.',
      )
    for (const field of ['alert', 'record']) this.#requiredText(node, members, field, 'the rule', false)
    if (!record || alert) return
    if (/[{}]/.test(textOf(record) ?? ''))
      this.#yaml.warnAt(members.get('record')!.key, 'record_name', '`record` is a name, and has no braces.')
    for (const field of alertOnlyFields) {
      if (members.get(field)?.value)
        this.#yaml.warnAt(
          members.get(field)!.key,
          'not_in_recording_rule',
          `\`${field}\` is only for a rule that alerts.`,
        )
    }
  }

  /** Checks an expression once, however many rules share it through an alias. */
  #checkExpression(node: Node | null | undefined, text: string | undefined): void {
    if (!isScalar(node) || !text || this.#expressions.has(node)) return
    this.#expressions.add(node)
    const fault = promqlFault(text)
    if (fault) this.#yaml.warnWithin(node, text, fault.at, 'expression', `\`expr\` ${fault.words}.`)
  }

  #checkFieldNames(members: Members, known: string[], what: string): void {
    for (const { name, key } of members.values()) {
      if (known.includes(name) || name === '<<') continue
      const words = `${name === '' ? 'what stands here' : quoted(name)} is no field of ${what}, which has ${known.join(', ')}.`
      this.#yaml.warnAt(key, 'unknown_field', words)
    }
  }

  /** The text of a field that must not be missing or empty. A merge key (`<<`) may bring a missing one. */
  #requiredText(
    node: Node,
    members: Members,
    name: string,
    what: string,
    isNeeded = true,
  ): string | undefined {
    const member = members.get(name)
    if (!member?.value) {
      if (isNeeded && !members.has('<<'))
        this.#yaml.warnAt(member?.key ?? node, 'missing', `${what} has no \`${name}\`.`)
      return undefined
    }
    const text = textOf(member.value)
    if (text === undefined) this.#yaml.warnAt(member.key, 'not_text', `\`${name}\` has to be text.`)
    else if (text === '') this.#yaml.warnAt(member.key, 'missing', `\`${name}\` is empty.`)
    return text
  }

  #checkDuration(member: Member | undefined): void {
    if (!member?.value || duration.test(textOf(member.value) ?? '')) return
    const words = `\`${member.name}\` has to be a duration, such as 5m or 1h30m.`
    this.#yaml.warnAt(member.key, 'not_a_duration', words)
  }

  /** Checks labels or annotations. */
  #checkTexts(member: Member | undefined): void {
    if (!member?.value) return
    for (const { name, key, value } of this.#yaml.membersOf(member.value, `\`${member.name}\``)?.values() ??
      []) {
      if (name === '' || (name === '__name__' && member.name === 'labels'))
        this.#yaml.warnAt(key, 'label_name', `${quoted(name)} cannot be a name in \`${member.name}\`.`)
      if (value && !(isScalar(value) && typeof value.value === 'string'))
        this.#yaml.warnAt(key, 'not_text', `${quoted(name)} has to be text: put its value in quotes.`)
    }
  }
}

/** The text of a scalar; undefined for a list or a map. */
const textOf = (node: Node): string | undefined =>
  isScalar(node)
    ? typeof node.value === 'string'
      ? node.value
      : (node.source ?? String(node.value))
    : undefined
