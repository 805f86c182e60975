import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { describeWithCertificates, makeCertificate } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { shownName } from "../support/https.ts";
import { request } from "../support/observed-server.ts";
import { startScript } from "../support/threaded.ts";

const SCRIPT = fileURLToPath(new URL("fixtures/threaded-https.ts", import.meta.url));
const TIMEOUT_MS = 60_000;

async function ask(port: number, line = "GET / HTTP/1.1"): Promise<string> {
  await using client = await RawClient.connectTls(port);
  client.send(request(line, ["Connection: close"]));
  return decodeResponse(await client.untilClosed()).body;
}

describeWithCertificates("ThreadingHTTPSServer", () => {
  test(
    "has several loops, all of which show a renewed certificate",
    async () => {
      const { certfile, keyfile } = makeCertificate("first");
      await using script = startScript(SCRIPT, certfile, keyfile);
      const port = Number(await script.stdout.line());
      const pids = new Set<string>();
      while (pids.size < (process.platform === "linux" ? 2 : 1)) pids.add(await ask(port));
      expect(pids).not.toContain(String(script.pid));
      expect(await shownName({ port })).toBe("first");

      const second = makeCertificate("second");
      await Bun.write(certfile, Bun.file(second.certfile));
      await Bun.write(keyfile, Bun.file(second.keyfile));
      expect(await ask(port, "POST / HTTP/1.1")).toBe("");
      // Each loop hears of it by itself: twenty in a row are both, but for one case in half a million.
      let inARow = 0;
      while (inARow < 20) inARow = (await shownName({ port })) === "second" ? inARow + 1 : 0;
      script.kill("SIGTERM");
      expect((await script.outcome()).exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );
});
