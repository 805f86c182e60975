import { expect, test } from "bun:test";
import { failure } from "../../bench/throughput/client-summary.ts";
import { Setup } from "../../bench/throughput/setup.ts";
import { runTransfers } from "../../bench/throughput/transfers.ts";

const BODY_BYTES = 300_000;
const REQUEST = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${BODY_BYTES}\r\n\r\n${"x".repeat(BODY_BYTES)}`;
const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";

interface Received {
  bytes: number;
}

/** A server that answers as soon as it has so many bytes. */
function listen(
  requestBytes: number,
  answer: string,
): Bun.TCPSocketListener<Received> & { answered: number } {
  const listener = Bun.listen<Received>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { bytes: 0 };
      },
      data(socket, bytes) {
        socket.data.bytes += bytes.length;
        if (socket.data.bytes < requestBytes) return;
        socket.data.bytes -= requestBytes;
        socket.write(answer);
        counting.answered++;
      },
    },
  });
  const counting = Object.assign(listener, { answered: 0 });
  return counting;
}

async function run(port: number, seconds: number): ReturnType<typeof runTransfers> {
  using setup = new Setup(new AbortController().signal);
  const requestPath = setup.newPath();
  await Bun.write(requestPath, REQUEST);
  const options = { ...setup.clientOptions(), port, connections: 3, seconds, requestPath };
  return await runTransfers({ ...options, answerBytes: ANSWER.length });
}

test("runTransfers() sees every exchange to its end and counts them all", async () => {
  using server = listen(REQUEST.length, ANSWER);
  const summary = await run(server.port, 0);
  expect(failure(summary)).toBeUndefined();
  expect(summary).toMatchObject({ requests: 3, bytes: 3 * ANSWER.length });
  expect(server.answered).toBe(3);
});

test.each([
  ["refuses", REQUEST.length, ANSWER.replace("200", "413"), "The server refuses a request"],
  ["says too much", REQUEST.length, `${ANSWER}!`, "The server answers with too much"],
])("runTransfers() rejects when a server %s", async (_, requestBytes, answer, message) => {
  using server = listen(requestBytes, answer);
  await expect(run(server.port, 0)).rejects.toThrow(message);
});
