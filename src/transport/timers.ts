/** Timers for the layers above, which have none of their own: few, and never one for a request. */

/** Takes a timer back; calling it again does nothing. */
export type Cancel = () => void;

/** Calls `action` once, `seconds` from now. Never, where that is not a positive finite number. */
export function after(seconds: number, action: () => void): Cancel {
  if (!(seconds > 0) || seconds === Number.POSITIVE_INFINITY) return () => {};
  const timer = setTimeout(action, seconds * 1000);
  return () => clearTimeout(timer);
}

/** Calls `action` every `seconds`. */
export function every(seconds: number, action: () => void): Cancel {
  const timer = setInterval(action, seconds * 1000);
  return () => clearInterval(timer);
}

/**
 * Calls `action` every `seconds` for as long as it says that it has to be called again. The process does not go on for
 * the sake of it.
 */
export function retryLater(seconds: number, action: () => boolean): void {
  const timer = setInterval(() => {
    if (!action()) clearInterval(timer);
  }, seconds * 1000);
  timer.unref();
}
