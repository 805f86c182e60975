import { describe, expect, test } from "bun:test";
import { noteGone, whenGone } from "../../src/transport/departures.ts";
import { RawClient } from "../support/client.ts";
import { observe, request } from "../support/observed-server.ts";

describe("whenGone()", () => {
  test("tells once of the connection that is gone, and of no other", () => {
    const [one, other] = [{}, {}];
    const told: string[] = [];
    whenGone(one, () => told.push("one"));
    whenGone(other, () => told.push("other"));
    noteGone(one);
    noteGone(one);
    expect(told).toEqual(["one"]);
    noteGone(other);
    expect(told).toEqual(["one", "other"]);
  });

  test("tells nobody who has taken it back, and only the last who asked", () => {
    const connection = {};
    const told: string[] = [];
    const takeBack = whenGone(connection, () => told.push("first"));
    whenGone(connection, () => told.push("second"));
    takeBack();
    noteGone(connection);
    const again = whenGone(connection, () => told.push("third"));
    again();
    noteGone(connection);
    expect(told).toEqual(["second"]);
  });

  test("tells a handler that waits for something else than its client", async () => {
    await using observed = observe(
      ({ request: connection }) => new Promise<void>((resolve) => whenGone(connection, resolve)),
    );
    await using client = await RawClient.connect(observed.port);
    client.send(request());
    await using other = await RawClient.connect(observed.port);
    other.send(request());
    client.abort();
    other.abort();
    await observed.handled(2);
    expect(observed.errors).toEqual([]);
  });
});
