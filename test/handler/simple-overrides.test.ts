import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, truncateSync } from "node:fs";
import type { Sink, Source } from "../../src/files/copy.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { type SendHeadResult, SimpleHTTPRequestHandler } from "../../src/handler/simple.ts";
import { exchange, parseResponse, RawClient, startServer } from "../support/client.ts";
import { linkTo, Tree } from "../support/tree.ts";

const LARGE_BYTES = 8 * 1024 * 1024;

let tree: Tree;
beforeAll(() => {
  tree = new Tree({
    "www/a.txt": "hello\n",
    "www/sub/x": "",
    "www/link-out": linkTo("../elsewhere/b.txt"),
    "elsewhere/b.txt": "b",
    "elsewhere/link": linkTo("b.txt"),
  });
});
afterAll(() => tree[Symbol.dispose]());

abstract class TreeHandler extends SimpleHTTPRequestHandler {
  override directory: string = tree.path("www");
  override log_message(): void {}
}

async function get(Handler: typeof SimpleHTTPRequestHandler, target: string): Promise<string> {
  await using started = await startServer(Handler);
  return await exchange(started.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
}

async function body(Handler: typeof SimpleHTTPRequestHandler, target: string): Promise<string> {
  return parseResponse(await get(Handler, target)).body;
}

describe("send_head() may be overridden to give", () => {
  const TEXT = "from elsewhere";
  const sources: [name: string, make: () => SendHeadResult | Promise<SendHeadResult>][] = [
    ["text", () => TEXT],
    ["bytes", () => Buffer.from(TEXT)],
    ["a Blob", () => new Blob([TEXT])],
    ["a stream", () => new Response(TEXT).body!],
    ["a promise of text", async () => TEXT],
    ["a promise of a stream", async () => new Response(TEXT).body!],
    [
      "a generator",
      function* () {
        yield "from ";
        yield Buffer.from("elsewhere");
      },
    ],
    [
      "an async generator",
      async function* () {
        yield "from ";
        await Bun.file(tree.path("www/a.txt")).text();
        yield "elsewhere";
      },
    ],
  ];
  test.each(sources)("%s", async (_name, make) => {
    class Handler extends TreeHandler {
      override send_head(): SendHeadResult | Promise<SendHeadResult> {
        this.send_response(200);
        this.send_header("Content-Length", String(TEXT.length));
        this.end_headers();
        return make();
      }
    }
    expect(await body(Handler, "/")).toBe(TEXT);
  });

  test("a file of Bun's, sent without its length", async () => {
    class Handler extends TreeHandler {
      override send_head(): SendHeadResult {
        this.send_response(200);
        this.end_headers();
        return Bun.file(tree.path("www/a.txt"));
      }
    }
    expect(await get(Handler, "/")).toContain("hello\n");
  });

  test("nothing, when the answer is complete", async () => {
    class Handler extends TreeHandler {
      override async send_head(): Promise<SendHeadResult> {
        this.send_response(204);
        this.end_headers();
        return undefined;
      }
    }
    expect(parseResponse(await get(Handler, "/")).status).toBe(204);
  });

  test("what the class above found, after a wait", async () => {
    class Handler extends TreeHandler {
      override async send_head(): Promise<SendHeadResult> {
        await Bun.file(tree.path("www/a.txt")).text();
        return super.send_head();
      }
    }
    expect(await body(Handler, "/a.txt")).toBe("hello\n");
    await using started = await startServer(Handler);
    const raw = await exchange(started.port, "HEAD /a.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(raw).toContain("Content-Length: 6\r\n");
    expect(raw).toEndWith("\r\n\r\n");
  });
});

describe("translate_path() may be overridden", () => {
  test("to map a part of the site elsewhere, links and all", async () => {
    class Handler extends TreeHandler {
      override translate_path(path: string): string {
        const elsewhere = /^\/mapped(\/.*)$/.exec(path);
        return elsewhere === null ? super.translate_path(path) : `${tree.path("elsewhere")}${elsewhere[1]}`;
      }
    }
    expect(await body(Handler, "/mapped/b.txt")).toBe("b");
    expect(await body(Handler, "/mapped/link")).toBe("b");
    expect(await body(Handler, "/a.txt")).toBe("hello\n");
    expect(parseResponse(await get(Handler, "/link-out")).status).toBe(404);
  });

  test("to serve one page for all paths", async () => {
    class Handler extends TreeHandler {
      override translate_path(): string {
        return super.translate_path("/a.txt");
      }
    }
    expect(await body(Handler, "/any/thing")).toBe("hello\n");
  });
});

describe("list_directory() may be overridden", () => {
  test("to refuse", async () => {
    class Handler extends TreeHandler {
      override list_directory(): null {
        this.send_error(403, "No listing");
        return null;
      }
    }
    expect(parseResponse(await get(Handler, "/sub/")).status).toBe(403);
  });

  test("by an asynchronous one", async () => {
    class Handler extends TreeHandler {
      override async list_directory(path: string): Promise<SendHeadResult> {
        const names = await Array.fromAsync(new Bun.Glob("*").scan(path));
        const page = names.join("\n");
        this.send_response(200);
        this.send_header("Content-Length", String(page.length));
        this.end_headers();
        return page;
      }
    }
    expect(await body(Handler, "/sub/")).toBe("x");
  });
});

test("guess_type() may be overridden", async () => {
  class Handler extends TreeHandler {
    override guess_type(path: string): string {
      return path.endsWith(".txt") ? "text/x-special; charset=latin1" : super.guess_type(path);
    }
  }
  const response = parseResponse(await get(Handler, "/a.txt"));
  expect(response.headers.get("content-type")).toBe("text/x-special; charset=latin1");
});

describe("copyfile() may be overridden", () => {
  test("to change what is sent", async () => {
    class Handler extends TreeHandler {
      override copyfile(source: Source, outputfile: Sink): void {
        if (source instanceof OpenedFile)
          outputfile.write(Buffer.from(source.read()).toString().toUpperCase());
      }
    }
    expect(await body(Handler, "/a.txt")).toBe("HELLO\n");
  });

  test("and a throw in it still closes the file", async () => {
    let opened: OpenedFile | undefined;
    class Handler extends TreeHandler {
      override copyfile(source: Source): void {
        opened = source as OpenedFile;
        throw new Error("Thrown by a test");
      }
    }
    await using started = await startServer(Handler);
    started.server.handle_error = () => {};
    await exchange(started.port, "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(opened?.closed).toBe(true);
  });
});

describe("a file that changes while it is sent", () => {
  /** Runs `change` between the head and the body. */
  function changing(change: () => void): typeof SimpleHTTPRequestHandler {
    return class extends TreeHandler {
      override copyfile(source: Source, outputfile: Sink): void | Promise<void> {
        change();
        return super.copyfile(source, outputfile);
      }
    };
  }

  test.each([10, 1_000_000])(
    "is not sent beyond its announced length of %d bytes when it grows",
    async (size) => {
      tree.add({ [`www/growing-${size}`]: "x".repeat(size) });
      const Handler = changing(() =>
        appendFileSync(tree.path(`www/growing-${size}`), "HTTP/1.1 200 OK\r\n\r\n"),
      );
      await using started = await startServer(Handler);
      const request = `GET /growing-${size} HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n`;
      const raw = await exchange(started.port, request);
      expect(raw.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404"]);
      expect(raw).toContain(`\r\n\r\n${"x".repeat(size)}HTTP/1.1 404`);
    },
  );

  test.each([10, 1_000_000])("tells the handler when it is cut short of %d bytes", async (size) => {
    tree.add({ [`www/short-${size}`]: "x".repeat(size) });
    const closes: boolean[] = [];
    class Handler extends TreeHandler {
      override async copyfile(source: Source, outputfile: Sink): Promise<void> {
        closes.push(this.close_connection);
        truncateSync(tree.path(`www/short-${size}`), 4);
        await super.copyfile(source, outputfile);
        closes.push(this.close_connection);
      }
    }
    await using started = await startServer(Handler);
    await exchange(started.port, `GET /short-${size} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(closes).toEqual([false, true]);
  });

  test.each([10, 1_000_000])("ends the connection when it is cut short of %d bytes", async (size) => {
    tree.add({ [`www/shrinking-${size}`]: "x".repeat(size) });
    const Handler = changing(() => truncateSync(tree.path(`www/shrinking-${size}`), 4));
    await using started = await startServer(Handler);
    const request = `GET /shrinking-${size} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(2);
    const raw = await exchange(started.port, request);
    expect(raw).toContain(`Content-Length: ${size}\r\n`);
    expect(raw).toEndWith("\r\n\r\nxxxx");
    expect(raw.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
  });
});

describe("a large file", () => {
  /** A handler whose files tell when they are closed. */
  function watched(): { Handler: typeof SimpleHTTPRequestHandler; whenClosed: Promise<void> } {
    const { promise: whenClosed, resolve } = Promise.withResolvers<void>();
    class Handler extends TreeHandler {
      override send_head(): SendHeadResult | Promise<SendHeadResult> {
        const source = super.send_head();
        if (source instanceof OpenedFile) {
          const close = source.close.bind(source);
          source.close = () => {
            close();
            resolve();
          };
        }
        return source;
      }
    }
    return { Handler, whenClosed };
  }

  beforeAll(() => {
    tree.add({ "www/large.bin": new Uint8Array(LARGE_BYTES).fill(0x61) });
  });

  test("is closed when it has been sent", async () => {
    const { Handler, whenClosed } = watched();
    const response = parseResponse(await get(Handler, "/large.bin"));
    expect(response.body.length).toBe(LARGE_BYTES);
    await whenClosed;
  });

  test("is closed when its client leaves in the middle", async () => {
    const { Handler, whenClosed } = watched();
    await using started = await startServer(Handler);
    await using client = await stalledClient(started.port);
    client.abort();
    await whenClosed;
  });

  test("read by ten stalled clients keeps nobody else waiting, and arrives in the end", async () => {
    const { Handler } = watched();
    await using started = await startServer(Handler);
    const clients = await Promise.all(Array.from({ length: 10 }, () => stalledClient(started.port)));
    const small = await exchange(started.port, "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(small).toEndWith("hello\n");
    for (const client of clients) {
      expect(client.received.length).toBeLessThan(LARGE_BYTES);
      client.resume();
      const response = parseResponse(await client.untilClosed());
      expect(response.body.length).toBe(LARGE_BYTES);
      await client[Symbol.asyncDispose]();
    }
  });
});

/** A client that asks for the large file, and stops reading when the answer begins. */
async function stalledClient(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.send("GET /large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  await client.until((received) => received.length > 0);
  client.pause();
  return client;
}
