/** A server of files for tests that look at whole answers. */

import { SimpleHTTPRequestHandler } from "../../src/handler/simple.ts";
import { exchange, startServer } from "./client.ts";
import { type DecodedResponse, decodeResponse } from "./decode.ts";

/** A handler of files that logs nothing. */
export class QuietFiles extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

export interface FileSite extends AsyncDisposable {
  readonly port: number;
  /** One request on a connection of its own: its answer, which has to be whole. */
  ask(line: string, ...fields: string[]): Promise<DecodedResponse>;
}

/** Serves files on a free port until it is disposed of. */
export async function serveFiles(Handler: typeof SimpleHTTPRequestHandler): Promise<FileSite> {
  const started = await startServer(Handler);
  return {
    port: started.port,
    async ask(line, ...fields) {
      const request = [`${line} HTTP/1.1`, "Host: test", "Connection: close", ...fields, "", ""];
      return decodeResponse(await exchange(started.port, request.join("\r\n")), line.split(" ")[0]);
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** Bytes of which no two neighbourhoods are the same for a while. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}
