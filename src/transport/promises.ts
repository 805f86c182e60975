/** Whether a handler's method goes on after it has returned. Whatever else it may give back means nothing. */
export function isPromise(result: unknown): result is Promise<void> {
  return (
    result instanceof Promise || typeof (result as { then?: unknown } | null | undefined)?.then === "function"
  );
}
