/** The installed Chromium, headless, with a profile that is new and does not outlive it. */

import { Tree } from "../../support/tree.ts";

export const BROWSER_NAMES: readonly string[] = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];

const FLAGS: readonly string[] = [
  "--headless",
  "--remote-debugging-port=0",
  "--no-first-run",
  "--no-default-browser-check",
  // It shall talk to nobody but the tests. What it does for its own ends in spite of it finds no address.
  "--disable-background-networking",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--disable-sync",
  "--no-proxy-server",
  // Containers have no graphics, little shared memory, and run as root without user namespaces.
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-sandbox",
];

const LISTENING = /DevTools listening on (ws:\S+)/;

/** A browser of the tests' own. One that `Bun.WebView` starts is killed in the end, and leaves its profile behind. */
export class Browser implements AsyncDisposable {
  readonly #home: Tree;
  readonly #process: Bun.Subprocess<"ignore", "ignore", "pipe">;
  #debuggerUrl = "";

  static async launch(path: string): Promise<Browser> {
    const browser = new Browser(path);
    try {
      browser.#debuggerUrl = await browser.#untilListening();
      return browser;
    } catch (error) {
      await browser[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(path: string) {
    this.#home = new Tree();
    const { root } = this.#home;
    this.#process = Bun.spawn([path, ...FLAGS, `--user-data-dir=${root}/profile`], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, HOME: root, TMPDIR: root },
    });
  }

  /** Opens an empty page. Closing it is up to the caller. */
  open(): Page {
    return new Page(this.#debuggerUrl);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.exited;
    this.#home[Symbol.dispose]();
  }

  async #untilListening(): Promise<string> {
    const complaints = this.#process.stderr.pipeThrough(new TextDecoderStream());
    const listening = Promise.withResolvers<string>();
    let said = "";
    // It is read to its end: what Chromium complains about later has to go somewhere.
    const sink = new WritableStream<string>({
      write(text) {
        said += text;
        const url = LISTENING.exec(said)?.[1];
        if (url !== undefined) listening.resolve(url);
      },
      close() {
        listening.reject(new Error(`The browser ended: ${said}`));
      },
    });
    void complaints.pipeTo(sink);
    return await listening.promise;
  }
}

/** One page, and what a user does with it. */
export class Page implements Disposable {
  readonly #view: Bun.WebView;

  constructor(debuggerUrl: string) {
    this.#view = new Bun.WebView({ backend: { type: "chrome", url: debuggerUrl } });
  }

  /** Loads the page at `url`. */
  async goTo(url: string): Promise<void> {
    await this.#view.navigate(url);
  }

  /** Presses a key, as it is called in `KeyboardEvent.key`. */
  async press(key: string): Promise<void> {
    await this.#view.press(key);
  }

  /** Types text into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#view.type(text);
  }

  /** Clicks on what a selector finds. */
  async click(selector: string): Promise<void> {
    await this.#view.click(selector);
  }

  /** Waits until an expression holds in the page, which is looked at before each frame. */
  async until(expression: string): Promise<void> {
    await this.#view.evaluate(`new Promise((resolve) => {
      const look = () => (${expression}) ? resolve(true) : requestAnimationFrame(look);
      look();
    })`);
  }

  /** Calls a method of the browser's debugger. `goTo()` comes before. */
  async debug<Result>(method: string, parameters: Record<string, unknown> = {}): Promise<Result> {
    return await this.#view.cdp<Result>(method, parameters);
  }

  /** Calls `listener` for each event of one name that the debugger tells. */
  onEvent<Parameters>(name: `${string}.${string}`, listener: (parameters: Parameters) => void): void {
    this.#view.addEventListener<Parameters>(name, (event) => listener(event.data));
  }

  /** Clicks on the link that a selector finds; settles when the page behind it is there. */
  async follow(selector: string): Promise<void> {
    await this.#leaveBy(() => this.#view.click(selector));
  }

  /** Presses a key that leads to another page; settles when that is there. */
  async followByKey(key: string): Promise<void> {
    await this.#leaveBy(() => this.#view.press(key));
  }

  /** Goes back to the page before; settles when it is there. */
  async goBack(): Promise<void> {
    await this.#leaveBy(() => this.#view.evaluate("void history.back()"));
  }

  /** The value of an expression in the page, awaited there. It comes as JSON. */
  async evaluate<Value>(expression: string): Promise<Value> {
    return (await this.#view.evaluate(expression)) as Value;
  }

  [Symbol.dispose](): void {
    this.#view.close();
  }

  /**
   * Waits until another page has taken this one's place, and is whole. `Bun.WebView` has a `goBack()`, but it may miss
   * the end of the navigation or take that of the one before for its own.
   */
  async #leaveBy(act: () => Promise<unknown>): Promise<void> {
    const url = JSON.stringify(await this.#view.evaluate("location.href"));
    const hasArrived = `location.href !== ${url} && document.readyState === "complete"`;
    let stopped = this.#stopped();
    await unlessNavigated(act());
    while ((await unlessNavigated(this.#view.evaluate(hasArrived))) !== true) {
      await stopped;
      stopped = this.#stopped();
    }
  }

  #stopped(): Promise<void> {
    return new Promise((resolve) => {
      this.#view.addEventListener("Page.frameStoppedLoading", () => resolve(), { once: true });
    });
  }
}

/** What the browser answers; undefined where the page that it was asked about went away meanwhile. */
async function unlessNavigated(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (String(error).includes("Inspected target navigated or closed")) return undefined;
    throw error;
  }
}
