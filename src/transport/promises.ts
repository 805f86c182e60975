/** Whether a handler's method goes on after it has returned. Whatever else it may give back means nothing. */
export function isPromise(result: unknown): result is Promise<void> {
  return (
    result instanceof Promise || typeof (result as { then?: unknown } | null | undefined)?.then === "function"
  );
}

/** `promise`, whose rejection is seen only by whoever awaits it: it never becomes an unhandled one. */
export function quietly<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
