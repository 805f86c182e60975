import { expect, test } from "bun:test";
import { sumOf } from "../../src/server/counters.ts";
import { RawClient } from "../support/client.ts";
import { observe, request } from "../support/observed-server.ts";

test("a server counts connections and requests, those of one connection each", async () => {
  await using observed = observe((handler) => {
    handler.send_response(204);
    handler.end_headers();
  });
  const { server } = observed;
  expect(await server.counters()).toEqual({ accepted: 0, active: 0, requests: 0, loops: 1 });
  await using client = await RawClient.connect(observed.port);
  client.send(request() + request());
  await client.until((received) => received.split("204").length === 3);
  expect(await server.counters()).toEqual({ accepted: 1, active: 1, requests: 2, loops: 1 });
  client.send("nonsense\r\n\r\n");
  client.endInput();
  await client.untilClosed();
  await server.shutdown();
  expect(await server.counters()).toEqual({ accepted: 1, active: 0, requests: 3, loops: 0 });
});

test("counters of several loops add up", () => {
  const one = { accepted: 1, active: 2, requests: 3, loops: 1 };
  const other = { accepted: 10, active: 20, requests: 30, loops: 1 };
  expect(sumOf([one, other])).toEqual({ accepted: 11, active: 22, requests: 33, loops: 2 });
  expect(sumOf([])).toEqual({ accepted: 0, active: 0, requests: 0, loops: 0 });
});
