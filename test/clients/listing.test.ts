/** The listing's page as people use it, in a browser: by pointer, by keyboard, by assistive technology. */

import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import axe from "axe-core";
import { pageEnd, type PageFrame, pageStart, rowEnd, rowStart } from "../../src/files/listing/page.ts";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { startServer } from "../support/client.ts";
import { listedEntries } from "../support/listing.ts";
import { describeWith } from "../support/programs.ts";
import { linkTo, Tree } from "../support/tree.ts";
import { Browser, BROWSER_NAMES, type Page } from "./support/browser.ts";

// A browser takes its time to start, above all beside other tests.
setDefaultTimeout(60_000);

class QuietHandler extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

const ENTRIES = 20_000;

/** The page of a directory that would be tedious to make. */
class HugeHandler extends QuietHandler {
  override do_GET(): void {
    const frame: PageFrame = {
      displayPath: "/",
      names: [],
      order: { key: "name", isDescending: false },
      count: ENTRIES,
      canUpload: false,
    };
    this.send_response(200);
    this.send_header("Content-Type", "text/html; charset=utf-8");
    this.end_headers();
    this.wfile.write(pageStart(frame));
    let rows = "";
    for (let index = 0; index < ENTRIES; index++) {
      const name = `entry-${String(index).padStart(5, "0")}.txt`;
      rows += rowStart({ name, isDirectory: false, isLink: false }) + rowEnd(ENTRIES - index, index * 1000);
    }
    this.wfile.write(rows + pageEnd(frame));
  }
}

const README = `# What is here

Some **text** with a [link](sub/), an image ![red](red.png), \`code\` and <b>markup</b>.

| a | b |
| - | - |
| 1 | 2 |

- [x] done

\`\`\`ts
const a = 1;
\`\`\`

## <img src=x onerror="document.title=1">

[a script](javascript:document.title=1) ![from elsewhere](http://elsewhere.test/track.png)
`;

const LONG_NAME = `${"long-".repeat(50)}.text`;

const SHOWN =
  "[...document.querySelectorAll('.list>li:not([hidden])>a')].map((link) => link.getAttribute('href'))";
const FOCUSED = "document.activeElement.getAttribute('href')";
const COUNT = "document.querySelector('.count').textContent";

const WIDE = { width: 1000, height: 700, deviceScaleFactor: 1, mobile: false };
const PHONE = { width: 360, height: 640, deviceScaleFactor: 2, mobile: true };

const LOOKS: readonly [what: string, screen: typeof WIDE, scheme: string][] = [
  ["wide and light", WIDE, "light"],
  ["wide and dark", WIDE, "dark"],
  ["on a phone, light", PHONE, "light"],
  ["on a phone, dark", PHONE, "dark"],
];

describeWith(BROWSER_NAMES, "The listing in Chromium", (path) => {
  let browser: Browser;
  let tree: Tree;
  let started: Awaited<ReturnType<typeof startServer>>;
  let url: string;
  let page: Page;
  /** What the page and the browser complained about. */
  let complaints: string[];
  /** What was asked for over the network. */
  let requests: string[];

  beforeAll(async () => {
    tree = new Tree({
      "README.md": README,
      "red.png": Buffer.from(
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9ZqpTxgAAAABJRU5ErkJggg==",
        "base64",
      ),
      "sub/B.txt": "bb",
      "sub/a.txt": "a".repeat(3000),
      "sub/c/": null,
      "sub/d.txt": "dd",
      "sub/link": linkTo("a.txt"),
      "sub/\u{1f600}\uff21 \u202ea&b\n": "",
      "sub/\uff21": "1",
      "odd/\u05e9\u05dc\u05d5\u05dd.txt": "",
      [`odd/${LONG_NAME}`]: "",
      "empty/": null,
    });
    for (const [index, name] of ["d.txt", "a.txt", "c", "B.txt"].entries()) {
      tree.setModified(`sub/${name}`, 1_700_000_060 + index * 60);
    }
    started = await startServer(QuietHandler.with({ directory: tree.root }));
    url = `http://127.0.0.1:${started.port}/`;
    browser = await Browser.launch(path);
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await started?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  beforeEach(async () => {
    page = browser.open();
    complaints = [];
    requests = [];
    await page.goTo("about:blank");
    page.onEvent("Log.entryAdded", ({ entry }: { entry: { text: string } }) => complaints.push(entry.text));
    page.onEvent("Runtime.exceptionThrown", (thrown) => complaints.push(JSON.stringify(thrown)));
    page.onEvent("Runtime.consoleAPICalled", (call) => complaints.push(JSON.stringify(call)));
    page.onEvent("Network.requestWillBeSent", ({ request }: { request: { url: string } }) => {
      if (!request.url.startsWith("data:")) requests.push(request.url);
    });
    for (const domain of ["Log", "Runtime", "Network"]) await page.debug(`${domain}.enable`);
  });

  afterEach(() => {
    page[Symbol.dispose]();
    expect(complaints).toEqual([]);
  });

  async function look(screen: typeof WIDE, scheme: string): Promise<void> {
    await page.debug("Emulation.setDeviceMetricsOverride", screen);
    await page.debug("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
  }

  test("it fetches nothing but itself, and the images of its README that are beside it", async () => {
    await page.goTo(`${url}sub/`);
    expect(requests).toEqual([`${url}sub/`]);
    requests = [];
    await page.goTo(url);
    expect(requests.sort()).toEqual([url, `${url}red.png`]);
    expect(await page.evaluate("document.querySelector('.text img').naturalWidth")).toBe(3);
    expect(await page.evaluate("document.title")).toBe("Directory listing for /");
  });

  test("it runs no script but its own, whatever gets into it", async () => {
    await page.goTo(`${url}sub/`);
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'it ran'";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=\\"document.title = 'it ran'\\">");
    })()`);
    await page.until("document.images[0].complete");
    expect(await page.evaluate("document.title")).toBe("Directory listing for /sub/");
    expect(complaints.filter((text) => /violates.*Content Security Policy/.test(text)).length).toBe(2);
    complaints = [];
  });

  test("it sorts at once, as the server does without scripts", async () => {
    await page.goTo(`${url}sub/`);
    const all = await page.evaluate<string[]>(SHOWN);
    for (const [key, directions] of [
      ["size", ["desc", "asc"]],
      ["date", ["desc", "asc"]],
      ["name", ["asc", "desc"]],
    ] as const) {
      for (const direction of directions) {
        await page.click(`button[data-key=${key}]`);
        const query = `?sort=${key}&order=${direction}`;
        const sorted = listedEntries(await (await fetch(`${url}sub/${query}`)).text());
        expect([query, await page.evaluate(SHOWN)]).toEqual([query, sorted.map(([, href]) => href)]);
        const expected = query === "?sort=name&order=asc" ? "" : query;
        expect(await page.evaluate("location.search")).toBe(expected);
        const said = await page.evaluate(`document.querySelector("button[data-key=${key}]").innerText`);
        expect(said).toEndWith(direction === "asc" ? ", ascending" : ", descending");
      }
    }
    expect(requests).toEqual([`${url}sub/`]);
    expect((await page.evaluate<string[]>(SHOWN)).toReversed()).toEqual(all);
  });

  test("it filters as one types, by every word, and says how much is left", async () => {
    await page.goTo(`${url}sub/`);
    await page.press("/");
    await page.type("TXT");
    expect(await page.evaluate(SHOWN)).toEqual(["a.txt", "B.txt", "d.txt"]);
    await page.type(" b");
    expect(await page.evaluate(SHOWN)).toEqual(["B.txt"]);
    expect(await page.evaluate(COUNT)).toBe("1 of 7 entries");
    await page.type("xyz");
    expect(await page.evaluate("document.querySelector('.none').checkVisibility()")).toBe(true);
    await page.press("Escape");
    expect(await page.evaluate<string[]>(SHOWN)).toHaveLength(7);
    expect(await page.evaluate(COUNT)).toBe("7 entries");
  });

  test("it is walked by keyboard: down, up, to the ends, in and out", async () => {
    await page.goTo(`${url}sub/`);
    const walked: string[] = [];
    for (const key of [
      "ArrowDown",
      "j",
      "ArrowDown",
      "k",
      "End",
      "ArrowDown",
      "ArrowUp",
      "Home",
      "ArrowUp",
    ]) {
      await page.press(key);
      walked.push(await page.evaluate(FOCUSED));
    }
    const last = "%F0%9F%98%80%EF%BC%A1%20%E2%80%AEa%26b%0A";
    expect(walked).toEqual(["a.txt", "B.txt", "c/", "B.txt", last, last, "%EF%BC%A1", "a.txt", "a.txt"]);
    await page.press("j");
    await page.press("j");
    await page.followByKey("Enter");
    expect(await page.evaluate("location.pathname")).toBe("/sub/c/");
    await page.followByKey("u");
    expect(await page.evaluate("location.pathname")).toBe("/sub/");
    await page.followByKey("Backspace");
    expect(await page.evaluate("location.pathname")).toBe("/");
    await page.press("Backspace");
    expect(await page.evaluate("location.pathname")).toBe("/");
  });

  test("its keys pass over what is filtered out, and are letters in the filter", async () => {
    await page.goTo(`${url}sub/`);
    await page.press("/");
    await page.type("txt");
    await page.press("ArrowDown");
    const walked = [await page.evaluate(FOCUSED)];
    for (const key of ["j", "j", "j", "Home", "End"]) {
      await page.press(key);
      walked.push(await page.evaluate(FOCUSED));
    }
    expect(walked).toEqual(["a.txt", "B.txt", "d.txt", "d.txt", "a.txt", "d.txt"]);
    await page.press("/");
    await page.press("Backspace");
    await page.type("uj/k");
    expect(await page.evaluate("[document.querySelector('.find input').value, location.pathname]")).toEqual([
      "txuj/k",
      "/sub/",
    ]);
  });

  test("it leads up by its path", async () => {
    await page.goTo(`${url}sub/c/`);
    await page.follow(".path li:nth-child(2) a");
    expect(await page.evaluate("location.pathname")).toBe("/sub/");
    await page.follow(".path a");
    expect(await page.evaluate("location.pathname")).toBe("/");
  });

  test("it shows dates in the reader's time zone", async () => {
    await page.debug("Emulation.setTimezoneOverride", { timezoneId: "Asia/Kathmandu" });
    await page.goTo(`${url}sub/`);
    const time = "document.querySelector('a[href=\"d.txt\"]').parentNode.querySelector('time').textContent";
    expect(await page.evaluate(time)).toBe("2023-11-15 03:59");
  });

  test("it is light or dark, as is preferred", async () => {
    const backs: string[] = [];
    for (const scheme of ["light", "dark"]) {
      await look(WIDE, scheme);
      await page.goTo(url);
      backs.push(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"));
    }
    expect(backs).toEqual(["rgb(255, 255, 255)", "rgb(15, 19, 24)"]);
  });

  test.each([["", "sub/", "odd/", "empty/"]])(
    "on a phone nothing is wider than the screen",
    async (...targets) => {
      await look(PHONE, "light");
      for (const target of targets) {
        await page.goTo(url + target);
        expect([target, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([
          target,
          PHONE.width,
        ]);
      }
    },
  );

  test("it sorts without scripts, and offers nothing that would need them", async () => {
    await page.debug("Emulation.setScriptExecutionDisabled", { value: true });
    await page.goTo(`${url}sub/`);
    const filter = await page.evaluate("document.querySelector('.find').checkVisibility()");
    expect(filter).toBe(false);
    await page.debug("Emulation.setScriptExecutionDisabled", { value: false });
    const stopped = new Promise<void>((resolve) => page.onEvent("Page.frameStoppedLoading", () => resolve()));
    await page.evaluate("document.querySelector('[data-key=size]').form.submit()");
    await stopped;
    expect(await page.evaluate("location.search")).toBe("?sort=size&order=desc");
  });

  describe.each(LOOKS)("looking %s,", (_what, screen, scheme) => {
    test("it has no accessibility faults", async () => {
      await look(screen, scheme);
      for (const target of ["", "sub/?sort=size", "odd/", "empty/"]) {
        await page.goTo(url + target);
        expect({ target, faults: await faults(page) }).toEqual({ target, faults: [] });
      }
    });
  });

  test("it copes with many entries", async () => {
    await using huge = await startServer(HugeHandler);
    await page.goTo(`http://127.0.0.1:${huge.port}/`);
    await page.press("/");
    await page.type("entry-19");
    expect(await page.evaluate(COUNT)).toBe("1,000 of 20,000 entries");
    await page.press("Escape");
    await page.click("button[data-key=date]");
    expect(await page.evaluate("document.querySelector('.list a').getAttribute('href')")).toBe(
      "entry-19999.txt",
    );
    await page.press("End");
    expect(await page.evaluate(FOCUSED)).toBe("entry-00000.txt");
  });
});

/** What axe-core finds, by name of the rule, with the places. The debugger brings its source past the page's policy. */
async function faults(page: Page): Promise<unknown[]> {
  await page.debug("Runtime.evaluate", { expression: axe.source });
  const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    "axe.run(document)",
  );
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
}
