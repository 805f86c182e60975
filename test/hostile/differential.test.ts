/** The same bytes to this server and to `node:http`: where they do not agree, the reason is known. */

import { beforeAll, describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import { exchange, startServer } from "../support/client.ts";
import { describeWith } from "../support/programs.ts";
import { CORPUS } from "./support/differential-corpus.ts";
import { DISAGREEMENTS } from "./support/differential-reasons.ts";

const NODE_SERVER = `${import.meta.dir}/support/node-server.mjs`;
const LISTED: readonly string[] = DISAGREEMENTS.flatMap(({ names }) => names);

class Recorder extends BaseHTTPRequestHandler {
  do_GET(): Promise<void> {
    return this.#record();
  }
  do_HEAD(): Promise<void> {
    return this.#record();
  }
  do_POST(): Promise<void> {
    return this.#record();
  }
  do_PUT(): Promise<void> {
    return this.#record();
  }
  do_DELETE(): Promise<void> {
    return this.#record();
  }
  do_OPTIONS(): Promise<void> {
    return this.#record();
  }
  do_PATCH(): Promise<void> {
    return this.#record();
  }
  override log_message(): void {}

  async #record(): Promise<void> {
    const body = Buffer.from(await this.rfile.read()).toString("latin1");
    const target = this.requestline.split(" ")[1];
    this.send_response(200);
    this.send_header(
      "X-Request",
      Buffer.from(JSON.stringify([this.command, target, body])).toString("base64"),
    );
    this.send_header("Content-Length", 0);
    this.end_headers();
  }
}

/** What a server has made of some bytes. */
interface Verdict {
  /** Method, target and body of each request that was run. */
  readonly runs: readonly unknown[];
  /** Whether something was answered with 4xx or 5xx. */
  readonly isRefused: boolean;
}

function verdictOf(answered: string): Verdict {
  const runs = [...answered.matchAll(/^X-Request: (.*)\r$/gm)].map(
    ([, record]) => JSON.parse(Buffer.from(record!, "base64").toString()) as unknown,
  );
  return { runs, isRefused: /^HTTP\/1\.1 [45]/m.test(answered) };
}

describe("the corpus", () => {
  test("has hundreds of cases, and every one that is said to be read differently", () => {
    expect(CORPUS.size).toBeGreaterThan(500);
    expect(LISTED.filter((name) => !CORPUS.has(name))).toEqual([]);
    expect(new Set(LISTED).size).toBe(LISTED.length);
  });
});

describeWith(["node"], "this server and node:http", (node) => {
  /** What each made of the cases that they do not agree on. */
  const differing = new Map<string, { readonly ours: Verdict; readonly theirs: Verdict }>();

  beforeAll(async () => {
    await using server = await startServer(Recorder);
    await using child = Bun.spawn([node, NODE_SERVER], { stdin: "pipe", stdout: "pipe" });
    const theirPort = Number(await firstLine(child.stdout));
    for (const [name, text] of CORPUS) {
      const ours = verdictOf(await exchange(server.port, text));
      const theirs = verdictOf(await exchange(theirPort, text));
      if (!Bun.deepEquals(ours, theirs)) differing.set(name, { ours, theirs });
    }
  });

  test("read the same in the same bytes, but for what is listed with its reason", () => {
    const unlisted = [...differing].filter(([name]) => !LISTED.includes(name));
    expect(unlisted).toEqual([]);
  });

  test("still read differently what is listed", () => {
    expect(LISTED.filter((name) => !differing.has(name))).toEqual([]);
  });
});

async function firstLine(output: ReadableStream<Uint8Array>): Promise<string> {
  const { value } = await output.getReader().read();
  return new TextDecoder().decode(value);
}
