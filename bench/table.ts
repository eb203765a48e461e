import { median } from './measure.ts'

/** Rows of measurements, and the table that is printed of them. */

export interface Goal {
  limit: number
  atMost: boolean
  /** False for a goal that later work is to reach. */
  isDue: boolean
}

export const atMost = (limit: number): Goal => ({ limit, atMost: true, isDue: true })
export const atLeast = (limit: number): Goal => ({ limit, atMost: false, isDue: true })
export const later = (goal: Goal): Goal => ({ ...goal, isDue: false })

/** One line of the table; its cells are ready to print. */
export interface Row {
  what: string
  debrief: string
  baseline: string
  ratio: string
  goal: string
  holds: string
}

/** Compares Debrief with its baseline: the ratio of their medians, and the range of the rounds' ratios. */
export function compared(what: string, unit: string, [ours, theirs]: number[][], goal?: Goal): Row {
  const ratios = ours!.map((value, round) => value / theirs![round]!)
  const range = `${format(Math.min(...ratios))}–${format(Math.max(...ratios))}`
  const ratio = median(ours!) / median(theirs!)
  return {
    what,
    debrief: `${format(median(ours!))} ${unit}`,
    baseline: `${format(median(theirs!))} ${unit}`,
    ratio: `${format(ratio)} (${range})`,
    ...judged(ratio, goal, '×'),
  }
}

/** A figure without a baseline; without a goal it is only reported. */
export function measured(what: string, unit: string, values: number[], goal?: Goal): Row {
  const value = median(values)
  return {
    what,
    debrief: `${format(value)} ${unit}`,
    baseline: '',
    ratio: '',
    ...judged(value, goal, ` ${unit}`),
  }
}

function judged(value: number, goal: Goal | undefined, unit: string): Pick<Row, 'goal' | 'holds'> {
  if (goal === undefined) return { goal: '', holds: '' }
  const { limit, atMost, isDue } = goal
  const holds = atMost ? value <= limit : value >= limit
  const target = `${atMost ? '≤' : '≥'} ${limit}${unit}`
  return { goal: target, holds: holds ? 'yes' : isDue ? 'no' : 'no, not yet due' }
}

function format(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(value >= 10 ? 1 : 2)
}

const headings: Row = {
  what: 'what',
  debrief: 'Debrief',
  baseline: 'baseline',
  ratio: 'ratio (range)',
  goal: 'goal',
  holds: 'holds',
}

/** The rows below their headings, each column as wide as its widest cell. */
export function tableOf(rows: Row[]): string {
  const names = Object.keys(headings) as (keyof Row)[]
  const headed = [headings, ...rows]
  const widths = names.map(name => Math.max(...headed.map(row => row[name].length)))
  const lines = headed.map(row =>
    names
      .map((name, i) => (i === 0 ? row[name].padEnd(widths[i]!) : row[name].padStart(widths[i]!)))
      .join('  '),
  )
  return lines.map(line => line.trimEnd()).join('\n')
}
