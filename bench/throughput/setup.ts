/** What every measurement needs: where its processes run, where their files go, and when to give up. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChildOptions } from "./child.ts";
import { allowedCores } from "./proc.ts";
import { MIB } from "./sizes.ts";

/** What "large" means for files and bodies, unless told otherwise. */
const LARGE_BYTES = 100 * MIB;

export class Setup implements Disposable {
  /** Aborted when the user interrupts the bench. */
  readonly signal: AbortSignal;
  /** Length of large files and bodies: 100 MiB, unless what is done with them matters more than how many bytes they have. */
  readonly largeBytes: number;
  readonly #serverCore: number | undefined;
  readonly #clientCore: number | undefined;
  readonly #folder: string = mkdtempSync(join(tmpdir(), "basehttp-bench-"));
  #files = 0;

  constructor(signal: AbortSignal, largeBytes: number = LARGE_BYTES) {
    this.signal = signal;
    this.largeBytes = largeBytes;
    [this.#serverCore, this.#clientCore = this.#serverCore] = allowedCores();
  }

  /** How a server is started: on the core of servers, with a file of its own for stderr. */
  serverOptions(): ChildOptions {
    return { core: this.#serverCore, stderrPath: this.newPath(), signal: this.signal };
  }

  /** How a client is started: on another core than the servers', where there are two. */
  clientOptions(): ChildOptions {
    return { core: this.#clientCore, stderrPath: this.newPath(), signal: this.signal };
  }

  /** The path of a file or folder that nobody else has; it goes when the bench ends. */
  newPath(): string {
    return join(this.#folder, String(this.#files++));
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
