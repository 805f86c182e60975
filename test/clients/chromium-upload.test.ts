/** Files that are dropped on the listing of a real server: they are in the folder, whole, and on the page. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { describeWith } from "../support/programs.ts";
import { pattern } from "../support/site.ts";
import { UploadSite } from "../support/upload-site.ts";
import { Browser, BROWSER_NAMES, type Page } from "./support/browser.ts";

// A browser takes its time to start, above all beside other tests.
setDefaultTimeout(60_000);

const ODD_NAME = "Grüße & 100%?#.bin";
/** Every byte there is, and more than one write takes. */
const CONTENT = pattern(3_000_000);

const NAMES = "[...document.querySelectorAll('.list a')].map((link) => link.textContent)";
const REPORT = "[...document.querySelectorAll('.up li')].map((row) => row.lastChild.textContent)";

describeWith(BROWSER_NAMES, "Chromium and a folder that takes uploads", (path) => {
  let browser: Browser;
  let site: UploadSite;
  let page: Page;

  beforeAll(async () => {
    browser = await Browser.launch(path);
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    site = await UploadSite.start({
      "www/inbox/there.txt": "the old one",
      "own/there.txt": "the new one",
      "own/empty": "",
      [`own/${ODD_NAME}`]: CONTENT,
    });
    page = browser.open();
    await page.goTo(`http://127.0.0.1:${site.port}/inbox/`);
  });

  afterEach(async () => {
    page[Symbol.dispose]();
    await site[Symbol.asyncDispose]();
  });

  async function drop(...names: string[]): Promise<void> {
    const files = names.map((name) => site.tree.path(`own/${name}`));
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await page.debug("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    }
  }

  test("what is dropped is in the folder byte for byte, and the page lists it", async () => {
    const reloaded = new Promise<void>((resolve) => {
      page.onEvent("Page.frameStoppedLoading", () => resolve());
    });
    await drop(ODD_NAME, "empty");
    await reloaded;
    expect(await page.evaluate(NAMES)).toEqual(["empty", ODD_NAME, "there.txt"]);
    expect(Object.keys(site.contents("www/inbox")).sort()).toEqual([ODD_NAME, "empty", "there.txt"]);
    expect(readFileSync(site.tree.path(`www/inbox/${ODD_NAME}`)).equals(CONTENT)).toBe(true);
    expect(readFileSync(site.tree.path("www/inbox/empty")).length).toBe(0);
  });

  test("what is there already stays as it is, and the page says so", async () => {
    await drop("there.txt");
    await page.until(`${REPORT}.some((state) => state.startsWith("Failed"))`);
    expect(await page.evaluate(REPORT)).toEqual(["Failed: exists already"]);
    expect(site.contents("www/inbox")).toEqual({ "there.txt": "the old one" });
  });
});
