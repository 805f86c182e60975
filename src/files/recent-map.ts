/** A map of bounded size: what was asked for longest ago makes room for what is new. */
export class RecentMap<Value> {
  readonly #capacity: number;
  readonly #values = new Map<string, Value>();

  /** @param capacity how many values it holds at most. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    if (this.#values.size >= this.#capacity) this.#values.delete(this.#values.keys().next().value!);
    this.#values.set(key, value);
  }
}
