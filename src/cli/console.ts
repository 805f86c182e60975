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

/** Says in one line why the command ends. */
export function complain(message: string): void {
  writeOrDrop(STDERR, `basehttp: error: ${oneLine(message)}\n`);
}

/** Says in one line what goes wrong, or may, while the command goes on. */
export function warn(message: string): void {
  writeOrDrop(STDERR, `basehttp: warning: ${oneLine(message)}\n`);
}

/** Whatever the message quotes: control characters are shown as escapes. */
function oneLine(message: string): string {
  return message.replace(/\p{Cc}/gu, (char) => `\\x${hexByte(char)}`);
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
