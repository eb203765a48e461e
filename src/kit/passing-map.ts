/**
 * A map for entries that come and go. A Map or a Set moves from table to table then, and in V8 each table leads to the next:
 * after the first that grows old, all of them stay until a full garbage collection, with what was in them, and are copied
 * before. What is short-lived then costs as much again.
 */
export class PassingMap<Value> {
  readonly #values: Record<string, Value> = Object.create(null)

  get(key: string): Value | undefined {
    return this.#values[key]
  }

  set(key: string, value: Value): void {
    this.#values[key] = value
  }

  delete(key: string): void {
    delete this.#values[key]
  }
}
