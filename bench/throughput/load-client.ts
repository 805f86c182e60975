/** A load on its way to one server. */
import type { Load } from "./cases/case.ts";
import { type Summary, voidReason } from "./client-summary.ts";
import { type AnswerBytes, probe } from "./probe.ts";
import type { Setup } from "./setup.ts";
import { runTransfers } from "./transfers.ts";
import { recordPackets, runWrk, wrkDefaultRequest } from "./wrk.ts";

/** A load whose packets lie in a file for the client. */
export interface RecordedLoad extends Load {
  readonly packetsPath?: string;
}

/** Writes a load's packets to the file that its client reads. */
export async function recordLoad(load: Load, setup: Setup): Promise<RecordedLoad> {
  const { packets, isCompleted } = load;
  if (packets === undefined) return load;
  const packetsPath = setup.newPath();
  await Bun.write(packetsPath, isCompleted === true ? Buffer.concat(packets) : recordPackets(packets));
  return { ...load, packetsPath };
}

/** A server that has a load to bear. */
export interface Target {
  readonly port: number;
  readonly load: RecordedLoad;
  readonly connections: number;
  readonly setup: Setup;
}

/** Sends a load to a server whose answers it has checked. */
export class LoadClient {
  readonly #target: Target;
  readonly #answerBytes: AnswerBytes;

  private constructor(target: Target, answerBytes: AnswerBytes) {
    this.#target = target;
    this.#answerBytes = answerBytes;
  }

  get load(): Load {
    return this.#target.load;
  }

  /** Sends every request once, and throws when an answer is not the one expected. */
  static async checked(target: Target): Promise<LoadClient> {
    const { port, load } = target;
    const packets = load.packets ?? [wrkDefaultRequest(port)];
    return new LoadClient(target, await probe(port, { ...load, packets }));
  }

  /** Puts the load on the server for so many seconds. Throws when the run is void. */
  async run(seconds: number): Promise<Summary> {
    const { load, connections } = this.#target;
    const summary = await this.drive(seconds);
    const reason = voidReason(summary, {
      answerBytes: this.#answerBytes,
      requestsInFlight: load.isCompleted === true ? 0 : connections * load.requestsPerPacket,
      isConnectionPerRequest: load.isConnectionPerRequest ?? false,
    });
    if (reason !== undefined) throw new Error(`The run is void: ${reason}`);
    return summary;
  }

  /** The same, whatever comes of it: nobody measures a server that warms up. */
  async drive(seconds: number): Promise<Summary> {
    const { port, load, connections, setup } = this.#target;
    const { isCompleted, isEncrypted, packetsPath } = load;
    const options = { ...setup.clientOptions(), port, connections, seconds };
    if (isCompleted !== true || packetsPath === undefined)
      return await runWrk({ ...options, isEncrypted, packetsPath });
    return await runTransfers({
      ...options,
      requestPath: packetsPath,
      answerBytes: this.#answerBytes.least,
    });
  }
}
