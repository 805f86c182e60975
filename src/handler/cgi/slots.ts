/** How many scripts run at a time: they are processes of the machine's, whichever server they answer for. */

let takenCount = 0;

/** A place that a script runs in; null where `max` are taken. Disposing of it gives it back. */
export function takeSlot(max: number): Disposable | null {
  if (takenCount >= max) return null;
  takenCount++;
  let isTaken = true;
  return {
    [Symbol.dispose](): void {
      if (isTaken) takenCount--;
      isTaken = false;
    },
  };
}
