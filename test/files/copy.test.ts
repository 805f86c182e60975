import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import {
  closeSource,
  copy,
  ONE_PIECE_BYTES,
  PIECE_BYTES,
  type Sink,
  type Source,
} from "../../src/files/copy.ts";
import { DocumentRoot } from "../../src/files/document-root.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { Tree } from "../support/tree.ts";

/** A sink that notes what happens to it; `onFlush` runs before each flush settles. */
class MemorySink implements Sink {
  readonly events: string[] = [];
  readonly #pieces: Uint8Array[] = [];
  readonly #onFlush: () => void | Promise<void>;

  constructor(onFlush: () => void | Promise<void> = () => {}) {
    this.#onFlush = onFlush;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  write(data: string | Uint8Array): number {
    const bytes = Buffer.from(typeof data === "string" ? Buffer.from(data) : data);
    this.#pieces.push(bytes);
    this.events.push(`write ${bytes.length}`);
    return bytes.length;
  }

  async flush(): Promise<void> {
    this.events.push("flush");
    await this.#onFlush();
  }
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

function changeAt(path: string, position: number): void {
  const fd = openSync(path, "r+");
  writeSync(fd, "changed", position);
  closeSync(fd);
}

/** Puts another file in the place of one, as editors and deployments do. */
function replace(path: string, content: Uint8Array): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

let tree: Tree;
beforeAll(() => {
  tree = new Tree();
});
afterAll(() => tree[Symbol.dispose]());

function openedFile(name: string, content: Uint8Array): OpenedFile {
  tree.add({ [name]: content });
  const opened = new DocumentRoot(tree.root, { followSymlinks: false }).open(tree.path(name));
  if (!(opened instanceof OpenedFile)) throw new Error(`Cannot open ${name}: ${opened}`);
  return opened;
}

describe("copy() of a file", () => {
  test.each([1, 1024, ONE_PIECE_BYTES])("of %d bytes is one write, done when it returns", (size) => {
    using file = openedFile(`small-${size}`, pattern(size));
    const sink = new MemorySink();
    expect(copy(file, sink)).toBe(true);
    expect(sink.events).toEqual([`write ${size}`]);
    expect(sink.bytes.equals(pattern(size))).toBe(true);
  });

  test("that is empty writes nothing", () => {
    using file = openedFile("empty", new Uint8Array());
    const sink = new MemorySink();
    expect(copy(file, sink)).toBe(true);
    expect(sink.events).toEqual([]);
  });

  test("that is larger goes in pieces, each waiting until the one before is gone", async () => {
    const content = pattern(2 * PIECE_BYTES + 5);
    using file = openedFile("large", content);
    const sink = new MemorySink();
    expect(await copy(file, sink)).toBe(true);
    const piece = [`write ${PIECE_BYTES}`, "flush"];
    expect(sink.events).toEqual([...piece, ...piece, "write 5", "flush"]);
    expect(sink.bytes.equals(content)).toBe(true);
  });

  test("just larger than one piece", async () => {
    const content = pattern(ONE_PIECE_BYTES + 1);
    using file = openedFile("just-larger", content);
    const sink = new MemorySink();
    expect(await copy(file, sink)).toBe(true);
    expect(sink.bytes.equals(content)).toBe(true);
  });

  test("that grew since it was opened stops at the size it had", async () => {
    for (const size of [10, ONE_PIECE_BYTES * 3]) {
      using file = openedFile(`grown-${size}`, pattern(size));
      appendFileSync(tree.path(`grown-${size}`), "more");
      const sink = new MemorySink();
      expect(await copy(file, sink)).toBe(true);
      expect(sink.bytes.equals(pattern(size))).toBe(true);
    }
  });

  test("that was cut short since it was opened says so", () => {
    using file = openedFile("cut", pattern(10));
    truncateSync(tree.path("cut"), 4);
    const sink = new MemorySink();
    expect(copy(file, sink)).toBe(false);
    expect(sink.bytes.equals(pattern(4))).toBe(true);
  });

  test("that is cut short on the way says so, and sends nothing that was not there", async () => {
    using file = openedFile("cut-on-the-way", pattern(3 * PIECE_BYTES));
    const sink = new MemorySink(() => truncateSync(tree.path("cut-on-the-way"), PIECE_BYTES + 7));
    expect(await copy(file, sink)).toBe(false);
    expect(sink.bytes.equals(pattern(PIECE_BYTES))).toBe(true);
  });

  const other = (length: number): Uint8Array => pattern(length).map((byte) => byte ^ 0xff);
  test.each<[what: string, change: (path: string) => void]>([
    ["is written anew in place", (path) => writeFileSync(path, other(3 * PIECE_BYTES))],
    ["is written anew and shorter", (path) => writeFileSync(path, other(2 * PIECE_BYTES))],
    ["is written anew and longer", (path) => writeFileSync(path, other(4 * PIECE_BYTES))],
    ["is changed in the middle", (path) => changeAt(path, 2 * PIECE_BYTES)],
  ])("that %s on the way ends there, and says so", async (what, change) => {
    using file = openedFile(what, pattern(3 * PIECE_BYTES));
    const sink = new MemorySink(() => change(tree.path(what)));
    expect(await copy(file, sink)).toBe(false);
    expect(sink.bytes.equals(pattern(PIECE_BYTES))).toBe(true);
  });

  test.each<[what: string, change: (path: string) => void]>([
    ["gets something added", (path) => appendFileSync(path, "more")],
    ["is deleted", (path) => rmSync(path, { force: true })],
    ["has another one put in its place", (path) => replace(path, other(3 * PIECE_BYTES))],
    ["gets another mode", (path) => chmodSync(path, 0o600)],
  ])("that %s on the way is sent as it was", async (what, change) => {
    using file = openedFile(what, pattern(3 * PIECE_BYTES));
    const sink = new MemorySink(() => change(tree.path(what)));
    expect(await copy(file, sink)).toBe(true);
    expect(sink.bytes.equals(pattern(3 * PIECE_BYTES))).toBe(true);
  });

  test.each(["before", "on the way"])("that is closed %s is no other one's bytes", async (when) => {
    const file = openedFile("closed", pattern(300_000));
    const sent: number[] = [];
    const sink: Sink = {
      write: () => 0,
      sendFile: (descriptor) => Math.min(sent.push(descriptor), 1000),
      flush: async () => file.close(),
    };
    if (when === "before") file.close();
    // Whoever opens one next gets the same number.
    await expect((async () => copy(file, sink))()).rejects.toThrow();
    expect(sent.length).toBe(when === "before" ? 0 : 2);
  });

  test("is read in whole pieces for a sink that never sends files by itself", async () => {
    using file = openedFile("read", pattern(PIECE_BYTES + 1));
    const written: number[] = [];
    const sink: Sink = {
      write: (data) => written.push(data.length),
      sendFile: () => expect.unreachable(),
      sendsFiles: false,
      flush: async () => {},
    };
    expect(await copy(file, sink)).toBe(true);
    expect(written).toEqual([PIECE_BYTES, 1]);
  });

  test("fails when the sink does", async () => {
    using file = openedFile("gone", pattern(3 * PIECE_BYTES));
    const sink = new MemorySink(() => Promise.reject(new Error("gone")));
    await expect(copy(file, sink)).rejects.toThrow("gone");
    expect(sink.events).toEqual([`write ${PIECE_BYTES}`, "flush"]);
  });
});

describe("copy() of", () => {
  async function* asyncPieces(): AsyncGenerator<string | Uint8Array> {
    yield "one ";
    yield Buffer.from("two ");
    yield "\u00fc";
  }
  const sources: [name: string, make: () => Source, text: string][] = [
    ["a string", () => "a\u00fc", "a\u00fc"],
    ["an empty string", () => "", ""],
    ["a Uint8Array", () => Buffer.from("bytes"), "bytes"],
    ["an ArrayBuffer", () => new Uint8Array([104, 105]).buffer, "hi"],
    ["a Blob", () => new Blob(["blob"]), "blob"],
    ["a Bun.file", () => Bun.file(`${import.meta.dir}/../../package.json`).slice(0, 1), "{"],
    ["a ReadableStream", () => new Response("stream").body!, "stream"],
    ["an async iterable", asyncPieces, "one two \u00fc"],
    ["an iterable", () => ["one ", Buffer.from("two")], "one two"],
    ["whatever has read()", () => readOnce("read"), "read"],
  ];
  test.each(sources)("%s", async (_name, make, text) => {
    const sink = new MemorySink();
    expect(await copy(make(), sink)).toBe(true);
    expect(sink.bytes.toString()).toBe(text);
  });

  test("a large Uint8Array goes in pieces", async () => {
    const sink = new MemorySink();
    expect(await copy(new Uint8Array(PIECE_BYTES + 1), sink)).toBe(true);
    expect(sink.events).toEqual([`write ${PIECE_BYTES}`, "flush", "write 1", "flush"]);
  });

  test("a stream stops pulling, and is cancelled, when the sink fails", async () => {
    let pulls = 0;
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
    const stream = new ReadableStream<string>(
      {
        pull(controller) {
          pulls++;
          controller.enqueue("x");
        },
        cancel: () => cancel(),
      },
      { highWaterMark: 0 },
    );
    const copied = Promise.resolve(copy(stream, new MemorySink(() => Promise.reject(new Error("gone")))));
    await expect(copied).rejects.toThrow("gone");
    await cancelled;
    expect(pulls).toBe(1);
  });

  function readOnce(text: string): { read(size: number): Promise<string> } {
    let rest = text;
    return {
      async read() {
        const all = rest;
        rest = "";
        return all;
      },
    };
  }
});

describe("closeSource()", () => {
  test("closes a file once, and lets go of its descriptor", () => {
    const file = openedFile("closed", pattern(3));
    closeSource(file);
    expect(file.closed).toBe(true);
    expect(() => fstatSync(file.fd)).toThrow("EBADF");
    expect(() => file.read()).toThrow(new TypeError("Cannot read from a closed file"));
    closeSource(file);
  });

  test("cancels a stream that was not read", async () => {
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
    closeSource(new ReadableStream({ cancel: () => cancel() }));
    await cancelled;
  });

  test("leaves a stream alone that somebody else is reading", async () => {
    const stream = new Response("text").body!;
    const reader = stream.getReader();
    closeSource(stream);
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("text");
  });

  test("ends a generator, so that its finally block runs", () => {
    let isOver = false;
    function* pieces(): Generator<string> {
      try {
        yield "x";
      } finally {
        isOver = true;
      }
    }
    const source = pieces();
    source.next();
    closeSource(source);
    expect(isOver).toBe(true);
  });

  test("does nothing to what cannot be closed", () => {
    for (const source of ["text", new Uint8Array(1), new ArrayBuffer(1), new Blob(["x"]), ["x"]]) {
      expect(() => closeSource(source)).not.toThrow();
    }
  });
});

describe("an opened file", () => {
  test("is read as in Python: so many bytes, then the rest, then none", () => {
    using file = openedFile("read", Buffer.from("hello world"));
    expect([file.read(5), file.read(0), file.read(), file.read(), file.read(3)].map(String)).toEqual(
      ["hello", "", " world", "", ""].map((text) => String(new Uint8Array(Buffer.from(text)))),
    );
  });

  test("knows its size and when it was modified", () => {
    tree.add({ dated: "x" });
    tree.setModified("dated", 784_111_777.5);
    const file = new DocumentRoot(tree.root, { followSymlinks: false }).open(
      tree.path("dated"),
    ) as OpenedFile;
    expect({ size: file.size, mtime: file.mtime, remaining: file.remaining }).toEqual({
      size: 1,
      mtime: 784_111_777.5,
      remaining: 1,
    });
    file.close();
  });
});
