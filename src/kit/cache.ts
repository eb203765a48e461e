/** What a cache holds at most, and for how long. */
export interface CacheLimits<Key, Value> {
  maxEntries: number
  /** Of all entries together, as `sizeOf` measures each: characters, where texts are cached. */
  maxSize?: number
  sizeOf?: (value: Value, key: Key) => number
  /** In milliseconds, since it was set: an entry that is asked for again does not live longer. */
  maxAge?: number
  /** Milliseconds of a clock that never goes back. */
  now?: () => number
}

interface Entry<Value> {
  value: Value
  size: number
  since: number
}

/** The part of its limits to which a full cache is emptied. */
const lowWater = 7 / 8

/** A cache in memory. What was used least recently makes room for what is new. */
export class BoundedCache<Key, Value> {
  /** The least recently used first: a Map keeps the order in which its keys were set. */
  readonly #entries = new Map<Key, Entry<Value>>()
  readonly #limits: Required<CacheLimits<Key, Value>>
  #size = 0

  constructor(limits: CacheLimits<Key, Value>) {
    const unlimited = { maxSize: Number.POSITIVE_INFINITY, maxAge: Number.POSITIVE_INFINITY }
    this.#limits = { ...unlimited, sizeOf: () => 0, now: () => performance.now(), ...limits }
  }

  /** The value of a key; undefined where there is none, or none that is young enough. */
  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (this.#isExpired(entry)) {
      this.#size -= entry.size
      return undefined
    }
    this.#entries.set(key, entry)
    return entry.value
  }

  /** The value of a key, made and cached where there is none. What `make` throws is not cached. */
  getOrMake(key: Key, make: () => Value): Value {
    const cached = this.get(key)
    if (cached !== undefined) return cached
    const value = make()
    this.set(key, value)
    return value
  }

  /** A value that is larger than the whole cache may be is not cached. */
  set(key: Key, value: Value): void {
    this.delete(key)
    const size = this.#limits.sizeOf(value, key)
    if (size > this.#limits.maxSize) return
    if (!this.#hasRoom(size, 1)) this.#makeRoom(size)
    this.#entries.set(key, { value, size, since: this.#limits.now() })
    this.#size += size
  }

  delete(key: Key): void {
    this.#size -= this.#entries.get(key)?.size ?? 0
    this.#entries.delete(key)
  }

  /** The least recently used first. */
  keys(): IterableIterator<Key> {
    return this.#entries.keys()
  }

  #isExpired({ since }: Entry<Value>): boolean {
    return this.#limits.now() - since >= this.#limits.maxAge
  }

  #hasRoom(size: number, part: number): boolean {
    const { maxEntries, maxSize } = this.#limits
    return this.#entries.size < Math.ceil(part * maxEntries) && this.#size + size <= part * maxSize
  }

  /** For several at a time: each time that a Map is read from its start, it steps over all that was deleted there. */
  #makeRoom(size: number): void {
    for (const key of this.#entries.keys()) {
      if (this.#hasRoom(size, lowWater)) return
      this.delete(key)
    }
  }
}
