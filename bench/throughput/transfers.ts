/** Drives a server with large messages, each of which is measured to its end. */
import { join } from "node:path";
import { Child, type ChildOptions } from "./child.ts";
import { readSummary, type Summary } from "./client-summary.ts";

export interface TransferOptions extends ChildOptions {
  readonly port: number;
  readonly connections: number;
  /** No exchange begins after so long. */
  readonly seconds: number;
  /** A file that holds the request. */
  readonly requestPath: string;
  readonly answerBytes: number;
}

const CLIENT_PATH = join(import.meta.dirname, "clients", "transfers.ts");

export async function runTransfers(options: TransferOptions): Promise<Summary> {
  const { port, connections, seconds, requestPath, answerBytes } = options;
  const args = [port, connections, seconds, requestPath, answerBytes].map(String);
  await using client = new Child([process.execPath, CLIENT_PATH, ...args], options);
  return await readSummary(client, seconds);
}
