import { type SqlBool, sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import type { MilestoneName } from '../../incidents/milestones.ts'
import type { Arrival } from './arrivals.ts'

/** What begins and ends, such as an alert: when it last did, and in which spells. */
interface Series {
  began: number
  ended: number
  seen: Set<string>
}

type ImpactEvent = Pick<Arrival, 'event' | 'series' | 'is_firing' | 'opens_spell'>

/** What an event is in its incident. */
export interface Standing {
  spell: number
  milestones: MilestoneName[]
  relevance: 'normal' | 'low'
  /** Whether it may be the end of the spell: which event marks that is settled when all are stored. */
  resolves: boolean
  /** What was left out that somebody should know of. */
  warnings: string[]
}

/** What is known of an incident's spells of impact, by the events that it has; each event that is added tells more. */
export class Impact {
  /** When each milestone was marked, by spell. */
  readonly #spells = new Map<number, Map<MilestoneName, number>>()
  readonly #series = new Map<string, Series>()

  /** When the last spell was resolved; null while it is not. */
  get resolvedAt(): number | null {
    const last = this.#spells.get(Math.max(...this.#spells.keys()))
    return last?.get('resolved') ?? null
  }

  mark(spell: number, milestones: readonly MilestoneName[], time: number): void {
    if (milestones.length === 0) return
    const marked = this.#spells.get(spell) ?? new Map<MilestoneName, number>()
    for (const name of milestones) marked.set(name, time)
    this.#spells.set(spell, marked)
  }

  markSeries(
    name: string,
    isFiring: boolean,
    { spells, time }: { spells: readonly number[]; time: number },
  ): void {
    const series = this.#series.get(name) ?? { began: -Infinity, ended: -Infinity, seen: new Set() }
    if (isFiring) series.began = Math.max(series.began, time)
    else series.ended = Math.max(series.ended, time)
    for (const spell of spells) series.seen.add(`${spell} ${isFiring}`)
    this.#series.set(name, series)
  }

  /**
   * Adds an event. It lies in the spell that had begun by its time; what begins after that was resolved begins the next.
   * Milestones that others have marked are left out. What begins or ends again in a spell is of low relevance, unless it
   * marks something.
   */
  add({ event, series, is_firing, opens_spell }: ImpactEvent): Standing {
    const time = Date.parse(event.occurred_at)
    const claimed = event.milestones ?? []
    const spell = this.#spellOf(time, { begins: is_firing && claimed.length > 0, opens_spell })
    const isRepeat = series !== null && this.#series.get(series)?.seen.has(`${spell} ${is_firing}`)
    if (series !== null) this.markSeries(series, is_firing, { spells: [spell], time })
    const free = claimed.filter(name => !this.#spells.get(spell)?.has(name))
    const endsSeries = series !== null && free.includes('resolved')
    const milestones = endsSeries ? free.filter(name => name !== 'resolved') : free
    const goesOn = endsSeries && this.#goesOn()
    this.mark(spell, goesOn ? milestones : free, time)
    return {
      spell,
      milestones,
      resolves: series !== null && claimed.includes('resolved'),
      relevance: isRepeat && milestones.length === 0 ? 'low' : (event.relevance ?? 'normal'),
      warnings: goesOn
        ? ['/milestones: resolved was left out, since another alert of this incident still fires.']
        : [],
    }
  }

  /** Whether a series has begun here and not ended. */
  isOpen(name: string): boolean {
    const { began = 0, ended = 0 } = this.#series.get(name) ?? {}
    return began > ended
  }

  #spellOf(time: number, { begins, opens_spell }: { begins: boolean; opens_spell: boolean }): number {
    const begun = [...this.#spells].filter(([, marked]) => Math.min(...marked.values()) <= time)
    const spell = Math.max(1, ...begun.map(([number]) => number))
    const resolved = this.#spells.get(spell)?.get('resolved')
    const isAnother = begins && resolved !== undefined && resolved < time
    return isAnother || (opens_spell && begun.length > 0) ? spell + 1 : spell
  }

  #goesOn(): boolean {
    return [...this.#series.keys()].some(name => this.isOpen(name))
  }
}

/** Reads what is known of an incident that holds still. */
export async function readImpact(trx: Trx, incident_id: string): Promise<Impact> {
  const impact = new Impact()
  const marked = await trx
    .selectFrom('events')
    .select(['spell', 'milestones', 'corrected_at'])
    .where('incident_id', '=', incident_id)
    .where(sql<SqlBool>`milestones <> '{}'`)
    .where('retraction', 'is', null)
    .execute()
  for (const { spell, milestones, corrected_at } of marked)
    impact.mark(spell, milestones as MilestoneName[], Date.parse(corrected_at))
  const ofSeries = await trx
    .selectFrom('ingest_deliveries as d')
    .innerJoin('events as e', 'e.id', 'd.event_id')
    .select(['d.series', 'd.is_firing'])
    .select(({ fn }) => [
      fn.max('e.corrected_at').as('last'),
      sql<number[]>`array_agg(DISTINCT e.spell)`.as('spells'),
    ])
    .where('d.incident_id', '=', incident_id)
    .where('d.series', 'is not', null)
    .where('e.retraction', 'is', null)
    .groupBy(['d.series', 'd.is_firing'])
    .execute()
  for (const { series, is_firing, last, spells } of ofSeries)
    impact.markSeries(series!, is_firing, { spells, time: Date.parse(last) })
  return impact
}
