/** What a site says to browsers, and what Chromium makes of it. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type Serving, startCommand } from "../cli/support/command.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { Browser, BROWSER_NAMES, type Page } from "./support/browser.ts";

// A browser takes its time to start, above all beside other tests.
setDefaultTimeout(60_000);

/** What a script gets of a request: the status, a field and the text, or that it is kept from it. */
function fetched(url: string, init: string): string {
  return `fetch(${JSON.stringify(url)}, ${init}).then(
    async (response) => [response.status, response.headers.get("Content-Length"), await response.text()],
    (error) => error.name,
  )`;
}

const PASSWORD = `{ headers: { Authorization: "Basic " + btoa("ada:secret") } }`;

describeWith(BROWSER_NAMES, "Chromium and a site", (path) => {
  let browser: Browser;
  let tree: Tree;
  /** Where the page is from, and the servers of other origins that it asks. */
  let home: Serving;
  let open: Serving;
  let closed: Serving;
  let narrow: Serving;
  let page: Page;

  beforeAll(async () => {
    tree = new Tree({
      "index.html": "<!DOCTYPE html><title>App</title><script>document.title += location.pathname</script>",
      "404.html": "<!DOCTYPE html><title>Nothing here</title>",
      "a.txt": "hello",
    });
    const serve = (...args: string[]) => startCommand(["-q", "-d", tree.root, ...args]);
    home = await serve("--isolate", "--spa");
    open = await serve("--cors", "--isolate");
    closed = await serve("--auth", "bob:other");
    narrow = await serve("--cors", home.url, "--auth", "ada:secret");
    browser = await Browser.launch(path);
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    for (const serving of [home, open, closed, narrow]) await serving?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  beforeEach(() => {
    page = browser.open();
  });

  afterEach(() => page[Symbol.dispose]());

  test("a page is isolated where it is asked for, and has shared memory then", async () => {
    await page.goTo(home.url);
    expect(await page.evaluate("[crossOriginIsolated, typeof SharedArrayBuffer]")).toEqual([
      true,
      "function",
    ]);
    await page.goTo(`${open.url}missing`);
    expect(await page.evaluate("[document.title, crossOriginIsolated]")).toEqual(["Nothing here", true]);
  });

  test("a script reads what all may read, also from an isolated page", async () => {
    await page.goTo(home.url);
    expect(await page.evaluate(fetched(`${open.url}a.txt`, "{}"))).toEqual([200, "5", "hello"]);
    const missing = await page.evaluate<unknown[]>(fetched(`${open.url}missing`, "{}"));
    expect(missing[0]).toBe(404);
  });

  test("a script reads nothing where nobody said that it may", async () => {
    await page.goTo(home.url);
    expect(await page.evaluate(fetched(`${closed.url}a.txt`, "{}"))).toBe("TypeError");
  });

  test("a script of the site that is named gets in with its password, after a preflight without one", async () => {
    await page.goTo(home.url);
    expect(await page.evaluate(fetched(`${narrow.url}a.txt`, PASSWORD))).toEqual([200, "5", "hello"]);
    const without = await page.evaluate<unknown[]>(fetched(`${narrow.url}a.txt`, "{ cache: 'no-store' }"));
    expect(without[0]).toBe(401);
    await page.goTo(open.url);
    expect(await page.evaluate(fetched(`${narrow.url}a.txt`, PASSWORD))).toBe("TypeError");
  });

  test("a page that is not there is the application's, and a script that is not there is not", async () => {
    await page.goTo(`${home.url}users/7`);
    expect(await page.evaluate("[document.title, location.pathname]")).toEqual(["App/users/7", "/users/7"]);
    const asset = await page.evaluate<unknown[]>(fetched("/missing.js", "{}"));
    expect(asset[0]).toBe(404);
    const data = await page.evaluate<unknown[]>(fetched("/users/7", "{}"));
    expect(data[0]).toBe(404);
  });
});
