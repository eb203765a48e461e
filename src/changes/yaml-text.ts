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

/** A member of a map. A value that is null counts as none, as Prometheus has it. */
export interface Member {
  name: string
  key: Node
  value: Node | null
}

/**
 * A YAML text with its lines and what is found wrong in it. Each of its lists and maps is looked at once, however
 * many aliases name it, so the work grows with the length of the text alone.
 */
export class YamlText {
  readonly root: Node | null
  readonly warnings: ChangeWarning[] = []
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly #named = new Map<Alias, Node>()
  readonly #seen = new Set<Node>()

  /** A text that is no YAML has its faults in `warnings`, and no root. */
  constructor(text: string) {
    this.#text = text
    // Names that repeat are looked for here: the parser compares each with all others.
    const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false }
    const document = parseDocument(text, options)
    for (const error of document.errors) this.#refuse(error)
    this.root = this.warnings.length > 0 ? null : this.#resolved(document.contents)
    if (this.root !== null) this.#follow(document.contents!)
  }

  /** Notes a fault on the line where a node begins. */
  fault(node: Node | null, code: WarningCode, words: string): void {
    this.#warn(node?.range?.[0] ?? 0, code, words)
  }

  /** Notes a fault at a place in what a scalar says; for one in quotes, on the line where it begins. */
  faultWithin(node: Scalar, says: string, at: number, code: WarningCode, words: string): void {
    const [begin, end] = node.range!
    this.#warn(begin + placeIn(this.#text.slice(begin, end), says, at), code, words)
  }

  /** The members of a map by name; undefined where it was looked at before, or is none, which is a fault. */
  membersOf(node: Node, what: string): Map<string, Member> | undefined {
    if (!isMap(node)) {
      this.fault(node, 'not_a_map', `${what} has to be a map of names and values.`)
      return undefined
    }
    if (!this.#isNew(node)) return undefined
    const members = new Map<string, Member>()
    for (const { key, value } of node.items) {
      const at = isNode(key) ? key : node
      const name = isScalar(key) ? String(key.value) : ''
      if (members.has(name)) this.fault(at, 'repeated_field', `${quoted(name)} stands twice in ${what}.`)
      members.set(name, { name, key: at, value: this.#resolved(value) })
    }
    return members
  }

  /** The entries of a list; none where it was looked at before, or is no list, which is a fault. */
  entriesOf(node: Node, what: string): Node[] {
    if (!isSeq(node)) {
      this.fault(node, 'not_a_list', `${what} has to be a list.`)
      return []
    }
    if (!this.#isNew(node)) return []
    return node.items.map(entry => this.#resolved(entry) ?? (isNode(entry) ? entry : node))
  }

  #isNew(node: Node): boolean {
    const isNew = !this.#seen.has(node)
    this.#seen.add(node)
    return isNew
  }

  /** What each alias stands for: the last anchor of its name before it. */
  #follow(contents: Node): void {
    const anchors = new Map<string, Node>()
    visit(contents, {
      Node: (_, node) => {
        if (!isAlias(node)) {
          if (node.anchor) anchors.set(node.anchor, node)
          return
        }
        const target = anchors.get(node.source)
        if (target) this.#named.set(node, target)
        else this.fault(node, 'yaml', `the alias *${node.source} names no anchor before it.`)
      },
    })
  }

  #resolved(value: unknown): Node | null {
    const node = isAlias(value) ? this.#named.get(value) : value
    return isNode(node) && !(isScalar(node) && node.value === null) ? node : null
  }

  /** One fault a line: those after the first on it mostly follow from it. */
  #refuse({ code, message, pos }: YAMLError): void {
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

/** Where in its source a scalar says what it says at a place: all but quotes changes nothing but white space. */
function placeIn(source: string, says: string, at: number): number {
  if (/^["']/.test(source)) return 0
  const body = /^[|>]/.test(source) ? source.indexOf('\n') + 1 : 0
  let before = says.slice(0, at).match(/\S/g)?.length ?? 0
  for (const { index } of source.slice(body).matchAll(/\S/g)) if (before-- === 0) return body + index
  return 0
}

/** A name in a sentence, cut where it is long. */
export const quoted = (name: string): string =>
  `\`${name.length > 60 ? `${name.slice(0, 60).toWellFormed()}…` : name}\``
