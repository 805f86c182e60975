import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import * as basehttp from "../../src/index.ts";
import {
  BaseHTTPRequestHandler,
  CGIHTTPRequestHandler,
  HTTPServer,
  HTTPSServer,
  HTTPStatus,
  SimpleHTTPRequestHandler,
  ThreadingHTTPServer,
  ThreadingHTTPSServer,
} from "../../src/index.ts";
import { removeCertificates, someCertificate } from "../support/certificates.ts";
import { exchange, startServer } from "../support/client.ts";
import { titleWithReason } from "../support/programs.ts";
import list from "./python-names.json" with { type: "json" };
import { findPython, isAtMost, NO_PYTHON, type Python } from "./support/python.ts";

interface ClassNames {
  readonly extends?: string;
  readonly delivered: readonly string[];
  readonly pending: Readonly<Record<string, string>>;
  readonly notPorted: Readonly<Record<string, string>>;
}

const CLASSES: Readonly<Record<string, ClassNames>> = list.classes;
const SINCE: Readonly<Record<string, string>> = list.since;
const UNTIL: Readonly<Record<string, string>> = list.until;

const ARGUMENTS = { certfile: "", keyfile: "", password: "", alpn_protocols: [] };

const live = await liveObjects();

/**
 * What has the names of each class here: an instance in the middle of its work, since Python's attributes are found
 * there, or nothing where the class itself is still to come.
 */
async function liveObjects(): Promise<Record<string, readonly object[]>> {
  const handlers: Record<string, BaseHTTPRequestHandler> = {};
  class BaseProbe extends BaseHTTPRequestHandler {
    do_GET(): void {
      handlers.base = this;
      this.send_response(204);
      this.end_headers();
    }
    override log_message(): void {}
  }
  class SimpleProbe extends SimpleHTTPRequestHandler {
    override do_GET(): void {
      handlers.simple = this;
      this.send_response(204);
      this.end_headers();
    }
    override log_message(): void {}
  }
  class CGIProbe extends CGIHTTPRequestHandler {
    override do_GET(): void {
      handlers.cgi = this;
      this.send_response(204);
      this.end_headers();
    }
    override log_message(): void {}
  }
  let server: HTTPServer | undefined;
  for (const Probe of [BaseProbe, SimpleProbe, CGIProbe]) {
    await using started = await startServer(Probe);
    await exchange(started.port, "GET / HTTP/1.1\r\nHost: parity\r\nConnection: close\r\n\r\n");
    server = started.server;
  }
  const threading = new ThreadingHTTPServer(["127.0.0.1", 0], BaseProbe, { workers: 1 });
  threading.server_close();
  const { base, simple, cgi } = handlers;
  if (server === undefined || base === undefined || simple === undefined || cgi === undefined)
    throw new Error("No request was handled");
  return {
    module: [basehttp],
    HTTPServer: [server],
    HTTPSServer: [httpsServer(HTTPSServer)],
    ThreadingHTTPServer: [threading],
    ThreadingHTTPSServer: [httpsServer(ThreadingHTTPSServer), threading],
    BaseHTTPRequestHandler: [base],
    SimpleHTTPRequestHandler: [simple],
    CGIHTTPRequestHandler: [cgi],
    HTTPMessage: [base.headers],
    HTTPStatus: [HTTPStatus, HTTPStatus.OK],
    HTTPMethod: [basehttp.HTTPMethod],
  };
}

/** Without openssl there is no certificate for one, and what it would be given has to stand in. */
function httpsServer(Server: typeof HTTPSServer): object {
  const options = { bind_and_activate: false } as const;
  if (Bun.which("openssl") === null) return { __proto__: Server.prototype, ...ARGUMENTS };
  try {
    return new Server(["", 0], BaseHTTPRequestHandler, { ...options, ...someCertificate() });
  } finally {
    removeCertificates();
  }
}

/** Whether basehttp has `name` on what stands for the class. */
function isHere(className: string, name: string): boolean {
  return (live[className] ?? []).some((object) => name in object);
}

/** Every name that a class lists or inherits. */
function allNames(className: string): string[] {
  const names = CLASSES[className];
  if (names === undefined) return [];
  const own = [...names.delivered, ...Object.keys(names.pending), ...Object.keys(names.notPorted)];
  return names.extends === undefined ? own : [...own, ...allNames(names.extends)];
}

describe("Python's public names", () => {
  for (const [className, names] of Object.entries(CLASSES)) {
    test(`${className}: every delivered name is here`, () => {
      expect(names.delivered.filter((name) => !isHere(className, name))).toEqual([]);
    });

    test(`${className}: no name is here that is listed as pending or not ported`, () => {
      const absent = [...Object.keys(names.pending), ...Object.keys(names.notPorted)];
      expect(absent.filter((name) => isHere(className, name))).toEqual([]);
    });

    test(`${className}: no name is listed twice`, () => {
      const all = allNames(className);
      expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
    });

    test(`${className}: every absent name says why`, () => {
      const reasons = [...Object.values(names.pending), ...Object.values(names.notPorted)];
      expect(reasons.filter((reason) => reason.trim().length < 3)).toEqual([]);
    });
  }

  test("every listed class that basehttp exports is looked at", () => {
    const exported = Object.keys(CLASSES).filter((className) => className in basehttp);
    expect(exported.filter((className) => live[className] === undefined)).toEqual([]);
  });

  test("classes inherit from each other as Python's do", () => {
    expect(Object.getPrototypeOf(SimpleHTTPRequestHandler)).toBe(BaseHTTPRequestHandler);
    expect(Object.getPrototypeOf(CGIHTTPRequestHandler)).toBe(SimpleHTTPRequestHandler);
    expect(HTTPSServer.prototype).toBeInstanceOf(HTTPServer);
    expect(ThreadingHTTPServer.prototype).toBeInstanceOf(HTTPServer);
    expect(ThreadingHTTPSServer.prototype).toBeInstanceOf(HTTPSServer);
  });
});

const python = findPython();
const reason = whyNotComparable(python);

describe.skipIf(reason !== undefined)(titleWithReason("the list and an installed Python", reason), () => {
  const installed = python === undefined || reason !== undefined ? {} : askPython(python.path);

  for (const className of Object.keys(CLASSES)) {
    test(`${className}: the list misses no name that Python has`, () => {
      const listed = new Set(allNames(className));
      expect((installed[className] ?? []).filter((name) => !listed.has(name))).toEqual([]);
    });

    test(`${className}: Python has every name of the list that its version should have`, () => {
      const has = new Set(installed[className]);
      const names = CLASSES[className];
      const expected = [...(names?.delivered ?? []), ...Object.keys(names?.pending ?? {})];
      expect(
        expected.filter((name) => !has.has(name) && isExpected(className, name, python?.version ?? "")),
      ).toEqual([]);
    });
  }
});

/** A Python from after the list's may have names that nobody has looked at yet: that is no fault of the list. */
function whyNotComparable(installed: Python | undefined): string | undefined {
  if (installed === undefined) return NO_PYTHON;
  if (isAtMost(installed.version, list.python)) return undefined;
  return `the list is of Python ${list.python}, python3 is ${installed.version}`;
}

function askPython(path: string): Record<string, readonly string[]> {
  const script = fileURLToPath(new URL("python/public_names.py", import.meta.url));
  const asked = Bun.spawnSync([path, script]);
  if (!asked.success) throw new Error(`public_names.py failed: ${asked.stderr.toString()}`);
  return JSON.parse(asked.stdout.toString());
}

/** Whether Python `version` is one that has the name, as far as the list knows. */
function isExpected(className: string, name: string, version: string): boolean {
  const since = SINCE[`${className}.${name}`] ?? SINCE[className];
  const until = UNTIL[`${className}.${name}`] ?? UNTIL[className];
  if (since !== undefined && !isAtMost(since, version)) return false;
  return until === undefined || isAtMost(version, until);
}
