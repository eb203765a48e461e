import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml'
import { type ChangeWarning, mostWarnings, type WarningCode } from './schema.ts'

/** A member of a map. As for Prometheus, a null value counts as none. */
export interface Member {
  name: string
  key: Node
  value: Node | null
}

/**
 * A parsed YAML text with its warnings by line. Each list and map is visited once, however many aliases name it, so
 * that the work is linear in the length of the text.
 */
export class YamlText {
  readonly root: Node | null
  readonly warnings: ChangeWarning[] = []
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly #aliasTargets = new Map<Alias, Node>()
  readonly #seen = new Set<Node>()

  /** Where a text is not YAML, `warnings` has the parser's errors, and `root` is null. */
  constructor(text: string) {
    this.#text = text
    // Repeated names are found in `membersOf`: the parser's own check is quadratic.
    const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false }
    const document = parseDocument(text, options)
    for (const error of document.errors) this.#warnOfSyntax(error)
    this.root = this.warnings.length > 0 ? null : this.#resolve(document.contents)
    if (this.root !== null) this.#resolveAliases(document.contents!)
  }

  /** Warns of a fault on the line where a node begins. */
  warnAt(node: Node | null, code: WarningCode, words: string): void {
    this.#warn(node?.range?.[0] ?? 0, code, words)
  }

  /** Warns of a fault at an offset in a scalar's value; for a quoted one, on the line where it begins. */
  warnWithin(node: Scalar, value: string, at: number, code: WarningCode, words: string): void {
    const [begin, end] = node.range!
    this.#warn(begin + offsetIn(this.#text.slice(begin, end), value, at), code, words)
  }

  /**
   * The members of a map by name; undefined for one that was visited before, and for what is no map, of which it
   * warns.
   */
  membersOf(node: Node, what: string): Map<string, Member> | undefined {
    if (!isMap(node)) {
      this.warnAt(node, 'not_a_map', `${what} has to be a map of names and values.`)
      return undefined
    }
    if (!this.#isNew(node)) return undefined
    const members = new Map<string, Member>()
    for (const { key, value } of node.items) {
      const at = isNode(key) ? key : node
      const name = isScalar(key) ? String(key.value) : ''
      if (members.has(name)) this.warnAt(at, 'repeated_field', `${quoted(name)} stands twice in ${what}.`)
      members.set(name, { name, key: at, value: this.#resolve(value) })
    }
    return members
  }

  /** The entries of a list; none for one that was visited before, and for what is no list, of which it warns. */
  entriesOf(node: Node, what: string): Node[] {
    if (!isSeq(node)) {
      this.warnAt(node, 'not_a_list', `${what} has to be a list.`)
      return []
    }
    if (!this.#isNew(node)) return []
    return node.items.map(entry => this.#resolve(entry) ?? (isNode(entry) ? entry : node))
  }

  #isNew(node: Node): boolean {
    const isNew = !this.#seen.has(node)
    this.#seen.add(node)
    return isNew
  }

  /** Finds the target of each alias: the last anchor of its name before it. */
  #resolveAliases(contents: Node): void {
    const anchors = new Map<string, Node>()
    visit(contents, {
      Node: (_, node) => {
        if (!isAlias(node)) {
          if (node.anchor) anchors.set(node.anchor, node)
          return
        }
        const target = anchors.get(node.source)
        if (target) this.#aliasTargets.set(node, target)
        else this.warnAt(node, 'yaml', `the alias *${node.source} names no anchor before it.`)
      },
    })
  }

  #resolve(value: unknown): Node | null {
    const node = isAlias(value) ? this.#aliasTargets.get(value) : value
    return isNode(node) && !(isScalar(node) && node.value === null) ? node : null
  }

  /** Warns of one syntax error a line: further ones on it mostly follow from the first. */
  #warnOfSyntax({ code, message, pos }: YAMLError): void {
    const { line } = this.#lines.linePos(pos[0])
    if (this.warnings.at(-1)?.line === line) return
    const words = {
      MULTIPLE_DOCS: 'another document begins.',
      RESOURCE_EXHAUSTION: 'it is nested too deeply.',
    }
    this.#warn(pos[0], 'yaml', code in words ? words[code as keyof typeof words] : `${message}.`)
  }

  #warn(offset: number, code: WarningCode, words: string): void {
    if (this.warnings.length === mostWarnings) return
    const line = Math.max(1, this.#lines.linePos(offset).line)
    this.warnings.push({ pointer: '/after', line, code, detail: `Line ${line}: ${words}` })
  }
}

/**
 * The offset in a scalar's source of an offset in its value. Unquoted and block scalars differ from it in white space
 * alone.
 */
function offsetIn(source: string, value: string, at: number): number {
  if (/^["']/.test(source)) return 0
  const body = /^[|>]/.test(source) ? source.indexOf('\n') + 1 : 0
  let before = value.slice(0, at).match(/\S/g)?.length ?? 0
  for (const { index } of source.slice(body).matchAll(/\S/g)) if (before-- === 0) return body + index
  return 0
}

/** A name in backticks, cut to 60 characters. */
export const quoted = (name: string): string =>
  `\`${name.length > 60 ? `${name.slice(0, 60).toWellFormed()}…` : name}\``
