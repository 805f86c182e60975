import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync, truncateSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { exchange, parseResponse } from "../support/client.ts";
import { Tree } from "../support/tree.ts";
import { CLI, Command, type Outcome, runCommand, startCommand } from "./support/command.ts";
import { Download, untilRefused } from "./support/download.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const LOWEST_FREE_PORT_FILE = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
const HAS_IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((face) => face?.address === "::1");

/** Runs the command without the privilege of low ports, which root has and which a machine may give to all. */
const WITHOUT_LOW_PORTS = [
  "setpriv",
  "--bounding-set=-net_bind_service",
  "--inh-caps=-net_bind_service",
  process.execPath,
  CLI,
];
const CAN_LOSE_LOW_PORTS =
  Bun.which("setpriv") !== null && process.getuid?.() === 0 && readNumber(LOWEST_FREE_PORT_FILE) > 1;

/** More than the kernel's buffers take, so that it is still being sent while nobody reads. */
const LARGE_BYTES = 64 * 2 ** 20;

function readNumber(path: string): number {
  return Number(readFileSync(path, "utf8"));
}

async function get(port: number, path: string): Promise<ReturnType<typeof parseResponse>> {
  return parseResponse(
    await exchange(port, `GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`),
  );
}

describe("basehttp", () => {
  test("prints Python's banner and serves the directory it is given", async () => {
    using tree = new Tree({ "a b.txt": "hello\n" });
    await using serving = await startCommand(["-d", tree.root]);
    const { port } = serving;
    expect(serving.banner).toBe(`Serving HTTP on 127.0.0.1 port ${port} (http://127.0.0.1:${port}/) ...\n`);
    const response = await fetch(`${serving.url}a%20b.txt`);
    expect([response.status, await response.text()]).toEqual([200, "hello\n"]);
  });

  test("serves the current directory when it is given none", async () => {
    using tree = new Tree({ "here.txt": "here" });
    await using serving = await startCommand([], { cwd: tree.root });
    expect(await (await fetch(`${serving.url}here.txt`)).text()).toBe("here");
  });

  test.skipIf(!HAS_IPV6)("listens on every address of both families by default", async () => {
    using tree = new Tree({ "a.txt": "a" });
    await using serving = await startCommand(["-b", "", "-d", tree.root]);
    const { port } = serving;
    expect(serving.banner).toBe(`Serving HTTP on :: port ${port} (http://[::]:${port}/) ...\n`);
    expect(await (await fetch(`http://127.0.0.1:${port}/a.txt`)).text()).toBe("a");
    expect(await (await fetch(`http://[::1]:${port}/a.txt`)).text()).toBe("a");
  });

  test.skipIf(!HAS_IPV6)("puts an IPv6 address in brackets only inside the URL", async () => {
    await using serving = await startCommand(["-b", "::1"]);
    const { port } = serving;
    expect(serving.banner).toBe(`Serving HTTP on ::1 port ${port} (http://[::1]:${port}/) ...\n`);
    expect((await fetch(serving.url)).status).toBe(200);
  });

  test("speaks HTTP/1.1 by default, and Python's HTTP/1.0 when told to (ATT-3)", async () => {
    using tree = new Tree({ "a.txt": "a" });
    await using newer = await startCommand(["-d", tree.root]);
    await using older = await startCommand(["-d", tree.root, "-p", "HTTP/1.0"]);
    const request = "GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n";
    expect(await exchange(newer.port, request)).toStartWith("HTTP/1.1 200 OK\r\n");
    const answers = await exchange(older.port, request + request);
    expect(answers).toStartWith("HTTP/1.0 200 OK\r\n");
    expect(answers).toEndWith("\r\n\r\na");
    expect(answers.match(/200 OK/g)).toHaveLength(1);
  });

  test("sends the extra headers with files and listings and nothing else (SIM-14)", async () => {
    using tree = new Tree({ "a.txt": "a" });
    const headers = [
      "-H",
      "X-One",
      "first",
      "-H",
      "x-one",
      "second",
      "--header",
      "Content-Type",
      "none/none",
    ];
    await using serving = await startCommand(["-d", tree.root, ...headers]);
    const extras = async (path: string) => {
      const { headerLines } = await get(serving.port, path);
      return headerLines.filter(([name]) => /^x-one$/i.test(name)).map(([name, value]) => [name, value]);
    };
    const both = [
      ["X-One", "first"],
      ["x-one", "second"],
    ];
    expect(await extras("/a.txt")).toEqual(both);
    expect(await extras("/")).toEqual(both);
    expect(await extras("/missing.txt")).toEqual([]);
    expect((await get(serving.port, "/a.txt")).headers.get("content-type")).toStartWith("text/plain");
  });

  test("gives files of unknown type the content type it is told", async () => {
    using tree = new Tree({ "a.unknown-type": "a", "a.png": "a" });
    await using serving = await startCommand(["-d", tree.root, "--content-type", "x-test/one"]);
    expect((await get(serving.port, "/a.unknown-type")).headers.get("content-type")).toBe("x-test/one");
    expect((await get(serving.port, "/a.png")).headers.get("content-type")).toBe("image/png");
  });

  test("logs requests to stderr as Python does (LOG-2, LOG-3)", async () => {
    await using serving = await startCommand([]);
    await get(serving.port, "/package.json?x=1");
    expect(await serving.command.stderr.line()).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4} \d\d:\d\d:\d\d\] "GET \/package\.json\?x=1 HTTP\/1\.1" (200|404) -\n$/,
    );
  });

  test("logs no requests when it is told to be quiet", async () => {
    using tree = new Tree({ "a.txt": "a" });
    await using serving = await startCommand(["-q", "-d", tree.root]);
    expect((await get(serving.port, "/a.txt")).status).toBe(200);
    expect((await get(serving.port, "/missing.txt")).status).toBe(404);
    serving.command.kill("SIGTERM");
    expect(await serving.command.outcome()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("colours the banner when it is told to, and not in a pipe", async () => {
    await using command = new Command(["-b", "127.0.0.1", "0"], { env: { FORCE_COLOR: "1" } });
    expect(await command.stdout.line()).toStartWith("\x1b[32mServing HTTP on 127.0.0.1 port ");
  });
});

describe.skipIf(process.platform !== "linux")("a client that leaves in the middle of a file", () => {
  test("has it closed, and the log says nothing of it", async () => {
    using tree = new Tree({ large: "" });
    const path = tree.path("large");
    truncateSync(path, LARGE_BYTES);
    await using serving = await startCommand(["-q", "-d", tree.root]);
    const isOpen = () => openFiles(serving.command.pid).includes(path);
    {
      using _download = await Download.begin(serving.port, "/large");
      expect(isOpen()).toBe(true);
    }
    while (isOpen()) await Bun.sleep(0);
    serving.command.kill("SIGTERM");
    expect(await serving.command.outcome()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });
});

/** What a process has open. */
function openFiles(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).map((descriptor) => {
    try {
      return readlinkSync(`${directory}/${descriptor}`);
    } catch {
      // Closed meanwhile.
      return "";
    }
  });
}

describe("the end of basehttp", () => {
  test("comes with Python's message and status 0 after SIGINT", async () => {
    await using serving = await startCommand([]);
    serving.command.kill("SIGINT");
    const stdout = "\nKeyboard interrupt received, exiting.\n";
    expect(await serving.command.outcome()).toEqual({ exitCode: 0, stdout, stderr: "" });
  });

  test("comes silently and with status 0 after SIGTERM", async () => {
    await using serving = await startCommand([]);
    serving.command.kill("SIGTERM");
    expect(await serving.command.outcome()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("waits for an answer that is on its way, and takes no new connections", async () => {
    using tree = new Tree({ large: "" });
    truncateSync(tree.path("large"), LARGE_BYTES);
    await using serving = await startCommand(["-q", "-d", tree.root]);
    using download = await Download.begin(serving.port, "/large");
    serving.command.kill("SIGTERM");
    await untilRefused(serving.port);
    expect(await download.finish()).toBeGreaterThan(LARGE_BYTES);
    expect(await serving.command.exited).toBe(0);
  });

  test("does not wait for answers after a second signal", async () => {
    using tree = new Tree({ large: "" });
    truncateSync(tree.path("large"), LARGE_BYTES);
    await using interrupted = await startCommand(["-q", "-d", tree.root]);
    using _one = await Download.begin(interrupted.port, "/large");
    interrupted.command.kill("SIGTERM");
    await untilRefused(interrupted.port);
    interrupted.command.kill("SIGINT");
    expect(await interrupted.command.exited).toBe(130);

    await using terminated = await startCommand(["-q", "-d", tree.root]);
    using _two = await Download.begin(terminated.port, "/large");
    terminated.command.kill("SIGINT");
    expect(await terminated.command.stdout.line()).toBe("\n");
    terminated.command.kill("SIGTERM");
    expect(await terminated.command.exited).toBe(143);
  });

  test("is orderly when nobody reads what it says any more", async () => {
    await using serving = await startCommand([]);
    await serving.command.stdout.close();
    serving.command.kill("SIGINT");
    expect(await serving.command.stderr.rest()).toBe("");
    expect(await serving.command.exited).toBe(0);
  });

  test("does not come when the reader of its log has gone", async () => {
    using tree = new Tree({ "a.txt": "a" });
    await using serving = await startCommand(["-d", tree.root]);
    await serving.command.stderr.close();
    expect((await get(serving.port, "/a.txt")).body).toBe("a");
    expect((await get(serving.port, "/a.txt")).body).toBe("a");
    serving.command.kill("SIGTERM");
    expect(await serving.command.exited).toBe(0);
  });
});

describe("basehttp that cannot start", () => {
  test.each([
    ["a port out of range", ["70000"]],
    ["a negative port", ["-1"]],
    ["a word for a port", ["abc"]],
    ["another protocol", ["-p", "foo"]],
    ["an unknown option", ["--nope"]],
    ["an unknown option with a line break", ["--no\npe"]],
    ["an option without its value", ["-b"]],
    ["a header that would end the head", ["-H", "X", "1\r\n\r\n<html>"]],
    ["a missing directory", ["-d", "/no/such/directory"]],
    ["a file for a directory", ["-d", process.execPath]],
  ])("says what is wrong with %s in one line and ends with status 2", async (_, args) => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^basehttp: error: [^\n]+\n$/);
  });

  test("says that its port is taken in one line and ends with status 1", async () => {
    using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    expect(await runCommand(["-b", "127.0.0.1", String(listener.port)])).toEqual(
      cannotListen(`127.0.0.1 port ${listener.port}: address already in use (port 0 picks a free one)`),
    );
  });

  // 192.0.2.0/24 is nobody's (RFC 5737).
  test.each([
    ["192.0.2.1", "this machine does not have that address"],
    ["not a host", "the address is not known"],
  ])("says what is wrong with the address %p in one line and ends with status 1", async (host, reason) => {
    expect(await runCommand(["-b", host, "0"])).toEqual(cannotListen(`${host} port 0: ${reason}`));
  });

  test.skipIf(!CAN_LOSE_LOW_PORTS)("says that low ports need privileges and ends with status 1", async () => {
    expect(await runCommand(["-b", "127.0.0.1", "1"], { program: WITHOUT_LOW_PORTS })).toEqual(
      cannotListen("127.0.0.1 port 1: ports below 1024 need privileges"),
    );
  });
});

function cannotListen(reason: string): Outcome {
  return { exitCode: 1, stdout: "", stderr: `basehttp: error: Cannot listen on ${reason}\n` };
}

describe("the pages of basehttp", () => {
  test("are the help on stdout", async () => {
    const { exitCode, stdout, stderr } = await runCommand(["--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toStartWith("usage: basehttp [-h]");
  });

  test("are the package's version on stdout", async () => {
    const stdout = `basehttp ${packageJson.version}\n`;
    expect(await runCommand(["--version"])).toEqual({ exitCode: 0, stdout, stderr: "" });
  });
});

describe("bun start", () => {
  test("passes its arguments on and prints nothing before the banner", async () => {
    using tree = new Tree({ "a.txt": "from a tree" });
    const program = [process.execPath, "start"];
    await using serving = await startCommand(["-d", tree.root], { program, cwd: PROJECT });
    expect(await (await fetch(`${serving.url}a.txt`)).text()).toBe("from a tree");
    serving.command.kill("SIGINT");
    expect(await serving.command.stdout.rest()).toBe("\nKeyboard interrupt received, exiting.\n");
    expect(await serving.command.exited).toBe(0);
  });

  test("shows what is wrong with its arguments as the command does", async () => {
    const program = [process.execPath, "start"];
    const { exitCode, stdout, stderr } = await runCommand(["abc"], { program, cwd: PROJECT });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^basehttp: error: argument port: [^\n]+\n$/);
  });
});
