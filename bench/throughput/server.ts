/** A server of the bench, running in a process of its own. */
import { Child, type ChildOptions } from "./child.ts";
import { peerCommand, type PeerName } from "./peers.ts";

export class Server implements AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.pid = child.pid;
    this.port = port;
  }

  /** Starts a peer and waits until it listens. */
  static async start(peer: PeerName, app: string | undefined, options: ChildOptions): Promise<Server> {
    const child = new Child(peerCommand(peer, app), options);
    try {
      return new Server(child, portFrom(await child.nextLine()));
    } catch (error) {
      await child[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Has the server collect its garbage, all of it, and waits for that. */
  async collectGarbage(): Promise<void> {
    await this.#child.ask("collect");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

function portFrom(line: string): number {
  const port = /^listening (\d+)$/.exec(line)?.[1];
  if (port === undefined) throw new Error(`A server printed "${line}" in place of its port`);
  return Number(port);
}
