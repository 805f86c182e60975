/**
 * What the command says, on its own standard streams. Written at once and not through `process.stdout`, whose
 * errors arrive later: whoever read us may have gone (`basehttp | head -1`), and the server goes on without them.
 */

import { writeSync } from "node:fs";

const STDOUT = 1;
const STDERR = 2;

export function say(text: string): void {
  writeOrDrop(STDOUT, text);
}

/** One line, whatever the message quotes: control characters are shown as escapes. */
export function complain(message: string): void {
  const line = message.replace(/\p{Cc}/gu, (char) => `\\x${hexByte(char)}`);
  writeOrDrop(STDERR, `basehttp: error: ${line}\n`);
}

function hexByte(char: string): string {
  return char.charCodeAt(0).toString(16).padStart(2, "0");
}

function writeOrDrop(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, text);
  } catch {
    // Nobody is there to read it, so there is nobody to tell.
  }
}
