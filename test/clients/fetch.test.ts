/** Handlers as programs see them: Bun's and Node.js's `fetch` and `node:http`, playing the same scenarios. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { startServer } from "../support/client.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { app } from "./support/app.ts";
import { PARTY_SIZE, SCENARIOS } from "./support/scenarios.ts";

// Some of these start programs, and share the machine with tests that do the same.
setDefaultTimeout(60_000);

type Player = (name: string, url: string) => Promise<unknown>;

const PLAYER_MODULE = fileURLToPath(new URL("support/play-scenario.ts", import.meta.url));

const JSON_ANSWER = [201, '{"received":[1,2,3]}'];

const EXPECTED: readonly { readonly what: string; readonly name: string; readonly outcome: unknown }[] = [
  {
    what: "posts JSON and gets JSON",
    name: "postJson",
    outcome: [
      201,
      "application/json",
      { received: { greeting: "Grüße 🎉", numbers: [1, 2.5, -3e10], nothing: null } },
    ],
  },
  {
    what: "gets each part of an answer when it is flushed",
    name: "readWhileItIsWritten",
    outcome: [null, ["first\n", "second\n"]],
  },
  {
    what: "uploads a stream in chunks, every byte of it",
    name: "uploadStream",
    outcome: { framing: "chunked", length: 4 * 2 ** 20, sha256: true },
  },
  {
    what: `asks ${PARTY_SIZE} times at once, and each time gets its own answer`,
    name: "askTogether",
    outcome: Array.from({ length: PARTY_SIZE }, (_, id) => `${id} of ${PARTY_SIZE}`),
  },
  {
    what: "stays in step behind answers without bodies and bodies that nobody reads",
    name: "mixMethods",
    outcome: [
      ["HEAD", 200, ""],
      ["DELETE", 204, ""],
      ["DELETE", 204, ""],
      ["POST", 404, "The body stays unread"],
      ["POST", 202, ""],
      ["HEAD", 404, ""],
      ["POST", 201, '{"received":[]}'],
    ],
  },
  { what: "asks ten times over two connections at most", name: "fetchInARow", outcome: true },
  {
    what: "leaves in the middle of an answer, which the handler notices and others do not",
    name: "leaveInTheMiddle",
    outcome: [true, "ConnectionClosedError"],
  },
  {
    what: "keeps one socket with node:http, whatever the framing, and waits for 100 Continue",
    name: "keepOneSocket",
    outcome: { sockets: 1, answers: [JSON_ANSWER, JSON_ANSWER, JSON_ANSWER] },
  },
];

function testScenarios(client: string, play: Player): void {
  test.each([...EXPECTED])(`${client} $what`, async ({ name, outcome }) => {
    await using started = await startServer(app());
    expect(await play(name, `http://127.0.0.1:${started.port}/`)).toEqual(outcome);
  });
}

test("every scenario is played", () => {
  expect(EXPECTED.map(({ name }) => name).sort()).toEqual(Object.keys(SCENARIOS).sort());
});

describe("Bun's clients and handlers", () => {
  testScenarios("Bun", (name, url) => SCENARIOS[name]!(url));
});

describeWith(["node"], "Node.js's clients and handlers", (node) => {
  let tree: Tree;

  // Node.js is given plain JavaScript: not every version that is around takes types away by itself.
  beforeAll(async () => {
    const built = await Bun.build({ entrypoints: [PLAYER_MODULE], target: "node", format: "esm" });
    tree = new Tree({ "player.mjs": await built.outputs[0]!.text() });
  });

  afterAll(() => tree[Symbol.dispose]());

  testScenarios("Node.js", async (name, url) => {
    const child = Bun.spawn([node, tree.path("player.mjs"), name, url], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 50_000,
    });
    const [said, complaints] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    if ((await child.exited) !== 0) throw new Error(complaints);
    return JSON.parse(said);
  });
});
