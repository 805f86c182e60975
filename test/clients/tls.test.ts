/** Programs that speak TLS, each in its own way. */

import { expect, setDefaultTimeout, test } from "bun:test";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { describeWithCertificates, someCertificate } from "../support/certificates.ts";
import type { StartedServer } from "../support/client.ts";
import { startHttpsServer } from "../support/https.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { Browser, BROWSER_NAMES } from "./support/browser.ts";
import { curl, transfer } from "./support/curl.ts";

// A browser takes its time to start, above all beside other tests.
setDefaultTimeout(60_000);

const PAGE = `<!DOCTYPE html>
<title>A page</title>
<script type="module" src="script.js"></script>
`;

const LAST_GET = "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

interface Site extends StartedServer {
  readonly tree: Tree;
}

/** A site over TLS, whose certificate its clients find by `someCertificate()`. */
async function startSite(): Promise<Site> {
  const tree = new Tree({
    "index.html": PAGE,
    "script.js": "document.body.dataset.secure = window.isSecureContext;\n",
    "large.bin": new Uint8Array(4_000_000).fill(0x61),
  });
  class Files extends SimpleHTTPRequestHandler.with({ directory: tree.root, upload: true }) {
    override log_message(): void {}
  }
  const started = await startHttpsServer(Files);
  return {
    ...started,
    tree,
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      tree[Symbol.dispose]();
    },
  };
}

describeWithCertificates("over TLS,", () => {
  const trust = (): string[] => ["--cacert", someCertificate().certfile];

  describeWith(["curl"], "curl", () => {
    test.each([
      ["of 1.2", ["--tlsv1.2", "--tls-max", "1.2"]],
      ["of 1.3", ["--tlsv1.3"]],
      ["without ALPN", ["--no-alpn"]],
      ["that offers HTTP/2, too", ["--http2"]],
      ["that offers HTTP/1.1 alone", ["--http1.1"]],
      ["that offers HTTP/1.0 alone", ["--http1.0"]],
    ])("trusts the certificate and is served: TLS %s", async (_what, args) => {
      await using site = await startSite();
      const { report, stdout } = await transfer([...trust(), ...args, site.server.url.href]);
      expect([report.status, report.httpVersion, stdout.toString()]).toEqual([200, "1.1", PAGE]);
    });

    test("uses a connection again", async () => {
      await using site = await startSite();
      const { transfers } = await curl([
        ...trust(),
        site.server.url.href,
        `${site.server.url.href}script.js`,
      ]);
      expect(transfers.map(({ newConnections }) => newConnections)).toEqual([1, 0]);
    });

    test("uploads and downloads a file, and resumes", async () => {
      await using site = await startSite();
      const { href } = site.server.url;
      const bytes = Buffer.from(new Uint8Array(4_000_000).map((_, at) => at * 7));
      const { report } = await transfer([...trust(), "--upload-file", "-", `${href}up.bin`], bytes);
      expect(report.status).toBe(201);
      const { stdout } = await transfer([...trust(), "--range", "1000000-", `${href}up.bin`]);
      expect(stdout.equals(bytes.subarray(1_000_000))).toBe(true);
    });

    test("does not trust a certificate that nobody has told it of", async () => {
      await using site = await startSite();
      const CANNOT_VERIFY = 60;
      expect((await curl([site.server.url.href])).exitCode).toBe(CANNOT_VERIFY);
    });

    test("gets nothing by plain HTTP", async () => {
      await using site = await startSite();
      const GOT_NOTHING = [52, 56];
      expect(GOT_NOTHING).toContain((await curl([`http://127.0.0.1:${site.port}/`])).exitCode);
    });
  });

  test("openssl s_client is refused where it speaks HTTP/2 alone", async () => {
    await using site = await startSite();
    const client = Bun.spawn(["openssl", "s_client", "-connect", `127.0.0.1:${site.port}`, "-alpn", "h2"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(await client.stderr.text()).toContain("alert no application protocol");
    expect(await client.exited).toBe(1);
  });

  test.each([
    ["-tls1_2", "h2,http/1.1", "ALPN protocol: http/1.1"],
    ["-tls1_3", "http/1.1", "ALPN protocol: http/1.1"],
    ["-tls1_3", undefined, "No ALPN negotiated"],
  ])("openssl s_client %s with ALPN %s agrees on it: %s", async (version, offered, agreed) => {
    await using site = await startSite();
    const args = ["s_client", "-connect", `127.0.0.1:${site.port}`, version];
    const client = Bun.spawn(["openssl", ...args, ...(offered === undefined ? [] : ["-alpn", offered])], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(await client.stdout.text()).toContain(agreed);
  });

  test.each(["-tls1_2", "-tls1_3"])(
    "openssl s_client %s is told that nothing was cut off",
    async (version) => {
      await using site = await startSite();
      const args = ["s_client", "-connect", `127.0.0.1:${site.port}`, version, "-ign_eof", "-msg"];
      const client = Bun.spawn(["openssl", ...args], { stdio: [Buffer.from(LAST_GET), "pipe", "ignore"] });
      const output = await client.stdout.text();
      expect(output).toContain("</script>");
      expect(output).toMatch(/^<<< TLS 1\.\d, Alert \[length 0002\], warning close_notify$/m);
    },
  );

  test("openssl s_client resumes its session", async () => {
    await using site = await startSite();
    using tree = new Tree();
    const session = tree.path("session");
    const outputs: string[] = [];
    for (const how of ["-sess_out", "-sess_in"]) {
      const args = ["s_client", "-connect", `127.0.0.1:${site.port}`, "-ign_eof", how, session];
      const client = Bun.spawn(["openssl", ...args], { stdio: [Buffer.from(LAST_GET), "pipe", "ignore"] });
      outputs.push(await client.stdout.text());
    }
    expect(outputs.map((output) => /^(New|Reused), TLS/m.exec(output)?.[1])).toEqual(["New", "Reused"]);
    expect(outputs.every((output) => output.includes("HTTP/1.1 200 OK"))).toBe(true);
  });

  test("Bun's fetch downloads", async () => {
    await using site = await startSite();
    const tls = { ca: Bun.file(someCertificate().certfile) };
    const response = await fetch(`${site.server.url.href}large.bin`, { tls });
    expect([response.status, (await response.bytes()).length]).toEqual([200, 4_000_000]);
  });

  describeWith(["node"], "Node.js's fetch", (node) => {
    test("downloads", async () => {
      await using site = await startSite();
      const program = `
        const response = await fetch("${site.server.url.href}large.bin");
        console.log(response.status, (await response.arrayBuffer()).byteLength);
      `;
      const child = Bun.spawn([node, "--input-type=module", "-e", program], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: someCertificate().certfile },
        stdio: ["ignore", "pipe", "inherit"],
      });
      expect(await child.stdout.text()).toBe("200 4000000\n");
    });
  });

  describeWith(BROWSER_NAMES, "Chromium", (path) => {
    test("shows a page with its script, as one from a secure place", async () => {
      await using site = await startSite();
      await using browser = await Browser.launch(path);
      using page = browser.open();
      await page.goTo("about:blank");
      await page.debug("Security.setIgnoreCertificateErrors", { ignore: true });
      await page.goTo(site.server.url.href);
      await page.until("document.body?.dataset.secure !== undefined");
      expect(
        await page.evaluate("[location.protocol, document.title, document.body.dataset.secure]"),
      ).toEqual(["https:", "A page", "true"]);
      expect(
        await page.evaluate("fetch('large.bin').then((answer) => answer.text()).then((text) => text.length)"),
      ).toBe(4_000_000);
    });
  });
});
