/**
 * Attributes that live on a class and may be set on its instances, as in Python: `Handler.protocol_version = ...`,
 * a static of a subclass and a field of a subclass all work, and the nearest one counts.
 */

/**
 * Gives the instances of `type` an attribute for each of `names`, whose value is that of the static of the same
 * name until it is set. An accessor on the prototype, so that instances carry none of them.
 */
export function inheritFromClass(type: { prototype: object }, names: readonly string[]): void {
  for (const name of names) {
    Object.defineProperty(type.prototype, name, {
      configurable: true,
      get(this: object): unknown {
        return (this.constructor as unknown as Record<string, unknown>)[name];
      },
      set(this: object, value: unknown): void {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
}
