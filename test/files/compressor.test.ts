import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { compressBytes } from "../../src/files/compress-bytes.ts";
import { type CompressedBytes, Compressor, type CompressorOptions } from "../../src/files/compressor.ts";
import { CONTENT_CODINGS, type ContentCoding } from "../../src/files/content-coding.ts";
import { DocumentRoot } from "../../src/files/document-root.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { text } from "../support/compressible.ts";
import { Tree } from "../support/tree.ts";

// Some of it is work for a processor, which is shared with other tests.
setDefaultTimeout(60_000);

const DECODERS = { br: brotliDecompressSync, zstd: zstdDecompressSync, gzip: gunzipSync };

/** The clock of somebody to whom all files are old, so that what is made of them can be kept. */
const later = { now: (): number => Date.now() + 60_000 };

/** What an entry is charged beside its bytes. */
const ENTRY_BYTES = 512;

let tree: Tree;
beforeAll(() => {
  tree = new Tree({ "noise.bin": crypto.getRandomValues(new Uint8Array(8192)), "ten.txt": text(10_000) });
  for (let number = 0; number < 8; number++) tree.add({ [`${number}.txt`]: text(4000, number) });
});
afterAll(() => tree[Symbol.dispose]());

const opened: OpenedFile[] = [];
afterEach(() => {
  for (const file of opened.splice(0)) file.close();
});

function open(name: string): OpenedFile {
  const file = new DocumentRoot(tree.root, { followSymlinks: false }).open(tree.path(name));
  if (!(file instanceof OpenedFile)) throw new Error(`${name}: ${file}`);
  opened.push(file);
  return file;
}

/** A compressor whose work is done when a test says so: each makes 1,000 bytes of whatever it gets. */
class Workbench {
  readonly compressor: Compressor;
  readonly #begun: { readonly end: () => void; readonly fail: () => void }[] = [];
  #waiter: () => void = () => {};

  constructor(options: CompressorOptions = {}, { isYoung = false } = {}) {
    this.compressor = new Compressor(
      { maxRunning: 2, ...options },
      {
        compress: (input, coding) => this.#compress(input, coding),
        now: () => Date.now() + (isYoung ? 0 : 60_000),
      },
    );
  }

  get begun(): number {
    return this.#begun.length;
  }

  /** Waits until `count` pieces of work have begun, and gives the last. */
  async work(count: number): Promise<{ readonly end: () => void; readonly fail: () => void }> {
    while (this.#begun.length < count) await new Promise<void>((resolve) => (this.#waiter = resolve));
    return this.#begun[count - 1]!;
  }

  /** Compresses a file with nobody else around. */
  async finished(name: string): Promise<CompressedBytes | undefined> {
    const result = this.compressor.get(open(name), "br");
    (await this.work(this.begun + 1)).end();
    return await result;
  }

  #compress(input: Uint8Array, coding: ContentCoding): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const output = Buffer.alloc(1000, `${coding} ${input[0]} ${this.#begun.length}`);
      this.#begun.push({ end: () => resolve(output), fail: () => reject(new Error("no memory")) });
      this.#waiter();
    });
  }
}

describe("what comes out", () => {
  test("of a file that is held in memory is the same as of one that is read, and made once", async () => {
    const path = tree.path("ten.txt");
    const contents = readFileSync(path);
    const held = (): OpenedFile => new OpenedFile(-1, statSync(path), null, contents);
    const compressor = new Compressor();
    const first = await compressor.get(held(), "gzip");
    const again = compressor.get(held(), "gzip");
    expect(gunzipSync(first!.bytes).equals(contents)).toBe(true);
    expect(again).not.toBeInstanceOf(Promise);
    expect((again as CompressedBytes).fingerprint).toBe(first!.fingerprint);
  });

  test.each([...CONTENT_CODINGS])(
    "%s is what went in, made smaller, and the same each time",
    async (coding) => {
      const compressor = new Compressor();
      const first = await compressor.get(open("ten.txt"), coding);
      const again = await new Compressor().get(open("ten.txt"), coding);
      expect(DECODERS[coding](first!.bytes).toString()).toBe(text(10_000));
      expect(first!.bytes.length).toBeLessThan(5000);
      expect(again!.fingerprint).toBe(first!.fingerprint);
      expect(first!.bytes.buffer.byteLength).toBe(first!.bytes.length);
    },
  );

  test("each coding and each content has a fingerprint of its own", async () => {
    const compressor = new Compressor();
    const all = CONTENT_CODINGS.flatMap((coding) =>
      ["0.txt", "1.txt", "ten.txt"].map((name) => compressor.get(open(name), coding)),
    );
    const fingerprints = (await Promise.all(all)).map((compressed) => compressed!.fingerprint);
    expect(new Set(fingerprints).size).toBe(9);
  });

  test("a file is read from its beginning, and stays where it was", async () => {
    const file = open("ten.txt");
    file.read(5000);
    const compressed = await new Compressor().get(file, "gzip");
    expect(gunzipSync(compressed!.bytes).toString()).toBe(text(10_000));
    expect(file.remaining).toBe(5000);
  });

  test("nothing where it would be no smaller, and that is remembered", async () => {
    let calls = 0;
    const compressor = new Compressor(
      {},
      {
        ...later,
        compress: (input, coding) => {
          calls++;
          return compressBytes(input, coding);
        },
      },
    );
    for (const coding of CONTENT_CODINGS) {
      expect(await compressor.get(open("noise.bin"), coding)).toBeUndefined();
      expect(compressor.get(open("noise.bin"), coding)).toBeUndefined();
    }
    expect(calls).toBe(3);
    expect(compressor.bytes).toBe(3 * ENTRY_BYTES);
  });

  test("nothing for files that are too small or too large, which are not even looked at", () => {
    const compressor = new Compressor({ minFileBytes: 4001, maxFileBytes: 9999 });
    const file = open("0.txt");
    expect(file.size).toBe(4000);
    expect(compressor.get(file, "br")).toBeUndefined();
    expect(compressor.get(open("ten.txt"), "br")).toBeUndefined();
    expect([4000, 4001, 9999, 10_000].map((size) => compressor.takes(size))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test("compressBytes() gives nothing for nothing", async () => {
    for (const coding of CONTENT_CODINGS) {
      expect(await compressBytes(new Uint8Array(0), coding)).toBeNull();
      expect(await compressBytes(new Uint8Array(1), coding)).toBeNull();
      expect(await compressBytes(new Uint8Array(2), coding)).toBeNull();
    }
  });
});

describe("one state of a file", () => {
  test("is compressed once, however many ask meanwhile and afterwards", async () => {
    const bench = new Workbench();
    const results = [1, 2, 3].map(() => bench.compressor.get(open("0.txt"), "br"));
    (await bench.work(1)).end();
    const [first, ...others] = await Promise.all(results);
    const kept = bench.compressor.get(open("0.txt"), "br");
    expect(kept).not.toBeInstanceOf(Promise);
    for (const other of [...others, kept as CompressedBytes]) {
      expect(other!.fingerprint).toBe(first!.fingerprint);
      expect(other!.bytes.buffer).toBe(first!.bytes.buffer);
    }
    expect(bench.begun).toBe(1);
    expect(bench.compressor.bytes).toBe(1000 + ENTRY_BYTES);
  });

  test("is another one in each coding", async () => {
    const bench = new Workbench();
    const results = [bench.compressor.get(open("0.txt"), "br"), bench.compressor.get(open("0.txt"), "gzip")];
    await bench.work(2);
    expect(bench.compressor.pending).toBe(2);
    (await bench.work(1)).end();
    (await bench.work(2)).end();
    const [br, gzip] = await Promise.all(results);
    expect(br!.fingerprint).not.toBe(gzip!.fingerprint);
  });

  test("is known by what was opened, not by its name", async () => {
    const bench = new Workbench();
    using other = new Tree({ "old.txt": text(4000), "new.txt": text(4000, 1) });
    const root = new DocumentRoot(other.root, { followSymlinks: false });
    for (const name of ["old.txt", "new.txt"]) other.setModified(name, 1_000_000_000);
    using old = root.open(other.path("old.txt")) as OpenedFile;
    using young = root.open(other.path("new.txt")) as OpenedFile;
    void bench.compressor.get(old, "br");
    void bench.compressor.get(young, "br");
    expect(bench.compressor.pending).toBe(2);
    for (const count of [1, 2]) (await bench.work(count)).end();
  });

  test("is gone when the file is written to, also with the same length and time", async () => {
    const bench = new Workbench();
    using other = new Tree({ "a.txt": text(4000) });
    const path = other.path("a.txt");
    const root = new DocumentRoot(other.root, { followSymlinks: false });
    other.setModified("a.txt", 1_000_000_000);
    const opened = (): OpenedFile => root.open(path) as OpenedFile;
    using before = opened();
    const first = bench.compressor.get(before, "br");
    (await bench.work(1)).end();
    await first;
    const { ctimeNs } = statSync(path, { bigint: true });
    do {
      other.add({ "a.txt": text(4000, 1) });
      other.setModified("a.txt", 1_000_000_000);
    } while (statSync(path, { bigint: true }).ctimeNs === ctimeNs);
    using after = opened();
    const second = bench.compressor.get(after, "br");
    expect(second).toBeInstanceOf(Promise);
    (await bench.work(2)).end();
    expect((await second)!.fingerprint).not.toBe((await first)!.fingerprint);
  });

  test("is not kept when the file has just been written: it could change again and look the same", async () => {
    const bench = new Workbench({}, { isYoung: true });
    using other = new Tree({ "a.txt": text(4000) });
    const root = new DocumentRoot(other.root, { followSymlinks: false });
    for (const count of [1, 2]) {
      using file = root.open(other.path("a.txt")) as OpenedFile;
      const result = bench.compressor.get(file, "br");
      (await bench.work(count)).end();
      const compressed = await result;
      expect(bench.compressor.bytes).toBe(1000 + ENTRY_BYTES);
      compressed!.bytes.close();
      expect(bench.compressor.bytes).toBe(0);
    }
  });

  const changes: [name: string, change: (path: string) => void][] = [
    ["cut short", (path) => truncateSync(path, 10)],
    ["emptied", (path) => truncateSync(path, 0)],
    ["made longer", (path) => writeFileSync(path, text(5000), { flag: "a" })],
    ["written over", (path) => writeFileSync(path, text(4000, 1))],
  ];
  test.each(changes)("is given up when the file is %s before it has been read", async (_name, change) => {
    const bench = new Workbench({ maxRunning: 1 });
    using other = new Tree({ "a.txt": text(4000) });
    other.setModified("a.txt", 1_000_000_000);
    const root = new DocumentRoot(other.root, { followSymlinks: false });
    using file = root.open(other.path("a.txt")) as OpenedFile;
    const before = bench.compressor.get(open("0.txt"), "br");
    const result = bench.compressor.get(file, "br");
    change(other.path("a.txt"));
    (await bench.work(1)).end();
    await before;
    expect(await result).toBeUndefined();
    expect(bench.begun).toBe(1);
  });
});

test("a file whose length has changed since it was opened is not begun: it would be read in part", () => {
  const bench = new Workbench();
  using other = new Tree({ "a.txt": text(4000) });
  using file = new DocumentRoot(other.root, { followSymlinks: false }).open(
    other.path("a.txt"),
  ) as OpenedFile;
  for (const length of [5000, 3000]) {
    other.add({ "a.txt": text(length) });
    expect(bench.compressor.get(file, "br")).toBeUndefined();
  }
});

describe("memory", () => {
  test("holds what was asked for last", async () => {
    const bench = new Workbench({ maxBytes: 3 * (1000 + ENTRY_BYTES) + 3000 });
    const { compressor } = bench;
    for (const name of ["0.txt", "1.txt", "2.txt", "3.txt"]) (await bench.finished(name))!.bytes.close();
    (compressor.get(open("0.txt"), "br") as CompressedBytes).bytes.close();
    for (const name of ["4.txt", "5.txt"]) (await bench.finished(name))!.bytes.close();
    expect(compressor.bytes).toBe(4 * (1000 + ENTRY_BYTES));
    for (const name of ["3.txt", "0.txt", "4.txt", "5.txt"]) {
      const kept = compressor.get(open(name), "br");
      expect(kept).not.toBeInstanceOf(Promise);
      (kept as CompressedBytes).bytes.close();
    }
    expect((await bench.finished("1.txt"))!.bytes.length).toBe(1000);
  });

  test("holds what is on its way to a client, so that the same is never there twice", async () => {
    const bench = new Workbench({ maxBytes: 2 * (1000 + ENTRY_BYTES) + 3000 });
    const held = (await bench.finished("0.txt"))!;
    for (const name of ["1.txt", "2.txt", "3.txt", "4.txt"]) (await bench.finished(name))!.bytes.close();
    const again = bench.compressor.get(open("0.txt"), "br") as CompressedBytes;
    expect(again.bytes.buffer).toBe(held.bytes.buffer);
    again.bytes.close();
    held.bytes.close();
    for (const name of ["1.txt", "2.txt", "3.txt"]) (await bench.finished(name))!.bytes.close();
    expect(bench.compressor.get(open("0.txt"), "br")).toBeInstanceOf(Promise);
    (await bench.work(bench.begun + 1)).end();
  });

  test("is never more than it may be, and where others hold it all, there is nothing", async () => {
    const maxBytes = 4000 + ENTRY_BYTES + 1500;
    const bench = new Workbench({ maxBytes });
    const held = await bench.finished("0.txt");
    expect(bench.compressor.bytes).toBe(1000 + ENTRY_BYTES);
    expect(bench.compressor.get(open("1.txt"), "br")).toBeUndefined();
    held!.bytes.close();
    held!.bytes.close();
    expect(bench.compressor.heldBytes).toBe(0);
    const other = await bench.finished("1.txt");
    expect(other).toBeDefined();
    expect(bench.compressor.bytes).toBeLessThanOrEqual(maxBytes);
  });

  test("is reserved for what is being made", async () => {
    const bench = new Workbench({ maxBytes: 2 * (4000 + ENTRY_BYTES) });
    const results = ["0.txt", "1.txt"].map((name) => bench.compressor.get(open(name), "br"));
    expect(bench.compressor.get(open("2.txt"), "br")).toBeUndefined();
    for (const count of [1, 2]) (await bench.work(count)).end();
    for (const compressed of await Promise.all(results)) compressed!.bytes.close();
    expect((await bench.finished("2.txt"))!.bytes.length).toBe(1000);
  });

  test("is not had by what is ready when others hold by then what was only kept", async () => {
    const bench = new Workbench({ maxBytes: 4000 + ENTRY_BYTES });
    for (const name of ["0.txt", "1.txt"]) (await bench.finished(name))!.bytes.close();
    const result = bench.compressor.get(open("2.txt"), "br");
    const held = ["0.txt", "1.txt"].map((name) => bench.compressor.get(open(name), "br") as CompressedBytes);
    (await bench.work(3)).end();
    expect(await result).toBeUndefined();
    expect(bench.compressor.bytes).toBe(2 * (1000 + ENTRY_BYTES));
    for (const compressed of held) compressed.bytes.close();
  });

  test("a limit that is none is told", () => {
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new Compressor({ maxBytes: value })).toThrow(
        new RangeError(`maxBytes must be a whole number from 0, not ${value}`),
      );
    }
  });
});

describe("work", () => {
  test("is done for so many at a time; others wait in order, and beyond that there is nothing", async () => {
    const bench = new Workbench({ maxRunning: 2, maxWaiting: 2 });
    const results = ["0.txt", "1.txt", "2.txt", "3.txt"].map((name) =>
      bench.compressor.get(open(name), "br"),
    );
    expect(bench.compressor.get(open("4.txt"), "br")).toBeUndefined();
    const joined = bench.compressor.get(open("3.txt"), "br");
    await bench.work(2);
    expect(bench.compressor.pending).toBe(4);
    for (const count of [1, 2, 3, 4]) (await bench.work(count)).end();
    const all = await Promise.all([...results, joined]);
    expect(all.map((compressed) => compressed!.bytes.length)).toEqual([1000, 1000, 1000, 1000, 1000]);
    expect(bench.begun).toBe(4);
    expect(bench.compressor.pending).toBe(0);
  });

  test("takes its place over from who was before, so that there is never more of it", async () => {
    const bench = new Workbench({ maxRunning: 1, maxWaiting: 1 });
    const results = ["0.txt", "1.txt"].map((name) => bench.compressor.get(open(name), "br"));
    (await bench.work(1)).end();
    await bench.work(2);
    const waiting = bench.compressor.get(open("2.txt"), "br");
    expect(bench.compressor.get(open("3.txt"), "br")).toBeUndefined();
    (await bench.work(2)).end();
    (await bench.work(3)).end();
    expect((await Promise.all([...results, waiting])).map((made) => made!.bytes.length)).toEqual([
      1000, 1000, 1000,
    ]);
  });

  test("that fails gives nothing to all who wait, frees its place, and is tried again", async () => {
    const bench = new Workbench({ maxRunning: 1 });
    const results = [1, 2].map(() => bench.compressor.get(open("0.txt"), "br"));
    const next = bench.compressor.get(open("1.txt"), "br");
    (await bench.work(1)).fail();
    expect(await Promise.all(results)).toEqual([undefined, undefined]);
    (await bench.work(2)).end();
    expect((await next)!.bytes.length).toBe(1000);
    expect(bench.compressor.bytes).toBe(1000 + ENTRY_BYTES);
    expect((await bench.finished("0.txt"))!.bytes.length).toBe(1000);
  });

  test("on a file that has been closed is not begun", () => {
    const bench = new Workbench();
    const file = open("0.txt");
    file.close();
    expect(bench.compressor.get(file, "br")).toBeUndefined();
    expect(bench.compressor.pending).toBe(0);
  });

  test.each([...CONTENT_CODINGS])("in %s leaves the event loop to others", async (coding) => {
    const input = Buffer.from(text(2 ** 20).repeat(3));
    let turns = 0;
    let isDone = false;
    const compressing = compressBytes(input, coding).finally(() => (isDone = true));
    while (!isDone) {
      turns++;
      await new Promise(setImmediate);
    }
    expect(DECODERS[coding]((await compressing)!).equals(input)).toBe(true);
    expect(turns).toBeGreaterThan(10);
  });
});
