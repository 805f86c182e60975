/** A sound that is too long to be loaded whole: Chromium plays it, and winds it by ranges. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { describeWith } from "../support/programs.ts";
import { type FileSite, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";
import { Browser, BROWSER_NAMES } from "./support/browser.ts";

// A browser takes its time to start, above all beside other tests.
setDefaultTimeout(60_000);

const RATE = 44_100;
const BYTES_PER_SECOND = RATE * 2;
const HEAD_BYTES = 44;
const SECONDS = 600;
/** From there on the sound is not silent. */
const LOUD_AT = 480;
const LOUDNESS = 0.5;
const SIZE = HEAD_BYTES + SECONDS * BYTES_PER_SECOND;

/** The head of a WAV file: one channel of 16 bits. */
function wavHead(): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write("RIFF", 0);
  head.writeUInt32LE(SIZE - 8, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(BYTES_PER_SECOND, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(SIZE - HEAD_BYTES, 40);
  return head;
}

/** Writes silence, which takes no room on the disk, and a loud end. */
function writeSound(path: string): void {
  const fd = openSync(path, "w");
  ftruncateSync(fd, SIZE);
  writeSync(fd, wavHead(), 0, HEAD_BYTES, 0);
  const loud = new Int16Array((SECONDS - LOUD_AT) * RATE).fill(LOUDNESS * 0x8000);
  writeSync(fd, new Uint8Array(loud.buffer), 0, loud.byteLength, HEAD_BYTES + LOUD_AT * BYTES_PER_SECOND);
  closeSync(fd);
}

interface Answer {
  readonly range: string;
  readonly status: number;
  contentRange: string;
}

/** What was asked of the sound, and how that was answered. */
let answers: Answer[] = [];

class Noting extends QuietFiles {
  override send_response(code: number, message?: string | null): void {
    if (this.path === "/sound.wav") {
      answers.push({ range: this.headers.get("Range", ""), status: Number(code), contentRange: "" });
    }
    super.send_response(code, message);
  }

  override send_header(name: string, value: string): void {
    if (name === "Content-Range") answers.at(-1)!.contentRange = value;
    super.send_header(name, value);
  }
}

const PAGE = `<!DOCTYPE html>
<title>A sound</title>
<button>Play</button>
<audio src="sound.wav" preload="metadata"></audio>
<script>
  const sound = document.querySelector("audio");
  const happened = (name) => new Promise((resolve, reject) => {
    sound.addEventListener(name, () => resolve(sound.currentTime), { once: true });
    sound.addEventListener("error", () => reject(new Error(sound.error.message)), { once: true });
  });
  const hasBegun = happened("playing");

  let analyser;
  // Browsers make no noise before somebody has touched the page.
  document.querySelector("button").onclick = () => {
    const context = new AudioContext();
    analyser = context.createAnalyser();
    context.createMediaElementSource(sound).connect(analyser).connect(context.destination);
    sound.play();
  };

  const loudness = () => {
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.max(...samples);
  };
</script>
`;

describeWith(BROWSER_NAMES, "Chromium and a long sound", (path) => {
  let browser: Browser;
  let tree: Tree;
  let site: FileSite;

  beforeAll(async () => {
    tree = new Tree({ "index.html": PAGE });
    writeSound(tree.path("sound.wav"));
    site = await serveFiles(Noting.with({ directory: tree.root }));
    browser = await Browser.launch(path);
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  test("it plays the beginning, asks for the part that it is wound to, and plays what is there", async () => {
    using page = browser.open();
    await page.goTo(`http://127.0.0.1:${site.port}/`);
    await page.until("sound.readyState >= HTMLMediaElement.HAVE_METADATA");
    expect(await page.evaluate("sound.duration")).toBe(SECONDS);
    await page.click("button");
    await page.evaluate("hasBegun");
    await page.until("sound.currentTime > 0.1");
    expect(await page.evaluate("loudness()")).toBe(0);
    // What is there has not been loaded yet: nothing but a range can bring it.
    expect(await page.evaluate("sound.buffered.end(sound.buffered.length - 1)")).toBeLessThan(LOUD_AT);

    answers = [];
    const wound = `(sound.currentTime = ${LOUD_AT}, happened("seeked"))`;
    expect(await page.evaluate(wound)).toBeGreaterThanOrEqual(LOUD_AT);
    expect(answers.length).toBeGreaterThan(0);
    for (const { range, status, contentRange } of answers) {
      const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
      expect([status, contentRange]).toEqual([206, `bytes ${start}-${end || SIZE - 1}/${SIZE}`]);
    }
    const starts = answers.map(({ range }) => Number(/\d+/.exec(range)));
    expect(Math.max(...starts)).toBeGreaterThan(SIZE / 2);
    await page.until(`loudness() > ${LOUDNESS * 0.9}`);
    expect(await page.evaluate("sound.currentTime")).toBeGreaterThan(LOUD_AT);
  });
});
