/** A server of the bench, running in a process of its own. */
import { Child, type ChildOptions } from "./child.ts";
import { peerCommand, type Started } from "./peers.ts";

export class Server implements AsyncDisposable {
  /** The process to be measured, with its descendants. */
  readonly pid: number;
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number, pid: number) {
    this.#child = child;
    this.pid = pid;
    this.port = port;
  }

  /** Starts a peer and waits until it listens. Servers of files serve `folder`. */
  static async start(started: Started, options: ChildOptions, folder?: string): Promise<Server> {
    const child = new Child(peerCommand(started, folder), options);
    try {
      const { port, pid = child.pid } = readAnnouncement(await child.nextLine());
      return new Server(child, port, pid);
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

/** Reads what `peers/control.ts` announces. */
function readAnnouncement(line: string): { port: number; pid?: number } {
  const [, port, pid] = /^listening (\d+)(?: (\d+))?$/.exec(line) ?? [];
  if (port === undefined) throw new Error(`A server printed "${line}" in place of its port`);
  return { port: Number(port), ...(pid === undefined ? {} : { pid: Number(pid) }) };
}
