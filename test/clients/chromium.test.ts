/** The command as people see it: a browser that finds its way through listings and shows a page with all its parts. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type Serving, startCommand } from "../cli/support/command.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { Browser, BROWSER_NAMES, type Page } from "./support/browser.ts";

// A browser takes its time to start, above all beside other tests.
setDefaultTimeout(60_000);

/** Red, three pixels wide and two high. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9ZqpTxgAAAABJRU5ErkJggg==",
  "base64",
);
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><circle r="9"/></svg>\n';

const PAGE = `<!DOCTYPE html>
<title>A page</title>
<link rel="stylesheet" href="style.css">
<h1>Grüße 🎉</h1>
<img src="../Bilder%20%26%20T%C3%B6ne/red.png"><img src="circle.svg">
<script type="module" src="script.js"></script>
`;

const FOLDER = "Bilder & Töne";
const SCRIPT_IN_NAME = "<img src=x onerror='document.title=1'>.txt";
const ODD_NAMES = [
  "two  spaces.txt",
  "100%.txt",
  "%41.txt",
  "who?.txt",
  "#1.txt",
  "a&amp;b.txt",
  '"quoted".txt',
  "日本語 🎉.txt",
];

const LINKS =
  "[...document.querySelectorAll('.list a')].map((link) => [link.textContent, link.getAttribute('href')])";

describeWith(BROWSER_NAMES, "Chromium and the command", (path) => {
  let browser: Browser;
  let tree: Tree;
  let serving: Serving;
  let page: Page;

  beforeAll(async () => {
    tree = new Tree({
      "pages/index.html": PAGE,
      "pages/circle.svg": SVG,
      "pages/style.css": "h1 { color: rgb(1, 2, 3); }\n",
      "pages/script.js": "document.body.dataset.ran = 'Grüße';\n",
      [`${FOLDER}/red.png`]: PNG,
      "text.txt": "Grüße 🎉\n",
      [`odd/${SCRIPT_IN_NAME}`]: `This is ${SCRIPT_IN_NAME}\n`,
    });
    for (const name of ODD_NAMES) tree.add({ [`odd/${name}`]: `This is ${name}\n` });
    serving = await startCommand(["-d", tree.root]);
    browser = await Browser.launch(path);
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await serving?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  beforeEach(() => {
    page = browser.open();
  });

  afterEach(() => page[Symbol.dispose]());

  test("it shows the listing, follows a link into a folder, and comes back", async () => {
    await page.goTo(serving.url);
    expect(await page.evaluate("document.querySelector('h1').innerText")).toBe("Directory listing for /");
    const links = [
      ["Bilder & Töne/", "Bilder%20%26%20T%C3%B6ne/"],
      ["odd/", "odd/"],
      ["pages/", "pages/"],
      ["text.txt", "text.txt"],
    ];
    expect(await page.evaluate(LINKS)).toEqual(links);

    await page.follow("a[href^=Bilder]");
    expect(await page.evaluate("[location.pathname, document.title]")).toEqual([
      "/Bilder%20%26%20T%C3%B6ne/",
      "Directory listing for /Bilder & Töne/",
    ]);
    expect(await page.evaluate(LINKS)).toEqual([["red.png", "red.png"]]);

    await page.goBack();
    expect(await page.evaluate("[location.pathname, document.title]")).toEqual([
      "/",
      "Directory listing for /",
    ]);
    expect(await page.evaluate(LINKS)).toEqual(links);
  });

  test("it shows a page with its images, its style and its script", async () => {
    await page.goTo(`${serving.url}pages/`);
    expect(await page.evaluate("document.querySelector('h1').innerText")).toBe("Grüße 🎉");
    const sizes =
      "[...document.images].map((image) => [image.complete, image.naturalWidth, image.naturalHeight])";
    expect(await page.evaluate(sizes)).toEqual([
      [true, 3, 2],
      [true, 40, 20],
    ]);
    // A style or a script of another media type would have been refused.
    expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).color")).toBe("rgb(1, 2, 3)");
    expect(await page.evaluate("document.body.dataset.ran")).toBe("Grüße");
  });

  test("it follows the redirect of a folder without its slash, and reads text as UTF-8", async () => {
    await page.goTo(`${serving.url}pages`);
    expect(await page.evaluate("location.pathname")).toBe("/pages/");
    await page.goTo(`${serving.url}text.txt`);
    expect(await page.evaluate("document.body.innerText.trim()")).toBe("Grüße 🎉");
  });

  test("it reaches every file by its link, and takes no name for markup", async () => {
    await page.goTo(`${serving.url}odd/`);
    expect(await page.evaluate("[document.images.length, document.title]")).toEqual([
      0,
      "Directory listing for /odd/",
    ]);
    const links = await page.evaluate<[string, string][]>(LINKS);
    // A listing must not fetch anything; a page beside it may.
    await page.goTo(`${serving.url}pages/`);
    const fetched = `Promise.all(${JSON.stringify(links)}.map(async ([text, href]) => {
      return [text, await (await fetch("../odd/" + href)).text()];
    }))`;
    const names = [...ODD_NAMES, SCRIPT_IN_NAME];
    expect(Object.fromEntries(await page.evaluate<[string, string][]>(fetched))).toEqual(
      Object.fromEntries(names.map((name) => [name, `This is ${name}\n`])),
    );
  });

  test("it asks again for a file that it has, and is told that it has not changed", async () => {
    await page.goTo(`${serving.url}pages/`);
    const readTwice = `(async () => {
      const first = await (await fetch("../text.txt")).text();
      const second = await (await fetch("../text.txt", { cache: "no-cache" })).text();
      return [first, second];
    })()`;
    expect(await page.evaluate(readTwice)).toEqual(["Grüße 🎉\n", "Grüße 🎉\n"]);
    const { stderr } = serving.command;
    let line = await stderr.line();
    while (line !== "" && !line.includes('"GET /text.txt HTTP/1.1" 304')) line = await stderr.line();
    expect(line).toEndWith('"GET /text.txt HTTP/1.1" 304 -\n');
  });
});
