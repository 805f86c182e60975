/** A wall clock that jumps: the Date field goes with it, and nobody's deadline does. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { Laboratory } from "../support/laboratory.ts";
import { realWait, request } from "../support/observed-server.ts";

const GET = request();
const HOUR_MS = 3600 * 1000;

let laboratory: Laboratory;
beforeAll(() => {
  laboratory = new Laboratory(fileURLToPath(new URL("./fixtures/clocks.ts", import.meta.url)));
});
afterAll(() => laboratory[Symbol.asyncDispose]());

/** How many hours ahead of ours the server's Date field is. */
async function hoursAhead(port: number): Promise<number> {
  const { headers } = decodeResponse(await exchange(port, GET));
  // Plus 0, since what is rounded may be -0.
  return Math.round((Date.parse(headers.get("date")!) - Date.now()) / HOUR_MS) + 0;
}

describe("a wall clock that is set", () => {
  for (const [order, hours] of [
    ["yesterday", -24],
    ["tomorrow", 24],
  ] as const) {
    test(`to ${order} shows in the Date field, and moves no deadline`, async () => {
      await using patient = await laboratory.start("clock");
      await using idle = await RawClient.connect(patient.port);
      idle.send(GET);
      await idle.until((received) => received.endsWith("hello"));
      await using stopped = await RawClient.connect(patient.port);
      stopped.send("GET / HTTP/1.1\r\nHost: te");
      expect(await hoursAhead(patient.port)).toBe(0);
      await patient.order(order);
      while ((await hoursAhead(patient.port)) !== hours) await realWait();
      // The one with half a second to go gets its 408, not a day later and not together with all others.
      expect(decodeResponse(await stopped.untilClosed()).status).toBe(408);
      const before = idle.received;
      idle.send(GET);
      await idle.until((received) => received.length > before.length && received.endsWith("hello"));
      await patient.order("today");
      while ((await hoursAhead(patient.port)) !== 0) await realWait();
    });
  }
});
