import { describe, expect, test } from "bun:test";
import type { NetworkInterfaceInfo } from "node:os";
import { encode } from "uqr";
import { isLoopback } from "../../src/cli/addresses.ts";
import { drawCode, networkUrl, qrCode } from "../../src/cli/qr.ts";
import { CLI, startCommand } from "./support/command.ts";

const URL_OF_CODE = "http://192.168.1.23:8000/";

function address(text: string, internal = false): NetworkInterfaceInfo {
  const family = text.includes(":") ? "IPv6" : "IPv4";
  return { address: text, internal, family, netmask: "", mac: "", cidr: null } as NetworkInterfaceInfo;
}

/** Whether each module that a drawing shows is dark, a blank row at the end left out. */
function modulesOf(drawing: string): boolean[][] {
  const rows: boolean[][] = [];
  for (const line of drawing
    .replace(/\x1b\[[\d;]*m/g, "")
    .replace(/\n$/, "")
    .split("\n")) {
    rows.push(Array.from(line, (block) => block === "\u2580" || block === "\u2588"));
    rows.push(Array.from(line, (block) => block === "\u2584" || block === "\u2588"));
  }
  return rows;
}

describe("qrCode()", () => {
  test("draws the modules of the code, with a border, black on white", async () => {
    const drawing = await qrCode(URL_OF_CODE);
    const { data } = encode(URL_OF_CODE, { border: 2 });
    expect(modulesOf(`${drawing}`).slice(0, data.length)).toEqual(data);
    for (const line of drawing.replace(/\n$/, "").split("\n")) {
      expect(line).toStartWith("\x1b[38;5;16;48;5;231m  ");
      expect(line).toEndWith("  \x1b[0m");
    }
  });

  test("draws an odd row alone", () => {
    expect(
      drawCode([
        [true, false],
        [true, true],
        [false, true],
      ]),
    ).toBe("\x1b[38;5;16;48;5;231m\u2588\u2584\x1b[0m\n\x1b[38;5;16;48;5;231m \u2580\x1b[0m\n");
  });
});

describe("networkUrl()", () => {
  const interfaces = {
    lo: [address("127.0.0.1", true), address("::1", true)],
    docker0: [address("172.17.0.1")],
    eth1: [address("169.254.3.4")],
    eth0: [address("fe80::1"), address("192.168.1.23")],
  };

  test.each([
    ["every address", "", "http://192.168.1.23:8000/"],
    ["every address of IPv6 and IPv4", "::", "http://192.168.1.23:8000/"],
    ["every address of IPv4", "0.0.0.0", "http://192.168.1.23:8000/"],
    ["one address", "10.1.2.3", "http://10.1.2.3:8000/"],
    ["one address of IPv6", "2001:db8::1", "http://[2001:db8::1]:8000/"],
    ["this machine alone", "127.0.0.1", undefined],
    ["this machine alone, by IPv6", "::1", undefined],
  ])("for a server on %s", (_, host, url) => {
    expect(networkUrl(host, 8000, interfaces)).toBe(url);
  });

  test("takes what there is, and nothing where there is no network", () => {
    expect(networkUrl("", 80, interfaces, "https")).toBe("https://192.168.1.23:80/");
    expect(networkUrl("", 80, { docker0: [address("172.17.0.1")] })).toBe("http://172.17.0.1:80/");
    expect(networkUrl("", 80, { lo: interfaces.lo, none: undefined })).toBeUndefined();
  });
});

test("isLoopback() knows the addresses of the machine itself", () => {
  expect(["127.0.0.1", "127.1.2.3", "::1", "localhost"].map(isLoopback)).toEqual([true, true, true, true]);
  expect(["", "::", "0.0.0.0", "128.0.0.1", "127.example"].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

describe("--qr", () => {
  test("says in one line that there is no terminal to draw in, and the server serves", async () => {
    await using serving = await startCommand(["--qr"]);
    expect(await serving.command.stderr.line()).toBe(
      "basehttp: warning: No QR code: stdout is not a terminal\n",
    );
    expect((await fetch(serving.url)).status).toBe(200);
  });

  test.skipIf(process.platform === "win32").each([
    [
      "draws the address in a terminal",
      "0.0.0.0",
      /\n\x1b\[38;5;16;48;5;231m +\x1b\[0m\r\n[\s\S]+\nhttp:\/\/[\d.]+:\d+\/\r\n|No QR code: no other/,
    ],
    [
      "says that no other device reaches this machine alone",
      "127.0.0.1",
      /No QR code: no other device reaches 127\.0\.0\.1\r\n/,
    ],
  ])("%s", async (_, host, expected) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const decoder = new TextDecoder();
    let shown = "";
    const terminal = {
      data: (_terminal: unknown, bytes: Uint8Array) => {
        shown += decoder.decode(bytes, { stream: true });
        if (expected.test(shown)) resolve();
      },
    };
    const command = Bun.spawn([process.execPath, CLI, "--qr", "-b", host, "0"], { terminal });
    try {
      await Promise.race([promise, command.exited]);
      expect(shown).toMatch(expected);
    } finally {
      command.kill();
      await command.exited;
    }
  });
});
