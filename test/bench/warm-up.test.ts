import { describe, expect, test } from "bun:test";
import { HELLO_LOAD } from "../../bench/throughput/cases/loads.ts";
import type { Summary } from "../../bench/throughput/client-summary.ts";
import { cpuTimes, totalMs } from "../../bench/throughput/proc.ts";
import { warmUp } from "../../bench/throughput/warm-up.ts";

const NO_ERRORS = { connect: 0, read: 0, write: 0, status: 0, timeout: 0 };
const SUMMARY: Summary = { requests: 7, bytes: 0, microseconds: 0, errors: NO_ERRORS };

describe.skipIf(process.platform !== "linux")("warmUp()", () => {
  test("drives a server until it has had its CPU time, and counts the requests", async () => {
    const client = {
      load: { ...HELLO_LOAD, warmUpCpuMs: 20 },
      drive: async () => {
        const before = totalMs(cpuTimes(process.pid));
        while (totalMs(cpuTimes(process.pid)) < before + 10);
        return SUMMARY;
      },
    };
    expect(await warmUp(process, client)).toBeOneOf([7, 14]);
  });

  test("voids the run of a server that the load leaves cold", async () => {
    await using server = Bun.spawn(["cat"], { stdin: "pipe" });
    const client = { load: { ...HELLO_LOAD, warmUpCpuMs: 900 }, drive: async () => SUMMARY };
    await expect(warmUp(server, client)).rejects.toThrow(
      /^The run is void: the server was not warm after 20 s, which brought it \d+ of 900 ms of CPU time$/,
    );
  });
});
