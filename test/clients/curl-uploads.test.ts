/** Handlers as curl sees them: uploads however they are framed, forms, logins, and uploads that are not wanted. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import { type StartedServer, startServer } from "../support/client.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { curl, parseIncluded, transfer } from "./support/curl.ts";
import { noise } from "./support/noise.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const UPLOAD = noise(2 ** 20);
const CREDENTIALS = "user:secret";

/** Some versions of curl wait for 100 Continue before long uploads without being told. */
const EXPECT_NOTHING = ["--header", "Expect:"];
/** Curl gives up waiting only after the test has: what is sent, 100 Continue has released. */
const EXPECT_CONTINUE = ["--header", "Expect: 100-continue", "--expect100-timeout", "300"];
const CHUNKED = ["--header", "Transfer-Encoding: chunked"];

/** Sends the body back, and says in a field how the request was framed. */
class Echo extends BaseHTTPRequestHandler {
  override log_message(): void {}

  async do_POST(): Promise<void> {
    const body = await this.rfile.read();
    const framing = this.headers.get("Transfer-Encoding") ?? this.headers.get("Content-Length");
    this.send_response(200);
    this.send_header("X-Request", `${this.command} ${this.request_version} ${framing}`);
    this.end_headers();
    this.wfile.write(body);
  }

  do_PUT(): Promise<void> {
    return this.do_POST();
  }
}

/** Takes uploads only from those who have logged in, and looks at the body of nobody else. */
class Guarded extends Echo {
  override async do_POST(): Promise<void> {
    if (this.headers.get("Authorization") === `Basic ${btoa(CREDENTIALS)}`) return super.do_POST();
    this.send_response(401);
    this.send_header("WWW-Authenticate", 'Basic realm="uploads"');
    this.end_headers();
  }
}

/** Reads a form with the web's own parser. */
class Form extends Echo {
  override async do_POST(): Promise<void> {
    const request = new Response(this.rfile.readable, { headers: this.headers.toHeaders() });
    const form = await request.formData();
    const file = form.get("file") as File;
    this.send_response(200);
    this.send_header("X-Form", `${form.get("title")}: ${file.name}`);
    this.end_headers();
    this.wfile.write(new Uint8Array(await file.arrayBuffer()));
  }
}

interface Upload {
  readonly how: string;
  readonly options: readonly string[];
  readonly interim?: readonly string[];
  readonly request: string;
}

const UPLOADS: readonly Upload[] = [
  { how: "with its length", options: EXPECT_NOTHING, request: "POST HTTP/1.1 1048576" },
  {
    how: "with its length, after 100 Continue",
    options: EXPECT_CONTINUE,
    interim: ["HTTP/1.1 100 Continue"],
    request: "POST HTTP/1.1 1048576",
  },
  { how: "in chunks", options: [...EXPECT_NOTHING, ...CHUNKED], request: "POST HTTP/1.1 chunked" },
  {
    how: "in chunks, after 100 Continue",
    options: [...EXPECT_CONTINUE, ...CHUNKED],
    interim: ["HTTP/1.1 100 Continue"],
    request: "POST HTTP/1.1 chunked",
  },
  { how: "as HTTP/1.0", options: [...EXPECT_NOTHING, "--http1.0"], request: "POST HTTP/1.0 1048576" },
];

describeWith(["curl"], "curl and handlers", () => {
  let tree: Tree;
  let echo: StartedServer;

  beforeAll(async () => {
    tree = new Tree({ upload: UPLOAD });
    echo = await startServer(Echo);
  });

  afterAll(async () => {
    await echo[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  function urlOf({ port }: StartedServer): string {
    return `http://127.0.0.1:${port}/`;
  }

  function fileAsBody(): string[] {
    return ["--data-binary", `@${tree.path("upload")}`];
  }

  test.each([...UPLOADS])(
    "curl gets back 1 MB that it sends $how",
    async ({ options, interim = [], request }) => {
      const { stdout } = await transfer(["--include", ...options, ...fileAsBody(), urlOf(echo)]);
      const response = parseIncluded(stdout);
      expect([response.status, response.headers.get("x-request")]).toEqual([200, request]);
      expect(response.interim).toEqual(interim);
      expect(Buffer.from(response.body, "latin1")).toEqual(UPLOAD);
    },
  );

  test("curl --upload-file sends what it reads from a pipe in chunks", async () => {
    const args = ["--include", ...EXPECT_NOTHING, "--upload-file", "-", urlOf(echo)];
    const { headers, body } = parseIncluded((await transfer(args, UPLOAD)).stdout);
    expect(headers.get("x-request")).toBe("PUT HTTP/1.1 chunked");
    expect(Buffer.from(body, "latin1")).toEqual(UPLOAD);
  });

  test.each(["a body", ""])("uploads of %j share one connection", async (body) => {
    const url = urlOf(echo);
    const { stdout, transfers } = await curl(["--data-binary", body, url, url, url]);
    expect(transfers.map(({ newConnections }) => newConnections)).toEqual([1, 0, 0]);
    expect(stdout.toString()).toBe(body.repeat(3));
  });

  test("curl --form brings a field and a file, which the web's parser reads from rfile.readable", async () => {
    await using started = await startServer(Form);
    const file = `file=@${tree.path("upload")};filename="Grüße.bin"`;
    const args = ["--include", ...EXPECT_NOTHING, "--form", "title=A form", "--form", file, urlOf(started)];
    const { headers, body } = parseIncluded((await transfer(args)).stdout);
    expect(headers.get("x-form")).toBe("A form: Grüße.bin");
    expect(Buffer.from(body, "latin1")).toEqual(UPLOAD);
  });

  test("a short upload that is refused with 401 is sent again over the same connection", async () => {
    await using started = await startServer(Guarded);
    const login = ["--anyauth", "--user", CREDENTIALS];
    const { report, stdout } = await transfer([...login, "--data-binary", "a body", urlOf(started)]);
    expect(report).toMatchObject({ status: 200, newConnections: 1 });
    expect(stdout.toString()).toBe("a body");
  });

  test.each([
    ["with its length", []],
    ["in chunks", CHUNKED],
  ])("curl that sends too much %s hears so", async (_, options) => {
    await using started = await startServer(Echo, { maxBodyBytes: 1000 });
    const { report } = await transfer([...EXPECT_NOTHING, ...options, ...fileAsBody(), urlOf(started)]);
    expect(report.status).toBe(413);
  });

  test("curl that asks before it sends too much does not send it", async () => {
    await using started = await startServer(Echo, { maxBodyBytes: 1000 });
    const { report, stdout } = await transfer([
      "--include",
      ...EXPECT_CONTINUE,
      ...fileAsBody(),
      urlOf(started),
    ]);
    expect(report).toMatchObject({ status: 413, uploadedBytes: 0 });
    expect(parseIncluded(stdout).interim).toEqual([]);
  });
});
