import { describe, expect, test } from "bun:test";
import { listenFailure } from "../../src/cli/listen-failure.ts";

function errorOf(hostname: string, port: number): unknown {
  try {
    Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
  } catch (error) {
    return error;
  }
  throw new Error(`Listening on ${hostname} port ${port} is possible`);
}

function withCode(code: string): Error {
  return Object.assign(new Error("Failed to listen at ::"), { code });
}

describe("listenFailure", () => {
  test("says that a port is taken", () => {
    using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    expect(listenFailure(errorOf("127.0.0.1", listener.port), "127.0.0.1", listener.port)).toBe(
      `cannot listen on 127.0.0.1 port ${listener.port}: the port is taken (0 picks a free one)`,
    );
  });

  test("says that the address is another machine's (192.0.2.0/24 is nobody's, RFC 5737)", () => {
    expect(listenFailure(errorOf("192.0.2.1", 0), "192.0.2.1", 8000)).toBe(
      "cannot listen on 192.0.2.1 port 8000: this machine does not have that address",
    );
  });

  test("says that nothing is known of a name, whether or not the error has a code", () => {
    const message = "cannot listen on not a host port 8000: the address is not known";
    expect(listenFailure(errorOf("not a host", 0), "not a host", 8000)).toBe(message);
    expect(listenFailure(new Error("Failed to listen at not a host"), "not a host", 8000)).toBe(message);
  });

  test("says that low ports need privileges, and does not say it of others", () => {
    expect(listenFailure(withCode("EACCES"), "", 80)).toBe(
      "cannot listen on all addresses port 80: ports below 1024 need privileges",
    );
    expect(listenFailure(withCode("EACCES"), "", 8000)).toBe(
      "cannot listen on all addresses port 8000: permission denied",
    );
  });

  test("names the system's error where there is nothing better to say", () => {
    expect(listenFailure(withCode("EMFILE"), "::1", 1)).toBe("cannot listen on ::1 port 1: EMFILE");
  });

  test("takes no defect for a failure to listen", () => {
    expect(listenFailure(new TypeError("x is not a function"), "", 80)).toBeUndefined();
    expect(listenFailure(withCode("ERR_INVALID_ARG_TYPE"), "", 80)).toBeUndefined();
    expect(listenFailure("EADDRINUSE", "", 80)).toBeUndefined();
  });
});
