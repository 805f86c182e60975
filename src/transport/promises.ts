/**
 * What methods give back that may go on after they have returned. Authors write them: what looks like a promise may
 * throw when it is looked at, settle twice or never, or come from another realm.
 */

/** Whether a handler's method goes on after it has returned. Whatever else it may give back means nothing. */
export function isPromise(result: unknown): result is Promise<void> {
  try {
    return (
      result instanceof Promise ||
      typeof (result as { then?: unknown } | null | undefined)?.then === "function"
    );
  } catch {
    // What throws when it is looked at: `whenSettled()` finds out with what.
    return true;
  }
}

/** Calls one of the two when `promise` has settled, once, whatever kind of thenable it is. */
export function whenSettled(
  promise: Promise<unknown>,
  fulfilled: () => void,
  rejected: (error: unknown) => void,
): void {
  // What is thrown on the way to a foreign `then`, and in it, counts as a rejection.
  const own = isOwn(promise) ? promise : new Promise<unknown>((resolve) => resolve(promise));
  own.then(fulfilled, rejected);
}

function isOwn(promise: Promise<unknown>): boolean {
  try {
    return promise instanceof Promise && promise.then === Promise.prototype.then;
  } catch {
    return false;
  }
}

/** `promise`, whose rejection is seen only by whoever awaits it: it never becomes an unhandled one. */
export function quietly<Value>(promise: Promise<Value>): Promise<Value> {
  whenSettled(promise, ignore, ignore);
  return promise;
}

/**
 * What a method gave that has to give its result at once.
 *
 * @throws TypeError for a promise, which nobody would wait for.
 */
export function atOnce<Result>(method: string, result: Result): Result {
  if (!isPromise(result)) return result;
  void quietly(result);
  throw new TypeError(`${method} gave a promise: its result is needed at once, so it cannot be asynchronous`);
}

function ignore(): void {}
