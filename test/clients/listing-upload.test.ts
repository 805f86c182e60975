/** The upload area of a listing, as people use it, before a handler that takes files or refuses them. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import axe from "axe-core";
import { pageEnd, type PageFrame, pagePolicy, pageStart } from "../../src/files/listing/page.ts";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { startServer } from "../support/client.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { Browser, BROWSER_NAMES, type Page } from "./support/browser.ts";

// A browser takes its time to start, above all beside other tests.
setDefaultTimeout(60_000);

const FRAME: PageFrame = {
  displayPath: "/",
  names: [],
  order: { key: "name", isDescending: false },
  count: 0,
  canUpload: true,
};

/** What a file of this name is answered with; 0 is an answer that breaks off. */
const ANSWERS: Readonly<Record<string, number>> = {
  "new.txt": 201,
  "replaced.txt": 204,
  "there.txt": 409,
  "large.txt": 413,
  "full.txt": 507,
  "broken.txt": 500,
  "lost.txt": 0,
  "Gr\u00fc\u00dfe & 100%?#.txt": 201,
};

/** What arrived: method, target and body, or the files of a form. */
let arrived: unknown[] = [];
let pagesSent = 0;

class StandIn extends SimpleHTTPRequestHandler {
  override log_message(): void {}

  override log_error(): void {}

  override do_GET(): void {
    pagesSent++;
    this.send_response(200);
    this.send_header("Content-Type", "text/html; charset=utf-8");
    this.send_header("Content-Security-Policy", pagePolicy(true));
    this.end_headers();
    this.wfile.write(pageStart(FRAME) + pageEnd(FRAME));
  }

  override async do_PUT(): Promise<void> {
    const body = Buffer.from(await this.rfile.read()).toString();
    arrived.push(["PUT", this.path, body]);
    const status = ANSWERS[decodeURIComponent(this.path.slice(1))]!;
    this.send_response(status || 201);
    if (status === 0) this.send_header("Content-Length", "1000");
    this.end_headers();
  }

  override async do_POST(): Promise<void> {
    const type = this.headers.get("Content-Type", "");
    const form = await new Response(await this.rfile.read(), {
      headers: { "Content-Type": type },
    }).formData();
    for (const file of form.getAll("file") as unknown as File[]) {
      arrived.push(["POST", file.name, await file.text()]);
    }
    this.send_response(303);
    this.send_header("Location", "./?done");
    this.end_headers();
  }
}

const REPORT =
  "[...document.querySelectorAll('.up li')].map((row) => [row.firstChild.textContent, row.lastChild.textContent])";
const IS_OVER = `!document.querySelector('.up li') || ${REPORT}.every(([, text]) => /^(?:done|Failed|Left out)/.test(text))`;

describeWith(BROWSER_NAMES, "The upload area in Chromium", (path) => {
  let browser: Browser;
  let tree: Tree;
  let started: Awaited<ReturnType<typeof startServer>>;
  let page: Page;

  beforeAll(async () => {
    tree = new Tree({ "folder/x": "" });
    for (const name of Object.keys(ANSWERS)) tree.add({ [name]: `This is ${name}` });
    started = await startServer(StandIn);
    browser = await Browser.launch(path);
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await started?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  beforeEach(async () => {
    page = browser.open();
    await page.goTo(`http://127.0.0.1:${started.port}/`);
    arrived = [];
    pagesSent = 0;
  });

  afterEach(() => page[Symbol.dispose]());

  async function drop(...names: string[]): Promise<void> {
    const data = { items: [], files: names.map((name) => tree.path(name)), dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver"]) {
      await page.debug("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    }
    expect(await page.evaluate("document.querySelector('.up').className")).toBe("up over");
    await page.debug("Input.dispatchDragEvent", { type: "drop", x: 300, y: 300, data });
  }

  async function choose(...names: string[]): Promise<void> {
    const { root } = await page.debug<{ root: { nodeId: number } }>("DOM.getDocument");
    const { nodeId } = await page.debug<{ nodeId: number }>("DOM.querySelector", {
      nodeId: root.nodeId,
      selector: "#upload",
    });
    await page.debug("DOM.setFileInputFiles", { nodeId, files: names.map((name) => tree.path(name)) });
  }

  test("files that are dropped are sent, whatever they are called, and then the page is loaded anew", async () => {
    const odd = "Gr\u00fc\u00dfe & 100%?#.txt";
    const loaded = new Promise<void>((resolve) => page.onEvent("Page.frameStoppedLoading", () => resolve()));
    await drop("new.txt", "replaced.txt", odd);
    await loaded;
    expect(arrived.sort()).toEqual([
      ["PUT", `/${encodeURIComponent(odd)}`, `This is ${odd}`],
      ["PUT", "/new.txt", "This is new.txt"],
      ["PUT", "/replaced.txt", "This is replaced.txt"],
    ]);
    expect(pagesSent).toBe(1);
  });

  test("what is refused is said, file by file, and stays to be read", async () => {
    await drop("new.txt", "there.txt", "large.txt", "full.txt", "broken.txt", "lost.txt");
    await page.until(IS_OVER);
    expect(await page.evaluate(REPORT)).toEqual([
      ["new.txt", "done"],
      ["there.txt", "Failed: exists already"],
      ["large.txt", "Failed: too large"],
      ["full.txt", "Failed: no room left on the server"],
      ["broken.txt", "Failed: the server could not write it"],
      ["lost.txt", "Failed: the connection broke off"],
    ]);
    expect(pagesSent).toBe(0);
  });

  test("a folder is left out, and said so", async () => {
    await drop("folder", "new.txt");
    await page.until(`${IS_OVER} && ${REPORT}.length === 2`);
    expect(await page.evaluate(REPORT)).toEqual([
      ["new.txt", "done"],
      ["folder", "Left out: a folder"],
    ]);
    expect(arrived).toEqual([["PUT", "/new.txt", "This is new.txt"]]);
  });

  test("every file has a progress bar with a name", async () => {
    await drop("there.txt", "new.txt");
    const bars =
      "[...document.querySelectorAll('.up progress')].map((bar) => [bar.getAttribute('aria-label'), bar.max])";
    expect(await page.evaluate(bars)).toEqual([
      ["Upload of there.txt", 1],
      ["Upload of new.txt", 1],
    ]);
    await page.until(IS_OVER);
  });

  test("files that are chosen are sent in the same way", async () => {
    await choose("there.txt");
    await page.click(".up button");
    await page.until(`${REPORT}.length === 1 && ${IS_OVER}`);
    expect(await page.evaluate(REPORT)).toEqual([["there.txt", "Failed: exists already"]]);
  });

  test("without scripts the form sends them", async () => {
    await page.debug("Emulation.setScriptExecutionDisabled", { value: true });
    await page.goTo(`http://127.0.0.1:${started.port}/`);
    await choose("new.txt", "there.txt");
    await page.debug("Emulation.setScriptExecutionDisabled", { value: false });
    const loaded = new Promise<void>((resolve) => page.onEvent("Page.frameStoppedLoading", () => resolve()));
    await page.evaluate("document.querySelector('.up form').submit()");
    await loaded;
    expect(arrived).toEqual([
      ["POST", "new.txt", "This is new.txt"],
      ["POST", "there.txt", "This is there.txt"],
    ]);
    expect(await page.evaluate("location.search")).toBe("?done");
  });

  test("it has no accessibility faults", async () => {
    await drop("there.txt", "folder");
    await page.until(`${REPORT}.length === 2 && ${IS_OVER}`);
    await page.debug("Runtime.evaluate", { expression: axe.source });
    const found =
      "axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))";
    expect(await page.evaluate(found)).toEqual([]);
  });
});
