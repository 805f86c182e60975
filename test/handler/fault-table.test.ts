/**
 * Every place in which a program's own code runs fails in every way, on a server in a process of its own. Each time the
 * process lives, the client gets an answer or an end, the next one is served, nothing stays open, and the log tells.
 */

import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { exchange } from "../support/client.ts";
import { decodeResponses } from "../support/decode.ts";
import { Laboratory } from "../support/laboratory.ts";
import { request } from "../support/observed-server.ts";
import { PLACES, SECRET, THENABLES, VALUES, WAYS } from "./fixtures/faults.ts";

const GET = request();
const POST = request("POST / HTTP/1.1", ["Content-Length: 5"], "12345");
const EXPECTING = request("POST / HTTP/1.1", ["Content-Length: 5", "Expect: 100-continue"], "12345");
const UNKNOWN = request("BREW / HTTP/1.1");

/** What the client gets: a whole answer's status, "closed" without a byte, or "cut" in the middle of an answer. */
type Outcome = number | "closed" | "cut";

/** For each place what comes of a throw, of a rejection at once and of a later one; and how the client asks. */
const OUTCOMES: Readonly<Record<string, readonly [...outcomes: Outcome[], request: string]>> = {
  "do_GET, before the head": [500, 500, 500, GET],
  "do_GET, in the middle of the head": [500, 500, 500, GET],
  // An answer that is whole and has left cannot be taken back.
  "do_GET, after its answer": [500, 500, "cut", GET],
  "do_GET, in the middle of a body that it writes": ["cut", "cut", "cut", GET],
  "do_POST, in the middle of a body that it reads": [500, 500, 500, POST],
  "setup()": ["closed", "closed", "closed", GET],
  "handle()": ["closed", "closed", "closed", GET],
  "a handle() that loops": [200, 200, 200, GET],
  "handle_one_request()": [500, 500, 500, GET],
  "parse_request()": [500, 500, 500, GET],
  "finish()": [200, 200, 200, GET],
  "log_message()": [500, 200, 200, GET],
  "log_request()": [500, 200, 200, GET],
  "log_error()": [500, 501, 501, UNKNOWN],
  "send_error()": [500, 500, 500, UNKNOWN],
  "version_string()": [500, 500, 500, GET],
  "date_time_string()": [500, 500, 500, GET],
  "handle_expect_100()": [500, 500, 500, EXPECTING],
  "service_actions()": [200, 200, 200, GET],
  "the constructor": ["closed", GET],
  "a field of the class": ["closed", GET],
  "a function that makes handlers": ["closed", "closed", "closed", GET],
  "get_request()": ["closed", "closed", "closed", GET],
  "verify_request()": ["closed", "closed", "closed", GET],
  "process_request()": ["closed", "closed", "closed", GET],
  "finish_request()": ["closed", "closed", "closed", GET],
  "shutdown_request()": [200, 200, 200, GET],
  "close_request()": [200, 200, 200, GET],
  "handle_error()": [500, 500, 500, GET],
};

/** The answer to a client whom no fault meets. */
const WELL: ReadonlyMap<string, number> = new Map([[UNKNOWN, 501]]);

/** Places whose result is needed at once: a promise of it is refused, whatever becomes of it. */
const AT_ONCE: ReadonlySet<string> = new Set([
  "parse_request()",
  "version_string()",
  "date_time_string()",
  "handle_expect_100()",
  "get_request()",
  "verify_request()",
]);

let laboratory: Laboratory | null = null;

beforeEach(() => {
  // One for all, unless a fault has killed it.
  if (laboratory?.isAlive !== true)
    laboratory = new Laboratory(fileURLToPath(new URL("./fixtures/faults.ts", import.meta.url)));
});

afterAll(() => laboratory?.[Symbol.asyncDispose]());

function outcomeOf(raw: string): Outcome {
  if (raw === "") return "closed";
  try {
    return decodeResponses(raw).find(({ status }) => status >= 200)!.status;
  } catch {
    return "cut";
  }
}

/** Has a specimen fail, and expects that its client gets `outcome`, all else is well, and the log has `report` once. */
async function expectHarmless(
  specimen: string,
  ask: string,
  outcome: Outcome,
  report: RegExp,
): Promise<string> {
  await using patient = await laboratory!.start(specimen);
  const raw = await exchange(patient.port, ask);
  expect(raw).not.toContain(SECRET);
  expect(outcomeOf(raw)).toBe(outcome);
  await patient.order("failed");
  const next = specimen.startsWith("handle_error") ? 500 : (WELL.get(ask) ?? 200);
  expect(outcomeOf(await exchange(patient.port, ask))).toBe(next);
  expect(await patient.settled()).toEqual([]);
  const log = await patient.log();
  expect(log.match(report)?.length).toBe(1);
  expect(laboratory!.isAlive).toBe(true);
  return log;
}

const HEADING = "Exception occurred during processing of request from ('127.0.0.1', ";
const EACH_HEADING = /Exception occurred during processing of request from/g;
// Not the source line that the runtime quotes.
const EACH_SECRET: RegExp = new RegExp(`Error: ${SECRET}`, "g");

describe("a fault in", () => {
  test("every place has its expected outcomes", () => {
    expect(Object.keys(PLACES).sort()).toEqual(Object.keys(OUTCOMES).sort());
  });

  for (const [place, row] of Object.entries(OUTCOMES)) {
    const ask = row.at(-1) as string;
    for (const [index, way] of Object.keys(WAYS).entries()) {
      const outcome = row[index]!;
      // A constructor cannot be asynchronous.
      if (outcome === ask) break;
      test(`${place} that ${way} is told once, and costs at most its own connection`, async () => {
        const isRefused = AT_ONCE.has(place) && way !== "throws";
        const words = isRefused ? /a promise/g : EACH_SECRET;
        const log = await expectHarmless(`${place} ${way}`, ask, outcome as Outcome, words);
        if (place === "handle_error()") {
          expect(log).toContain(`handle_error() failed: Error: ${SECRET}`);
          expect(log).toContain("RangeError: what handle_error() was to tell of");
        } else if (place === "service_actions()") {
          expect(log).toContain(`service_actions() failed: Error: ${SECRET}`);
        } else {
          expect(log.split(HEADING).length - 1).toBe(1);
        }
      });
    }
  }
});

describe("what is thrown may be", () => {
  for (const name of Object.keys(VALUES)) {
    for (const how of ["throws", "rejects with"]) {
      test(`${name}: a handler that ${how} it is answered for with 500, and told of`, async () => {
        const log = await expectHarmless(`${how} ${name}`, GET, 500, EACH_HEADING);
        const report = log.slice(log.indexOf("\n", log.indexOf(HEADING)) + 1).split("\n")[0]!;
        expect(report).toMatch(REPORTS[name]!);
      });
    }
  }
});

/** How the report of each value begins. */
const REPORTS: Readonly<Record<string, RegExp>> = {
  undefined: /^undefined$/,
  null: /^null$/,
  "a text": /^'the secret/,
  "a symbol": /^Symbol\(the secret/,
  "a big integer": /^12345678901234567890n$/,
  "an object without a prototype": /SECRET: 'the secret/,
  "a proxy all of whose traps throw": /^{}$|cannot be shown/,
  "a revoked proxy": /Revoked Proxy/,
  "an error whose prototype cannot be asked for": /^Error: the secret/,
  "an error whose message throws": /./,
  "an error whose stack throws": /the secret/,
  "an error whose name throws": /the secret/,
  "an error whose inspection throws": /the secret/,
  "an error whose toString() throws": /^Error: the secret/,
  "an error whose cause is itself": /Error: the secret/,
  "an error of another realm": /Error: the secret/,
};

describe("what a method gives back may be", () => {
  const METHODS: Readonly<Record<string, Outcome>> = {
    do_GET: 500,
    setup: "closed",
    handle: "closed",
    finish: 200,
    process_request: "closed",
    shutdown_request: 200,
  };
  for (const name of Object.keys(THENABLES)) {
    for (const [method, outcome] of Object.entries(METHODS)) {
      test(`${name}: from ${method}() it counts as a rejection`, async () => {
        const log = await expectHarmless(`${method}() gives ${name}`, GET, outcome, EACH_HEADING);
        expect(log).toContain(SECRET);
      });
    }
  }
});
