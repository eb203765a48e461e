/** How much a cache may hold, and for how long. */
export interface CacheLimits<Key, Value> {
  maxEntries: number
  /** Of all entries together, as `sizeOf` measures each: characters, where texts are cached. */
  maxSize?: number
  sizeOf?: (value: Value, key: Key) => number
  /** In milliseconds since the entry was set; reading it does not extend it. */
  maxAge?: number
  /** A monotonic clock, in milliseconds. */
  now?: () => number
}

interface Entry<Value> {
  value: Value
  size: number
  since: number
}

/** A full cache evicts entries until it is down to this part of its limits. */
const lowWater = 7 / 8

/** An LRU cache in memory: a full one evicts the least recently used entries. */
export class BoundedCache<Key, Value> {
  /** The least recently used first: a Map keeps the order in which its keys were set. */
  readonly #entries = new Map<Key, Entry<Value>>()
  readonly #limits: Required<CacheLimits<Key, Value>>
  #size = 0
  /** The most recently used one, which needs no move to the end: moving costs a small Map a new table. */
  #newest: Key | undefined

  constructor(limits: CacheLimits<Key, Value>) {
    const unlimited = { maxSize: Number.POSITIVE_INFINITY, maxAge: Number.POSITIVE_INFINITY }
    this.#limits = { ...unlimited, sizeOf: () => 0, now: () => performance.now(), ...limits }
  }

  /** The value of a key; undefined where there is none, or where it has expired. */
  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (this.#isExpired(entry)) {
      this.delete(key)
      return undefined
    }
    if (key === this.#newest) return entry.value
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#newest = key
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

  /** Does not cache a value that is larger than the whole cache may be. */
  set(key: Key, value: Value): void {
    this.delete(key)
    const size = this.#limits.sizeOf(value, key)
    if (size > this.#limits.maxSize) return
    if (!this.#hasRoom(size, 1)) this.#evict(size)
    this.#entries.set(key, { value, size, since: this.#limits.now() })
    this.#newest = key
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

  /** Evicts several entries at once, since iterating a Map from its start steps over all entries deleted there. */
  #evict(size: number): void {
    for (const key of this.#entries.keys()) {
      if (this.#hasRoom(size, lowWater)) return
      this.delete(key)
    }
  }
}
