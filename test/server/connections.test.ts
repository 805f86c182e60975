import { expect, test } from "bun:test";
import fc from "fast-check";
import { Connections } from "../../src/server/connections.ts";
import type { Connection } from "../../src/transport/connection.ts";

/** As much of a connection as its server's list looks at. */
function connection(): Connection {
  return { place: -1 } as Connection;
}

test("a connection is there from add() to delete()", () => {
  const connections = new Connections();
  const one = connection();
  expect([connections.has(one), connections.size]).toEqual([false, 0]);
  connections.add(one);
  expect([connections.has(one), connections.size]).toEqual([true, 1]);
  connections.delete(one);
  expect([connections.has(one), connections.size]).toEqual([false, 0]);
});

test("delete() of what is not there, or not there any more, takes nothing out", () => {
  const connections = new Connections();
  const [kept, gone] = [connection(), connection()];
  connections.add(gone);
  connections.add(kept);
  for (const other of [gone, gone, connection()]) connections.delete(other);
  expect(connections.all()).toEqual([kept]);
});

test("a connection of another server is not there, at whatever place", () => {
  const [mine, theirs] = [new Connections(), new Connections()];
  const one = connection();
  mine.add(connection());
  theirs.add(one);
  mine.delete(one);
  expect([mine.has(one), mine.size, theirs.has(one)]).toEqual([false, 1, true]);
});

test("connections may be taken out while all() is gone through", () => {
  const connections = new Connections();
  for (let count = 0; count < 5; count++) connections.add(connection());
  for (const one of connections.all()) connections.delete(one);
  expect(connections.size).toBe(0);
});

test("it holds what a Set would, whatever comes and goes", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (steps) => {
      const pool = Array.from({ length: 10 }, connection);
      const connections = new Connections();
      const expected = new Set<Connection>();
      for (const [isAdded, index] of steps) {
        const one = pool[index]!;
        if (isAdded && !expected.has(one)) connections.add(one);
        if (!isAdded) connections.delete(one);
        if (isAdded) expected.add(one);
        else expected.delete(one);
        expect(new Set(connections.all())).toEqual(expected);
        expect(pool.filter((member) => connections.has(member))).toHaveLength(expected.size);
      }
    }),
  );
});
