/**
 * A client that speaks raw bytes and waits for what it was promised: for exchanges in which the order of sending and
 * receiving matters, which one request and one answer cannot show.
 */

import { connect, type Socket } from "node:net";

export class Conversation implements AsyncDisposable {
  readonly #socket: Socket;
  #received = "";
  #ended = false;
  #waiting: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#note(chunk.toString("latin1")));
    socket.on("end", () => this.#finish());
    socket.on("close", () => this.#finish());
    // A reset shows as the end of what was received; the tests look at that.
    socket.on("error", () => this.#finish());
  }

  static open(port: number): Promise<Conversation> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Conversation(socket)));
    });
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Says that nothing more will be sent; the answers can still come. */
  finish(): void {
    this.#socket.end();
  }

  /** Everything received since the last call, up to and with `marker`; fails if the server closes first. */
  async until(marker: string): Promise<string> {
    for (;;) {
      const at = this.#received.indexOf(marker);
      if (at >= 0) return this.#take(at + marker.length);
      if (this.#ended) throw new Error(`Closed before ${JSON.stringify(marker)}: ${JSON.stringify(this.#received)}`);
      await this.#more();
    }
  }

  /** Exactly `length` bytes; fails if the server closes first. */
  async exactly(length: number): Promise<string> {
    while (this.#received.length < length) {
      if (this.#ended) throw new Error(`Closed after ${this.#received.length} of ${length} bytes`);
      await this.#more();
    }
    return this.#take(length);
  }

  /** Everything that is still to come until the server closes. */
  async toEnd(): Promise<string> {
    while (!this.#ended) await this.#more();
    return this.#take(this.#received.length);
  }

  /** Cuts the connection without a word (RST), as a client does that crashes. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #take(length: number): string {
    const taken = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return taken;
  }

  #note(text: string): void {
    this.#received += text;
    this.#waiting?.();
  }

  #finish(): void {
    this.#ended = true;
    this.#waiting?.();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}
