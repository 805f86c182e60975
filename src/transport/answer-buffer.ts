/**
 * The way of answers through the event loop's output buffer: who has the buffer, what of it may leave, and when it
 * leaves. What an answer consists of is the business of `wfile.ts`.
 */

import type { ByteQueue } from "./byte-queue.ts";
import { FULL_BYTES, output, type OutputOwner } from "./output.ts";
import { SocketWriter } from "./socket-writer.ts";
import { atEndOfTurn, type TurnMember } from "./turn.ts";

export abstract class AnswerBuffer extends SocketWriter implements OutputOwner, TurnMember {
  /** Once so many bytes are ready they leave; 0 for every write at once. */
  bufferBytes: number = FULL_BYTES;

  /** Where in the output buffer the present answer begins, as long as nothing of it has left; else -1. */
  protected start = -1;
  /** The present answer is still being formed: nothing of it may leave. */
  protected isHeld = false;

  /** The present answer while somebody else has the output buffer. */
  #yielded: Uint8Array | null = null;
  /** It is noted for the end of the turn. */
  #isNoted = false;
  /** The connection flushes by itself when its packet is worked off. */
  #isWorkedOff = false;

  /** Called at the end of a turn, when a held answer must be on its way as far as it can. */
  protected abstract turnIsOver(): void;

  /** Called where nothing is to be gathered, when a held answer must be on its way as far as it has come. */
  protected abstract isUnbuffered(): void;

  /** Tells the writer that its connection is working off a packet, and will call `workedOff()`. */
  workOff(): void {
    this.#isWorkedOff = true;
  }

  /** Sends what the packet gave rise to; a handler that goes on has until the end of the turn. */
  workedOff(isGoingOn: boolean): void {
    this.#isWorkedOff = false;
    if (isGoingOn) this.sendLater();
    else this.sendReady();
  }

  turnEnded(): void {
    this.#isNoted = false;
    this.turnIsOver();
    this.sendReady();
  }

  yieldOutput(): void {
    const ready = this.#readyBytes();
    this.enqueue(output.bytes, 0, ready);
    // A copy: a Buffer's `slice` would be a view of what the next owner writes.
    if (ready < output.length) this.#yielded = new Uint8Array(output.bytes.subarray(ready, output.length));
    this.start = -1;
  }

  /** Whether the present answer was set aside for another owner of the buffer. */
  protected get isYielded(): boolean {
    return this.#yielded !== null;
  }

  /** Makes the output buffer this connection's, with its present answer at the end. */
  protected claim(): void {
    if (output.owner === this) return;
    output.claim(this);
    const yielded = this.#yielded;
    if (yielded === null) return;
    this.#yielded = null;
    this.start = 0;
    output.append(yielded);
  }

  protected appendText(text: string): void {
    this.claim();
    output.appendText(text);
  }

  /** Sends all that may leave. */
  protected sendReady(): void {
    const ready = output.owner === this ? this.#readyBytes() : 0;
    if (ready === 0) {
      this.pump();
      return;
    }
    this.send(output.bytes, 0, ready);
    const held = output.length - ready;
    if (held > 0) output.bytes.copyWithin(0, ready, output.length);
    output.length = held;
    this.start = held > 0 ? 0 : -1;
  }

  /** Sends all that may leave, and `queue` behind it: in one write, where the queue has room for it in front. */
  protected sendReadyBefore(queue: ByteQueue): void {
    const isInFront = output.owner === this && !this.isHeld && queue.prepend(output.bytes, output.length);
    if (isInFront) {
      output.length = 0;
      this.start = -1;
    } else {
      this.sendReady();
    }
    this.sendQueue(queue);
  }

  /** Sees to it that what may leave leaves at the end of the turn, or now if there is enough of it. */
  protected sendLater(): void {
    if (output.length >= this.bufferBytes && output.owner === this) {
      if (this.bufferBytes === 0) this.isUnbuffered();
      this.sendReady();
    }
    if (this.#isWorkedOff || this.#isNoted) return;
    this.#isNoted = true;
    atEndOfTurn(this);
  }

  #readyBytes(): number {
    return this.isHeld && this.start >= 0 ? this.start : output.length;
  }
}
