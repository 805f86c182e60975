/** Opens pages in the user's browser. */

import { warn } from "./console.ts";

/** What opens an address, by platform; none of them is a shell. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

const OTHER_OPENER: readonly string[] = ["xdg-open"];

/** Opens `url`, and does not wait for it: what goes wrong is one line. */
export function openInBrowser(url: string): void {
  const opener = OPENERS[process.platform] ?? OTHER_OPENER;
  const because = (reason: string) => warn(`Cannot open ${url} in a browser: ${opener[0]} ${reason}`);
  try {
    const opening = Bun.spawn([...opener, url], { stdio: ["ignore", "ignore", "ignore"] });
    opening.unref();
    void opening.exited.then((status) => {
      if (status !== 0) because(`ended with status ${status}`);
    });
  } catch {
    because("cannot be run");
  }
}
