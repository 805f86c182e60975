import { expect, test } from "bun:test";
import { probe } from "../../bench/throughput/probe.ts";

const EXPECTED = { contentType: "text/plain", body: Buffer.from("yes") };
const PACKETS = ["first", "second"].map((text) => Buffer.from(text));

function answer(body: string): string {
  const date = "Mon, 23 Nov 2026 07:38:29 GMT";
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ${date}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** A server that answers each packet with what `answerTo` makes of it, and closes after an empty one. */
function listen(answerTo: (packet: string) => string): Bun.TCPSocketListener<undefined> {
  return Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, bytes) {
        const text = answerTo(Buffer.from(bytes).toString());
        if (text === "") socket.end();
        else socket.write(text);
      },
    },
  });
}

test("probe() sends each packet and returns the length of an answer", async () => {
  const received: string[] = [];
  using server = listen((packet) => {
    received.push(packet);
    return answer("yes");
  });
  const length = await probe(server.port, { packets: PACKETS, requestsPerPacket: 1, expected: EXPECTED });
  expect(length).toEqual({ least: answer("yes").length, most: answer("yes").length });
  expect(received).toEqual(["first", "second"]);
});

test("probe() waits for as many answers as a packet holds requests", async () => {
  using server = listen(() => answer("yes").repeat(3));
  const length = await probe(server.port, { packets: PACKETS, requestsPerPacket: 3, expected: EXPECTED });
  expect(length).toEqual({ least: answer("yes").length, most: answer("yes").length });
});

test("probe() rejects when one of many answers is wrong", async () => {
  using server = listen((packet) => answer(packet === "second" ? "no!" : "yes"));
  const probing = probe(server.port, { packets: PACKETS, requestsPerPacket: 1, expected: EXPECTED });
  await expect(probing).rejects.toThrow("The server answers with a wrong body of 3 bytes");
});

test("probe() rejects when the server closes in place of an answer", async () => {
  using server = listen((packet) => (packet === "second" ? "" : answer("yes")));
  const probing = probe(server.port, { packets: PACKETS, requestsPerPacket: 1, expected: EXPECTED });
  await expect(probing).rejects.toThrow("closes the connection before it has answered");
});

test("probe() rejects when heads differ in length, since a run could not be checked by its bytes", async () => {
  using server = listen((packet) =>
    answer("yes").replace("Date", packet === "second" ? "X: y\r\nDate" : "Date"),
  );
  const probing = probe(server.port, { packets: PACKETS, requestsPerPacket: 1, expected: EXPECTED });
  await expect(probing).rejects.toThrow("The server's answers differ in length");
});

test("probe() knows how far chunked answers of the same body may differ in length", async () => {
  const head = answer("").replace("Content-Length: 0", "Transfer-Encoding: chunked");
  const body = Buffer.alloc(10_000, "x");
  using server = listen((packet) => {
    const sizes = packet === "second" ? [4000, 6000] : [10_000];
    const chunks = sizes.map((size) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`);
    return `${head}${chunks.join("")}0\r\n\r\n`;
  });
  const length = await probe(server.port, {
    packets: PACKETS,
    requestsPerPacket: 1,
    expected: { ...EXPECTED, body },
  });
  expect(length).toEqual({ least: head.length + 10_000, most: head.length + 10_000 + 116 });
});

test("probe() gives each packet a connection of its own where it is told to", async () => {
  let connections = 0;
  using server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: () => void connections++,
      data(socket) {
        socket.end(answer("yes"));
      },
    },
  });
  const request = { packets: PACKETS, requestsPerPacket: 1, expected: EXPECTED };
  await probe(server.port, { ...request, isConnectionPerRequest: true });
  expect(connections).toBe(2);
});

test("probe() rejects when bodies differ that no case compares", async () => {
  using server = listen((packet) => answer(packet === "second" ? "no!" : "yes"));
  const probing = probe(server.port, {
    packets: PACKETS,
    requestsPerPacket: 1,
    expected: { ...EXPECTED, body: () => undefined },
  });
  await expect(probing).rejects.toThrow("The server does not answer the same each time");
});
