import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { Handshake, Handshakes } from "../../src/transport/handshakes.ts";
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from "../../src/transport/limits.ts";
import { ticker } from "../../src/transport/ticker.ts";
import { describeTlsFailure } from "../../src/transport/tls-failure.ts";

/** A socket that notes whether it was closed on. */
class Peer {
  remoteAddress: string | undefined;
  isTerminated = false;
  cipher: string | null = null;

  constructor(remoteAddress = "::ffff:192.0.2.1") {
    this.remoteAddress = remoteAddress;
  }
  terminate(): void {
    this.isTerminated = true;
  }
  getCipher(): { name: string | null } {
    return { name: this.cipher };
  }
}

function underWay(limits: Partial<ConnectionLimits> = {}) {
  const told: string[] = [];
  const handshakes = new Handshakes({
    limits: { ...DEFAULT_CONNECTION_LIMITS, ...limits },
    handshakeEnded: () => {},
    tlsFailed: (host, reason) => void told.push(`${host}: ${reason}`),
    handshakeDropped: () => void told.push("dropped"),
  });
  const begin = (count: number): { peer: Peer; handshake: Handshake }[] =>
    Array.from({ length: count }, () => {
      const peer = new Peer();
      const handshake = new Handshake(peer, handshakes);
      handshakes.begin(handshake);
      return { peer, handshake };
    });
  return { handshakes, told, begin };
}

const LEFT = new Error("Client network socket disconnected before secure TLS connection was established");

describe("handshakes under way", () => {
  beforeEach(() => {
    jest.useFakeTimers();
    ticker.retain();
  });
  afterEach(() => {
    ticker.release();
    jest.useRealTimers();
  });
  const pass = (seconds: number): void => {
    for (let ms = 0; ms < seconds * 1000; ms += 250) jest.advanceTimersByTime(250);
  };

  test("make room from the oldest on, when they have had two seconds", () => {
    const { handshakes, told, begin } = underWay({ maxHandshakes: 2 });
    const early = begin(2);
    pass(3);
    const late = begin(3);
    expect(early.map(({ peer }) => peer.isTerminated)).toEqual([true, true]);
    expect(late.map(({ peer }) => peer.isTerminated)).toEqual([false, false, true]);
    expect([handshakes.count, told]).toEqual([2, ["dropped", "dropped", "dropped"]]);
  });

  test("are not broken off for others before that: those are turned away", () => {
    const { handshakes, told, begin } = underWay({ maxHandshakes: 2 });
    expect(begin(4).map(({ peer }) => peer.isTerminated)).toEqual([false, false, true, true]);
    expect([handshakes.count, told]).toEqual([2, ["dropped", "dropped"]]);
  });

  test("end in any order, once", () => {
    const { handshakes, told, begin } = underWay({ maxHandshakes: 4 });
    const [first, second, third] = begin(3);
    expect(handshakes.end(second!.handshake)).toBe(true);
    expect(handshakes.end(second!.handshake)).toBe(false);
    handshakes.failed(second!.handshake, new Error("error:1:a:b:HTTP_REQUEST"));
    expect(handshakes.end(first!.handshake)).toBe(true);
    expect(handshakes.count).toBe(1);
    const [fourth] = begin(1);
    for (const { handshake } of [third!, fourth!]) handshakes.end(handshake);
    expect(handshakes.count).toBe(0);
    pass(60);
    expect(told).toEqual([]);
    expect([first, second, third, fourth].some((one) => one!.peer.isTerminated)).toBe(false);
  });

  test("have a deadline, which says whose it was", () => {
    const { handshakes, told, begin } = underWay({ handshakeTimeout: 10 });
    const [one] = begin(1);
    pass(9);
    expect(one!.peer.isTerminated).toBe(false);
    pass(2);
    expect(one!.peer.isTerminated).toBe(true);
    expect([handshakes.count, told]).toEqual([0, ["192.0.2.1: it was not done within 10 s"]]);
  });

  test.each([0, Number.POSITIVE_INFINITY])("have none where handshakeTimeout is %p", (handshakeTimeout) => {
    const { begin } = underWay({ handshakeTimeout });
    const [one] = begin(1);
    pass(600);
    expect(one!.peer.isTerminated).toBe(false);
    one!.handshake.closed();
  });

  test("are all broken off when nobody will be there to serve them, without a word", () => {
    const { handshakes, told, begin } = underWay();
    const peers = begin(3);
    handshakes.close();
    expect(peers.every(({ peer }) => peer.isTerminated)).toBe(true);
    expect([handshakes.count, told]).toEqual([0, []]);
  });

  test("have a second where nobody is accepted any more, and are not told of", () => {
    const { handshakes, told, begin } = underWay();
    const [first, second] = begin(2);
    handshakes.hurry();
    expect(handshakes.end(second!.handshake)).toBe(true);
    pass(2);
    expect([first!.peer.isTerminated, second!.peer.isTerminated, handshakes.count]).toEqual([true, false, 0]);
    expect(told).toEqual([]);
  });

  test("are told of as their client's, though it has gone by then and the system knows it no more", () => {
    const { handshakes, told, begin } = underWay({ handshakeTimeout: 1 });
    const [failing, late] = begin(2);
    for (const { peer } of [failing!, late!]) peer.remoteAddress = undefined;
    handshakes.failed(failing!.handshake, new Error("error:1:a:b:HTTP_REQUEST"));
    pass(2);
    expect(told).toEqual(["192.0.2.1: plain HTTP on the TLS port", "192.0.2.1: it was not done within 1 s"]);
  });

  test("that fail are told of, but for clients that have not said anything", () => {
    const { handshakes, told, begin } = underWay();
    const [silent, spoken, reset] = begin(3);
    spoken!.peer.cipher = "TLS_AES_128_GCM_SHA256";
    handshakes.failed(silent!.handshake, LEFT);
    reset!.handshake.closed();
    expect(told).toEqual([]);
    handshakes.failed(spoken!.handshake, LEFT);
    expect(told).toEqual([
      "192.0.2.1: the client broke it off, as one does that does not trust the certificate",
    ]);
    expect(handshakes.count).toBe(0);
  });
});

describe("the failure of a handshake", () => {
  const said = (name: string): string | undefined =>
    describeTlsFailure(new Error(`error:100000f0:SSL routines:OPENSSL_internal:${name}`), true);

  test("is told in words", () => {
    expect(said("HTTP_REQUEST")).toBe("plain HTTP on the TLS port");
    expect(said("UNSUPPORTED_PROTOCOL")).toBe("the client speaks no version of TLS that is spoken here");
    expect(said("SSLV3_ALERT_CERTIFICATE_UNKNOWN")).toBe(said("TLSV1_ALERT_UNKNOWN_CA"));
  });

  test("is told in the library's words where there are no better ones", () => {
    expect(said("BAD_RECORD_MAC")).toBe("bad record mac");
  });

  test("is told of where it has no name, but not where nothing had been said", () => {
    expect(describeTlsFailure(null, true)).toContain("broke it off");
    expect(describeTlsFailure(null, false)).toBeUndefined();
  });
});
