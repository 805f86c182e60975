import { postRequest } from "../../corpus.ts";
/** Loads that several cases put on their servers. */
import { request } from "../../corpus/make.ts";
import type { ExpectedAnswer } from "../answer.ts";
import type { Load } from "./case.ts";

export const HELLO: ExpectedAnswer = {
  contentType: "text/plain; charset=utf-8",
  body: Buffer.from("Hello, World!\n"),
};

/** The default request of `wrk`. */
export const HELLO_LOAD: Load = { requestsPerPacket: 1, expected: HELLO };

/** A body that comes back as it was sent. */
export function echoLoad(bodyBytes: number): Load {
  const { bytes, body } = postRequest(bodyBytes);
  return {
    packets: [bytes],
    requestsPerPacket: 1,
    expected: { contentType: "application/octet-stream", body },
  };
}

/** A request that `wrk` could have made itself, but for the path and the lines that are added. */
export function getRequest(path: string, ...fieldLines: readonly string[]): Uint8Array {
  return request(`GET ${path} HTTP/1.1`, ["Host: 127.0.0.1", ...fieldLines]);
}
